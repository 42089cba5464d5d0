// The ends of an inbox in every order, and hosts that call back into it while it ends.

import t from "tap";
import type { MessageInbox } from "../../../src/rpc/channel/message-inbox.js";
import { fault, inbox, message, refusal, UNDECODABLE } from "./inbox-host.js";

/** What a reader sees from here on, until it is done twice. */
async function rest(stream: MessageInbox): Promise<string[]> {
  const seen: string[] = [];
  while (seen.slice(-2).join() !== "done,done") {
    const read = stream.next().then(
      ({ done, value }) => (done ? "done" : `message ${value && "text" in value ? value.text : ""}`),
      (error) => error.message,
    );
    seen.push(await read);
  }
  return seen.slice(0, -2);
}

type Step = "end" | "fail" | "abort" | "return" | "throw";

async function take(stream: MessageInbox, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step === "end") stream.end();
    else if (step === "fail") stream.fail(fault("failed"));
    else if (step === "abort") stream.abort(fault("aborted"));
    else if (step === "return") await stream.return();
    else await stream.throw(new Error("thrown")).catch(() => {});
  }
}

const CASES: readonly (readonly [Step[], string[]])[] = [
  [["end"], ["message a", "message b"]],
  [["fail"], ["message a", "message b", "failed"]],
  [["abort"], ["aborted"]],
  [["return"], []],
  [["throw"], []],
  [
    ["end", "end"],
    ["message a", "message b"],
  ],
  [
    ["end", "fail"],
    ["message a", "message b", "failed"],
  ],
  [["end", "abort"], ["aborted"]],
  [["end", "return"], []],
  [
    ["fail", "end"],
    ["message a", "message b", "failed"],
  ],
  [
    ["fail", "fail"],
    ["message a", "message b", "failed"],
  ],
  [["fail", "abort"], ["failed"]],
  [["fail", "return"], []],
  [["abort", "end"], ["aborted"]],
  [["abort", "fail"], ["aborted"]],
  [["abort", "abort"], ["aborted"]],
  [["abort", "return"], []],
  [["abort", "throw", "fail"], []],
  [["return", "end"], []],
  [["return", "fail"], []],
  [["return", "abort"], []],
  [["return", "return"], []],
  [["throw", "abort", "end"], []],
];

for (const [steps, expected] of CASES) {
  t.test(`${steps.join(", then ")} while two messages wait`, async (t) => {
    const { stream, told } = inbox();
    stream.receive(message("a"));
    stream.receive(message("b"));
    await take(stream, steps);
    t.same(await rest(stream), expected);
    t.equal(stream.bufferedBytes, 0);
    t.equal(stream.open, false);
    const abandoned = told.filter((line) => line === "abandoned").length;
    t.equal(abandoned, /^(end,)?(return|throw)/.test(steps.join()) ? 1 : 0, "told that the reader left");
  });

  t.test(`${steps.join(", then ")} while two reads wait`, async (t) => {
    const { stream } = inbox();
    const reads = [stream.next(), stream.next()].map((read) =>
      read.then(
        ({ done }) => (done ? "done" : "message"),
        (error) => error.message,
      ),
    );
    await take(stream, steps);
    const first = steps[0] === "fail" ? "failed" : steps[0] === "abort" ? "aborted" : "done";
    t.same(await Promise.all(reads), [first, "done"]);
    t.equal(stream.bufferedBytes, 0);
  });
}

t.test("leaving a stream that was read to its end is not told", async (t) => {
  for (const [step, seen] of [
    ["end", []],
    ["fail", ["failed"]],
  ] as const) {
    const { stream, told } = inbox();
    await take(stream, [step]);
    t.same(await rest(stream), seen);
    await stream.return();
    await stream.return();
    t.same(told, []);
  }
});

t.test("throw rejects with what it was given, and ends the reads that wait", async (t) => {
  const { stream, told } = inbox();
  const read = stream.next();
  await t.rejects(stream.throw(new Error("mine")), { message: "mine" });
  t.match(await read, { done: true });
  t.same(told, ["abandoned"]);
});

t.test("the error of a failure is told once, to the first who reads", async (t) => {
  const { stream } = inbox();
  stream.fail(fault("failed"));
  const reads = await Promise.allSettled([stream.next(), stream.next(), stream.next()]);
  t.same(
    reads.map(({ status }) => status),
    ["rejected", "fulfilled", "fulfilled"],
  );
});

t.test("a host that ends the stream when a message does not decode does not tell the error twice", async (t) => {
  for (const ending of ["fail", "abort", "return"] as const) {
    const { stream } = inbox(65_536, (line, stream) => {
      if (line === "undecodable") take(stream, [ending]);
    });
    const reads = [stream.next(), stream.next()];
    stream.receive(UNDECODABLE);
    t.match(
      await Promise.allSettled(reads),
      [{ status: "rejected", reason: { message: "undecodable" } }, { status: "fulfilled" }],
      ending,
    );
    t.same(await rest(stream), [], ending);
  }
});

t.test("a host may read, leave, fail and abort from within what it is told", async (t) => {
  for (const step of ["end", "fail", "abort", "return", "throw"] as const) {
    for (const when of ["buffered 3", "buffered -3", "credit", "abandoned"]) {
      let entered = false;
      const { stream, told } = inbox(65_536, (line, stream) => {
        if (line.startsWith(when) && !entered) {
          entered = true;
          take(stream, [step]);
          stream.next().catch(() => {});
        }
      });
      stream.receive(message("a"));
      refusal(() => stream.receive(message("x".repeat(40_000))));
      await stream.next().catch(() => {});
      await stream.next().catch(() => {});
      await stream.return();
      await rest(stream);
      const sum = told
        .filter((line) => line.startsWith("buffered"))
        .reduce((bytes, line) => bytes + Number(line.slice("buffered ".length)), 0);
      t.same([stream.bufferedBytes, sum, entered], [0, 0, when !== "abandoned" || entered], `${step} within ${when}`);
      t.ok(told.filter((line) => line === "abandoned").length <= 1, "left at most once");
    }
  }
});
