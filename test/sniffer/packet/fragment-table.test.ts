import t, { type Test } from "tap";
import { DEFAULT_FRAGMENT_LIMITS, type FragmentLimits } from "../../../src/sniffer/packet/fragment-table.js";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { be16, be32, decodeWith, ETHERNET, ethernet, ipv4, ipv6, RAW, text, udp } from "./packet-bytes.js";

const MORE = 0x2000;
const datagram = udp([4000, 5000], "the quick brown fox jumps over the lazy dog, and over the moon");
const TEXT = new TextDecoder().decode(datagram.slice(8));

/** The bytes from `start` to `end` of a datagram as an IPv4 fragment. */
function fragment(start: number, end: number, identification = 7, body: Uint8Array = datagram): Uint8Array {
  const field = (start / 8) | (end < body.length ? MORE : 0);
  return ipv4({ protocol: 17, identification, fragment: field }, body.slice(start, end));
}

function decoderWith(limits: Partial<FragmentLimits> = {}) {
  const decoder = new PacketDecoder({ ...DEFAULT_FRAGMENT_LIMITS, ...limits });
  let captured = 0;
  let counted = 0;
  return {
    /** Decodes, and checks that the ledger of all packets so far sums to what was captured. */
    push(t: Test, bytes: Uint8Array, linkType = RAW, originalLength = bytes.length) {
      const packet = decodeWith(decoder, linkType, bytes, originalLength);
      captured += bytes.length;
      counted += packet.headerBytes + packet.paddingBytes + packet.payloadBytes + packet.notUnderstoodBytes;
      t.equal(counted + decoder.heldFragmentBytes, captured, "every byte is counted once");
      return packet;
    },
    decoder,
  };
}

t.test("fragments are joined in any order, and the last to come gives the datagram", async (t) => {
  const cuts = [0, 16, 32, 48, datagram.length];
  const pieces = cuts.slice(1).map((end, index) => fragment(cuts[index] ?? 0, end));
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 24; round++) {
    const { push, decoder } = decoderWith();
    const order = pieces.map((piece) => ({ piece, key: random.uint32() })).sort((a, b) => a.key - b.key);
    for (const [index, { piece }] of order.entries()) {
      const packet = push(t, piece);
      if (index < 3) t.same([packet.transport, packet.skipped], [0, "ip fragment"]);
      else t.equal(text(packet), TEXT);
      t.equal(packet.damage, undefined);
    }
    t.equal(decoder.heldFragmentBytes, 0);
  }
});

t.test("IPv6 fragments are joined, and an atomic one is whole", async (t) => {
  const piece = (start: number, end: number) => {
    const field = start | (end < datagram.length ? 1 : 0);
    return ipv6(44, [17, 0, ...be16(field), ...be32(99)], datagram.slice(start, end));
  };
  const { push } = decoderWith();
  t.equal(push(t, piece(24, datagram.length)).skipped, "ip fragment");
  t.equal(text(push(t, piece(0, 24))), TEXT);
  t.equal(text(push(t, piece(0, datagram.length))), TEXT, "atomic");
});

t.test("padding behind fragments is padding", async (t) => {
  const { push } = decoderWith();
  t.equal(push(t, ethernet(0x0800, fragment(0, 48), "padpad"), ETHERNET).paddingBytes, 6);
  const last = push(t, ethernet(0x0800, fragment(48, datagram.length), "pad"), ETHERNET);
  t.equal(text(last), TEXT);
  t.equal(last.paddingBytes, 3);
});

t.test("where fragments overlap the first wins, and that is told", async (t) => {
  const { push } = decoderWith();
  push(t, fragment(0, 32));
  const forged = datagram.slice().fill(0x21);
  const overlapping = push(t, fragment(16, 48, 7, forged));
  t.equal(overlapping.damage?.what, "fragments overlap");
  t.equal(text(push(t, fragment(48, datagram.length))), TEXT.slice(0, 24) + "!".repeat(16) + TEXT.slice(40));
});

t.test("the same fragment twice is nothing odd, other bytes in its place are", async (t) => {
  const { push } = decoderWith();
  push(t, fragment(0, 32));
  t.equal(push(t, fragment(0, 32)).damage, undefined);
  t.equal(push(t, fragment(0, 32, 7, datagram.slice().fill(0))).damage?.what, "fragments overlap");
  t.equal(text(push(t, fragment(32, datagram.length))), TEXT);
});

t.test("datagrams of other numbers, protocols or hosts are kept apart", async (t) => {
  const { push } = decoderWith();
  push(t, fragment(0, 32, 1));
  t.equal(push(t, fragment(32, datagram.length, 2)).transport, 0);
  const other = ipv4({ protocol: 17, identification: 1, fragment: 4, source: [9, 9, 9, 9] }, datagram.slice(32));
  t.equal(push(t, other).transport, 0);
  t.equal(text(push(t, fragment(32, datagram.length, 1))), TEXT);
});

t.test("fragments that cannot be are refused", async (t) => {
  const { push, decoder } = decoderWith();
  const odd = ipv4({ protocol: 17, fragment: MORE }, datagram.slice(0, 13));
  t.equal(push(t, odd).damage?.what, "fragment of 13 bytes");
  t.equal(push(t, ipv4({ protocol: 17, fragment: MORE })).damage?.what, "fragment of 0 bytes");
  const beyond = ipv4({ protocol: 17, fragment: 0x1fff }, datagram.slice(0, 16));
  t.equal(push(t, beyond).damage?.what, "fragment beyond the largest datagram");
  const cut = fragment(0, 32);
  t.same([push(t, cut.slice(0, -4), RAW, cut.length).damage, decoder.heldFragmentBytes], [undefined, 0]);
});

t.test("a flood of fragments costs what the limits allow", async (t) => {
  const { push, decoder } = decoderWith({ maxDatagrams: 10, maxHeldBytes: 1000 });
  let released = 0;
  for (let number = 0; number < 500; number++) {
    released += push(t, fragment(0, 32, number)).releasedBytes;
    t.ok(decoder.heldFragmentBytes <= 10 * 32);
  }
  t.equal(released, 490 * 32, "what is given up is said to be");
  const { push: pushBig, decoder: small } = decoderWith({ maxHeldBytes: 100 });
  for (let number = 0; number < 20; number++) pushBig(t, fragment(0, 48, number));
  t.ok(small.heldFragmentBytes <= 148);
});

t.test("one datagram in too many pieces is given up", async (t) => {
  const { push, decoder } = decoderWith({ maxPieces: 5 });
  const long = new Uint8Array(400);
  for (let start = 0; start < 400; start += 16) push(t, fragment(start, start + 8, 7, long));
  t.ok(decoder.heldFragmentBytes <= 5 * 8);
});

t.test("a fragment inside a datagram that fragments carried is counted once", async (t) => {
  const { push, decoder } = decoderWith();
  const insides = [fragment(0, 40), fragment(40, datagram.length)];
  const last = insides.flatMap((inside, index) =>
    [0, 24].map((at) => {
      const field = (at / 8) | (at === 0 ? MORE : 0);
      const body = inside.slice(at, at === 0 ? 24 : undefined);
      return push(t, ipv4({ protocol: 4, identification: 90 + index, fragment: field }, body));
    }),
  );
  const whole = last.at(-1);
  t.equal(whole?.transport, 17);
  t.equal(whole === undefined ? "" : text(whole), TEXT);
  t.equal(decoder.heldFragmentBytes, 0);
});

t.test("the first fragment is read alone where the capture cut it, and the others are not", async (t) => {
  const { push } = decoderWith();
  const first = fragment(0, 40);
  const packet = push(t, first.slice(0, 36), RAW, first.length);
  t.match(packet, { transport: 17, sourcePort: 4000, damage: undefined, skipped: undefined });
  t.equal(text(packet), TEXT.slice(0, 8));
  const second = fragment(40, datagram.length);
  t.match(push(t, second.slice(0, 30), RAW, second.length), { transport: 0, skipped: "ip fragment" });
});
