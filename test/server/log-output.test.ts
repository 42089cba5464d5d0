// The log's way out: what a slow reader costs is bounded, and the log says what is missing from it.

import { once } from "node:events";
import { Writable } from "node:stream";
import t from "tap";
import { jsonLines } from "../../src/server/log-lines.js";
import { LogOutput } from "../../src/server/log-output.js";

/** Takes nothing until it is let. */
class SlowReader extends Writable {
  readonly lines: string[] = [];
  #resume: (() => void) | undefined;
  #isReading = false;

  read(): void {
    this.#isReading = true;
    this.#resume?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.lines.push(String(chunk));
    if (this.#isReading) {
      done();
    } else {
      this.#resume = done;
    }
  }
}

t.test("lines that a reader keeps up with all arrive", async (t) => {
  const reader = new SlowReader();
  reader.read();
  const output = new LogOutput(reader);
  output.write("one\n");
  output.write("two\n");
  t.same(reader.lines, ["one\n", "two\n"]);
});

t.test("what waits is bounded, and the number of lines dropped is told as soon as there is room", async (t) => {
  const reader = new SlowReader();
  const output = new LogOutput(reader);
  const line = `${"x".repeat(99)}\n`;
  for (let count = 0; count < 10_000; count += 1) {
    output.write(line);
  }
  t.ok(reader.writableLength <= 64 * 1024, String(reader.writableLength));
  const drained = once(reader, "drain");
  reader.read();
  await drained;
  await new Promise((resolve) => setImmediate(resolve));
  const told = reader.lines.at(-1) ?? "";
  const kept = reader.lines.length - 1;
  t.match(told, new RegExp(`^\\S+Z warning log_lines_dropped count=${10_000 - kept}\\n$`));
  output.write("later\n");
  t.equal(reader.lines.at(-1), "later\n");
});

t.test("what was dropped is told in the form of the log", async (t) => {
  const reader = new SlowReader();
  const output = new LogOutput(reader, jsonLines());
  output.write(`${"x".repeat(60_000)}\n`);
  output.write(`${"x".repeat(60_000)}\n`);
  const drained = once(reader, "drain");
  reader.read();
  await drained;
  t.match(JSON.parse(reader.lines.at(-1) ?? ""), { level: "warning", event: "log_lines_dropped", count: 1 });
});
