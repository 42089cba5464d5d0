// New connections by the second, beside Node's bare TLS: with each side's own client, and with openssl's.
import { PeerPair } from "../process/peer-pair.js";
import { shuffled } from "../summary.js";
import { opensslVersion, timeConnections } from "./openssl.js";

/**
 * Resolves with `{ name, rounds: { [peer]: [{ rate, serverUs, resumed }] } }` for each way to connect. `serverUs`: CPU time
 * of the server for each connection. The client's core is the busier one, but for openssl's.
 */
export async function measureConnections({ ours, certificate, rounds, times, progress }) {
  const peers = [ours, { ...ours, spec: "bare-tls", module: "bare-tls", label: "bare tls" }];
  const results = [
    { name: "full", run: (pair) => connectFor(pair, { resume: false, ...times }) },
    { name: "resumed", run: (pair) => connectFor(pair, { resume: true, ...times }) },
    { name: "full, by openssl s_time -new", openssl: "-new" },
    // s_time closes before TLS 1.3 sends its tickets, so it resumes 1.2 only.
    { name: "resumed in TLS 1.2, by openssl s_time -reuse", openssl: "-reuse" },
  ].filter((way) => way.openssl === undefined || opensslVersion !== undefined);
  const modern = await Promise.all(peers.map((peer) => PeerPair.start(peer, certificate)));
  const old = await Promise.all(peers.map((peer) => PeerPair.start(peer, certificate, { minVersion: "TLSv1.2" })));
  try {
    for (const result of results) {
      result.rounds = Object.fromEntries(peers.map(({ spec }) => [spec, []]));
      const count = result.openssl === undefined ? rounds : Math.ceil(rounds / 3);
      for (let round = 0; round < count; round += 1) {
        progress(`connections: ${result.name}, round ${round + 1} of ${count}`);
        for (const pair of shuffled(result.openssl === "-reuse" ? old : modern)) {
          const run = result.run ?? (() => timeConnections(pair, result.openssl));
          const measured = await run(pair);
          if (measured === undefined) delete result.rounds[pair.peer.spec];
          else result.rounds[pair.peer.spec]?.push(measured);
        }
      }
    }
  } finally {
    await Promise.all([...modern, ...old].map((pair) => pair.close()));
  }
  return { peers, results };
}

async function connectFor(pair, { resume, firstWarmMs, measureMs }) {
  const load = { ...pair.target, resume, warmMs: firstWarmMs, measureMs };
  const { count, resumed, ms, serverUs } = await pair.connect(load);
  return { rate: (count * 1000) / ms, serverUs, resumed: resumed / count };
}
