// Any stream, however cut, shuffled within a window, repeated and overlapped, comes out byte for byte.
import t from "tap";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { ACK, FIN, handshake, type Step, TableScript } from "../sniffer/stream/table-script.js";

const ROUNDS = 150;

interface Sent {
  readonly step: Step;
  /** Steps are sent in the order of their keys. */
  readonly key: number;
}

/** Segments of one side from this sequence number on, some of them again in other pieces, disordered within a window. */
function segments(random: RandomSource, from: Step["from"], start: number, data: Uint8Array): Step[] {
  const window = random.below(9);
  const sent: Sent[] = [];
  const send = (begin: number, end: number, delay: number) => {
    const step = { from, sequence: start + begin, data: data.slice(begin, end) };
    sent.push({ step, key: sent.length + delay });
  };
  for (let begin = 0; begin < data.length; ) {
    const end = Math.min(data.length, begin + 1 + random.below(random.chance(0.2) ? 20 : 900));
    send(begin, end, random.below(window + 1));
    if (random.chance(0.2)) send(begin, end, random.below(30));
    if (random.chance(0.2)) {
      const earlier = Math.max(0, begin - random.below(1000));
      send(earlier, Math.min(data.length, earlier + 1 + random.below(1500)), random.below(30));
    }
    begin = end;
  }
  return sent.sort((left, right) => left.key - right.key).map(({ step }) => step);
}

/** Takes from both lists in turn, at random, keeping the order of each. */
function interleave(random: RandomSource, left: Step[], right: Step[]): Step[] {
  const mixed: Step[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (fromLeft < left.length || fromRight < right.length) {
    const takeLeft = fromRight === right.length || (fromLeft < left.length && random.chance(0.5));
    const step = takeLeft ? left[fromLeft++] : right[fromRight++];
    if (step !== undefined) mixed.push(step);
  }
  return mixed;
}

function play(random: RandomSource): { script: TableScript; client: Uint8Array; server: Uint8Array } {
  const near = () => (random.chance(0.5) ? 0xffffffff - random.below(20_000) : random.uint32());
  const [clientStart, serverStart] = [near(), near()];
  const client = random.bytes(random.below(20_000));
  const server = random.bytes(random.below(20_000));
  const script = handshake(new TableScript(), clientStart, serverStart);
  const steps = interleave(
    random,
    segments(random, "client", clientStart + 1, client),
    segments(random, "server", serverStart + 1, server),
  );
  // As a receiver would in a capture that sees acknowledgments before the data: everything is acknowledged throughout.
  const ends = { client: clientStart + 1 + client.length, server: serverStart + 1 + server.length };
  for (const step of steps) {
    script.tcp({ ...step, acknowledgment: step.from === "client" ? ends.server : ends.client });
  }
  script.tcp({ from: "client", sequence: ends.client, flags: FIN | ACK });
  script.tcp({ from: "server", sequence: ends.server, flags: FIN | ACK });
  return { script: script.finish(), client, server };
}

t.test("the exact bytes come out, without a hole, and every captured byte is counted", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < ROUNDS; round++) {
    const { script, client, server } = play(random);
    const [conversation, ...others] = script.conversations;
    const whole = script.stream(0, "client").equals(client) && script.stream(0, "server").equals(server);
    const delivered = client.length + server.length;
    const { retransmittedBytes, unplacedBytes } = script.table;
    const odd = script.told().filter((line) => / gap |other bytes|window/.test(line));
    t.same(
      {
        whole,
        others: others.length,
        state: conversation?.state,
        odd,
        sum: delivered + retransmittedBytes + unplacedBytes,
      },
      { whole: true, others: 0, state: "fin", odd: [], sum: script.payloadBytes },
      `round ${round}`,
    );
  }
});
