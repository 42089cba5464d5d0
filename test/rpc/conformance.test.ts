// Runs the conformance table over TLS: each row whole, and each row again one byte at a time.

import t, { type Test } from "tap";
import { rawClient } from "../helpers/raw-client.js";
import { type RunningServer, startServer } from "../helpers/rpc-pair.js";
import { CASES, type ConformanceCase, describeFrame } from "./conformance-cases.js";

/** The server's largest frame: above the floor, so that rows can tell the two apart. */
const LIMITS = { maxFrameBytes: 1 << 20 };

async function check(t: Test, server: RunningServer, row: ConformanceCase, write: (bytes: Buffer) => Buffer[]) {
  const client = await rawClient(t, server);
  for (const part of write(Buffer.concat(row.send))) {
    client.socket.write(part);
  }
  const frames = await client.frames((got) => got.length >= row.expect.length);
  t.same(frames.map(describeFrame), row.expect, row.name);
  if (row.expect.at(-1)?.startsWith("go_away")) {
    await client.closed;
    t.equal((await client.frames()).length, row.expect.length, "nothing follows a GoAway");
  }
  client.socket.destroy();
}

t.test("names are unique", async (t) => {
  t.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length);
});

for (const [how, write] of [
  ["whole", (bytes: Buffer) => [bytes]],
  ["one byte at a time", (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte))],
] as const) {
  t.test(`every row, ${how}`, async (t) => {
    const server = await startServer(t, { whoAmI: () => new Promise(() => {}) }, { limits: LIMITS });
    for (const row of CASES) {
      if (how === "whole" || Buffer.concat(row.send).length < 4096) {
        await check(t, server, row, write);
      }
    }
  });
}
