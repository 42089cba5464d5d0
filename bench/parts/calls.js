// Unary calls: every cell, in rounds that go around the peers in random order.
import { takesPart } from "../cells.js";
import { PeerPair } from "../process/peer-pair.js";
import { shuffled } from "../summary.js";

/** Resolves with one entry for each cell: `{ cell, rounds: { [peer]: [{ rate, clientUs, serverUs }] } }`. */
export async function measureCalls({ peers, cells, certificate, rounds, times, progress }) {
  const pairs = [];
  try {
    for (const peer of peers) {
      const pair = await PeerPair.start(peer, certificate);
      pairs.push(pair);
      await pair.dial();
    }
    const results = cells.map((cell) => ({ cell, rounds: {} }));
    for (let round = 0; round < rounds; round += 1) {
      for (const result of results) {
        progress(`calls: round ${round + 1} of ${rounds}, ${result.cell.name}`);
        await measureRound(result, pairs, round === 0 ? times.firstWarmMs : times.warmMs, times.measureMs);
      }
    }
    return results;
  } finally {
    await Promise.all(pairs.map((pair) => pair.close()));
  }
}

async function measureRound({ cell, rounds }, pairs, warmMs, measureMs) {
  const { payload, inFlight } = cell;
  for (const pair of shuffled(pairs.filter(({ peer }) => takesPart(peer, cell)))) {
    rounds[pair.peer.spec] ??= [];
    rounds[pair.peer.spec].push(await pair.run({ kind: "unary", payload, inFlight, warmMs, measureMs }));
  }
}
