// How long a stream may be silent.
import t from "tap";
import { patientlyRead } from "../../../src/client/commands/patient-read.js";

t.test("a stream that goes on may last, however slowly it is read", async (t) => {
  async function* stream() {
    for (let index = 0; index < 4; index += 1) {
      await pause(20);
      yield index;
    }
  }
  const read: number[] = [];
  for await (const value of patientlyRead(stream(), 60_000, t.fail)) {
    await pause(5);
    read.push(value);
  }
  t.same(read, [0, 1, 2, 3]);
});

t.test("one that falls silent is given up", async (t) => {
  const waiting = new AbortController();
  async function* stream() {
    yield 1;
    await new Promise((_, reject) => waiting.signal.addEventListener("abort", () => reject(new Error("given up"))));
  }
  const read = patientlyRead(stream(), 20, () => waiting.abort());
  t.same(await read.next(), { done: false, value: 1 });
  await t.rejects(read.next(), { code: "timed_out", message: /--timeout/ });
});

t.test("what it fails with passes, and leaving it ends it", async (t) => {
  let ended = false;
  async function* stream() {
    try {
      yield 1;
      throw new RangeError("own");
    } finally {
      ended = true;
    }
  }
  for await (const _ of patientlyRead(stream(), 60_000, t.fail)) break;
  t.ok(ended);
  const read = patientlyRead(stream(), 60_000, t.fail);
  await read.next();
  await t.rejects(read.next(), RangeError);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
