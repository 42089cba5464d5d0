// One server stream of 40-byte messages, beside a raw echo of the same bytes.
import { PeerPair } from "../process/peer-pair.js";
import { shuffled } from "../summary.js";

/** Resolves as the calls do, with one cell; undefined where this build of ours has no streams. */
export async function measureStreams({ peers, certificate, rounds, times, progress }) {
  const pairs = [];
  try {
    const results = { cell: { name: "stream of 40B" }, rounds: {} };
    for (const peer of peers) {
      const pair = await PeerPair.start(peer, certificate);
      pairs.push(pair);
      await pair.dial();
    }
    const streaming = [];
    for (const pair of pairs) {
      if (await canStream(pair)) streaming.push(pair);
    }
    for (let round = 0; round < rounds; round += 1) {
      progress(`streams: round ${round + 1} of ${rounds}`);
      for (const pair of shuffled(streaming)) {
        const load = { kind: "stream", warmMs: times.warmMs, measureMs: times.measureMs };
        results.rounds[pair.peer.spec] ??= [];
        results.rounds[pair.peer.spec].push(await pair.run(load));
      }
    }
    return results;
  } finally {
    await Promise.all(pairs.map((pair) => pair.close()));
  }
}

async function canStream(pair) {
  const kinds = await pair.client.ask("kinds");
  if (!kinds.includes("stream")) return false;
  try {
    await pair.run({ kind: "stream", warmMs: 200, measureMs: 100 });
    return true;
  } catch {
    return false;
  }
}
