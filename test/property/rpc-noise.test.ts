// Noise at the port: random bytes, damaged and cut-off frames, early resets. The server lives, and serves who behaves.

import t from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { frameBytes, type RawClient, rawClient } from "../helpers/raw-client.js";
import { dial, startServer } from "../helpers/rpc-pair.js";

const METHOD = "earshot.accounts.v1.AccountService/Login";
const REQUEST = frameBytes({
  streamId: 1,
  body: { $case: "request", value: { method: METHOD, payload: Uint8Array.of(10, 1, 65) } },
});
const HELLO = frameBytes({ body: { $case: "hello", value: { maxFrameBytes: 1 << 20 } } });
const ROUNDS = 150;

for (const plaintext of [false, true]) {
  t.test(`noise ${plaintext ? "in plaintext" : "within TLS"} harms nobody else`, async (t) => {
    const random = new RandomSource(chooseSeed());
    t.comment(`seed ${random.seed}`);
    const options = plaintext ? ({ plaintext } as const) : {};
    const running = await startServer(t, {}, { ...options, limits: { firstFrameTimeoutMs: 200, frameTimeoutMs: 200 } });
    const faults: unknown[] = [];
    running.server.on("error", (error) => faults.push(error));
    const noises: ((client: RawClient) => void)[] = [
      (client) => client.write(random.bytes(1 + random.below(2000))),
      (client) => client.write(HELLO, damaged()),
      (client) => client.write(REQUEST.subarray(0, random.below(REQUEST.length))),
      (client) => (plaintext ? client.socket.resetAndDestroy() : client.socket.destroy()),
      (client) => client.write(REQUEST).socket.destroy(),
      (client) => client.write(Buffer.of(0xff, 0xff, 0xff, 0x7f), random.bytes(100)),
    ];
    function damaged(): Buffer {
      const bytes = Buffer.concat([REQUEST]);
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    }
    const good = plaintext ? undefined : await dial(t, running);
    for (let round = 0; round < ROUNDS; round += 1) {
      const client = await rawClient(t, running, plaintext);
      noises[round % noises.length]?.(client);
      client.socket.end();
      await client.closed;
    }
    t.same(faults, []);
    if (good !== undefined) {
      const { sessionToken } = await good.client(AccountServiceDefinition).login({ username: "still here" });
      t.equal(sessionToken, "still here");
    }
    const last = await rawClient(t, running, plaintext);
    last.write(REQUEST);
    t.equal((await last.frames((frames) => frames.length === 1)).length, 1);
  });
}

t.test("noise in place of a TLS handshake harms nobody", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const running = await startServer(t, {}, { limits: { handshakeTimeoutMs: 200 } });
  for (let round = 0; round < 60; round += 1) {
    const client = await rawClient(t, running, true);
    const hello = Buffer.concat([Buffer.from("16030100c8010000c40303", "hex"), random.bytes(random.below(200))]);
    client.write(round % 2 === 0 ? random.bytes(1 + random.below(500)) : hello);
    client.socket.end();
    await client.closed;
  }
  const { sessionToken } = await (await dial(t, running)).client(AccountServiceDefinition).login({ username: "alive" });
  t.equal(sessionToken, "alive");
});
