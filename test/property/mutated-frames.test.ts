// Mutated frames within sessions of all kinds of calls: no crash, no hang, no growth, and every frame that is accepted is
// read alike by three decoders. The full size is a command of its own, with a seed to have the same run again:
//
//     EARSHOT_FUZZ_FRAMES=1000000 EARSHOT_FUZZ_TLS_FRAMES=20000 node dist/test/property/mutated-frames.test.js
//     EARSHOT_SEED=12345 node dist/test/property/mutated-frames.test.js

import t, { type Test } from "tap";
import { startEchoServer } from "../helpers/echo-service.js";
import { heldBytes } from "../helpers/held-bytes.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { type RawClient, rawClient } from "../helpers/raw-client.js";
import { AnswerFuzz } from "./answer-fuzz.js";
import { InProcessServer } from "./in-process-server.js";
import { MutatedClient } from "./mutated-client.js";
import { FRAMES_PER_SESSION, MUTATION_CHANCE, SessionFuzz, turn } from "./session-fuzz.js";

const FRAMES = wanted("EARSHOT_FUZZ_FRAMES", 6_000);
const TLS_FRAMES = wanted("EARSHOT_FUZZ_TLS_FRAMES", 150);
const MAX_GROWTH_BYTES = 20_000_000;
/** Code is compiled and pools are filled by then; what grows after it is growth. */
const WARM_UP_FRAMES = 3_000;

t.setTimeout(3_600_000);

function wanted(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}

t.test("from a client, in process", async (t) => {
  const random = seeded(t);
  const server = new InProcessServer({ streamWindowBytes: 65_536 });
  const fuzz = new SessionFuzz(random, server);
  await fuzz.run(WARM_UP_FRAMES);
  const before = heldBytes();
  const started = performance.now();
  await fuzz.run(FRAMES);
  const seconds = (performance.now() - started) / 1000;
  const growth = heldBytes() - before;
  t.comment(
    `${fuzz.mutated} mutated frames, ${fuzz.accepted} of them accepted, in ${server.counts.connection} sessions`,
  );
  t.comment(`${seconds.toFixed(1)} s, ${server.counts.call} calls, grown by ${Math.round(growth / 1000)} kB`);
  t.same(fuzz.disagreements, []);
  t.same([...server.faults], []);
  t.ok(growth < MAX_GROWTH_BYTES, "no growth");
  const { connection, end, closed, call, callEnd } = server.counts;
  t.same({ end, closed }, { end: connection, closed: connection }, "each connection has ended");
  t.ok(callEnd >= call, "each call has ended");
  t.ok(fuzz.accepted > fuzz.mutated / 20, "enough were accepted for the comparison to mean something");
});

t.test("from a server, in process", async (t) => {
  const fuzz = new AnswerFuzz(seeded(t));
  await fuzz.run(WARM_UP_FRAMES);
  const before = heldBytes();
  await fuzz.run(FRAMES);
  const growth = heldBytes() - before;
  t.comment(`${fuzz.mutated} mutated frames in ${fuzz.sessions} sessions, grown by ${Math.round(growth / 1000)} kB`);
  t.comment(JSON.stringify(fuzz.outcomes));
  t.same([...fuzz.faults], []);
  t.ok(growth < MAX_GROWTH_BYTES, "no growth");
  const told = Object.values(fuzz.outcomes).reduce((sum, count) => sum + count, 0);
  t.equal(told, 4 * fuzz.sessions, "each call has ended, once");
});

t.test("from a client, over TLS", async (t) => {
  const random = seeded(t);
  const limits = { firstFrameTimeoutMs: 500, frameTimeoutMs: 500, maxConnectionsPerAddress: 10_000 };
  const running = await startEchoServer(t, { limits });
  const faults: unknown[] = [];
  running.server.on("error", (error) => faults.push(error));
  let sent = 0;
  const session = async (): Promise<void> => {
    while (sent < TLS_FRAMES) {
      sent += await mutatedTlsSession(random, await rawClient({ teardown: () => {} }, running));
    }
  };
  await Promise.all(Array.from({ length: 8 }, session));
  t.comment(`${sent} mutated frames`);
  t.same(faults, []);
  await running.server.close({ graceMs: 1_000 });
});

/** How many mutated frames went out. */
async function mutatedTlsSession(random: RandomSource, client: RawClient): Promise<number> {
  const session = new MutatedClient(random, MUTATION_CHANCE);
  let sent = 0;
  for (let count = 0; count < FRAMES_PER_SESSION && client.socket.writable; count += 1) {
    const { bytes, mutated } = session.next();
    client.write(bytes);
    sent += mutated ? 1 : 0;
    await turn();
  }
  client.socket.end();
  await client.closed;
  return sent;
}

function seeded(t: Test): RandomSource {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  return random;
}
