// Damage of every kind to real connections: bytes flipped, cut, put twice, sides swapped. Nothing is thrown, no byte is
// counted twice or lost, memory and findings stay bounded, and no words come out that were not said.
import t from "tap";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { randomChunks } from "../../helpers/stage-feeding.js";
import { illustratedKeylog, illustratedTalk } from "./illustrated-talk.js";
import { findingLines, plaintext, sumOf, type Turn, watch } from "./watched-talk.js";

const ROUNDS = 800;

function damaged(turns: readonly Turn[], random: RandomSource): Turn[] {
  return turns.flatMap((turn): Turn[] => {
    if (!("bytes" in turn) || random.chance(0.6)) return [turn];
    const bytes = Uint8Array.from(turn.bytes);
    const at = random.below(bytes.length);
    const to = at + random.below(bytes.length - at);
    const { side } = turn;
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.below(256);
        return [{ side, bytes }];
      case 1:
        return [{ side, bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]) }];
      case 2:
        return [{ side, bytes: Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]) }];
      case 3:
        return [
          { side, bytes: Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(60)), bytes.subarray(at)]) },
        ];
      case 4:
        return [
          { side, bytes: bytes.subarray(0, at) },
          { side, gap: 1 + to - at },
          { side, bytes: bytes.subarray(to) },
        ];
      default:
        return [{ side: side === "client" ? "server" : "client", bytes }];
    }
  });
}

for (const version of ["12", "13"] as const) {
  t.test(`TLS 1.${version[1]} in ${ROUNDS} kinds of damage`, async (t) => {
    const random = new RandomSource(chooseSeed());
    t.comment(`seed ${random.seed}`);
    const keys = new KeyLog();
    keys.push(`${illustratedKeylog(version)}\n`);
    let opened = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const turns = damaged(illustratedTalk(version), random);
      const options = { midstream: random.chance(0.1), ...(random.chance(0.5) ? { keys } : {}) };
      const watched = watch(turns, { ...options, chunking: randomChunks(random, 1 + random.below(2000)) });
      if (sumOf(watched.tally) !== watched.pushedBytes) t.fail(`round ${round}: the tally does not sum up`);
      if (findingLines(watched).length > 150) t.fail(`round ${round}: ${findingLines(watched).length} findings`);
      const words = (plaintext(watched, "client") + plaintext(watched, "server")).replaceAll("<gap>", "");
      if (!/^(ping)?(pong)?$/.test(words)) t.fail(`round ${round}: ${words} was never said`);
      if (words !== "") opened += 1;
    }
    t.ok(opened > 0, "some words survive some damage");
  });
}
