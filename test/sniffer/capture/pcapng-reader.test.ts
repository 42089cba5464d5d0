import { readdirSync, readFileSync } from "node:fs";
import t from "tap";
import { PcapngReader } from "../../../src/sniffer/capture/pcapng-reader.js";
import {
  block,
  enhanced,
  fixture,
  fixtureUrl,
  networkInterface,
  ORDERS,
  option,
  padded,
  read,
  section,
  u16,
  u32,
} from "./capture-bytes.js";
import { testWithstandsDamage } from "./damage.js";

const DATA = Buffer.from("captured data");
const HEX = DATA.toString("hex");

t.test("sections of either order, interfaces of several link types", async (t) => {
  const file = Buffer.concat(
    ORDERS.flatMap((order) => [
      section(order),
      networkInterface(order, 1),
      networkInterface(order, 113),
      enhanced(order, 1, [0, 1], DATA),
      enhanced(order, 0, [0, 2_000_003], DATA),
    ]),
  );
  const { results, error } = read(PcapngReader, [file]);
  t.equal(error, undefined);
  t.same(
    results.map(({ frame, linkType, seconds, nanoseconds, bytes }) => [frame, linkType, seconds, nanoseconds, bytes]),
    [
      [1, 113, 0, 1000, HEX],
      [2, 1, 2, 3000, HEX],
      [3, 113, 0, 1000, HEX],
      [4, 1, 2, 3000, HEX],
    ],
  );
});

t.test("resolution and offset of the interface make the time", async (t) => {
  for (const order of ORDERS) {
    const offset = Buffer.alloc(8);
    if (order === "le") offset.writeBigInt64LE(-3600n);
    else offset.writeBigInt64BE(-3600n);
    const options = [option(order, 2, Buffer.from("eth0")), option(order, 9, Buffer.of(9)), option(order, 14, offset)];
    const count = 1_700_003_600n * 1_000_000_000n + 999_999_999n;
    const time = [Number(count >> 32n), Number(count & 0xffffffffn)] as const;
    const file = [section(order), networkInterface(order, 1, 0, ...options), enhanced(order, 0, time, DATA)];
    const { results } = read(PcapngReader, [Buffer.concat(file)]);
    t.match(results, [{ seconds: 1_700_000_000, nanoseconds: 999_999_999 }]);
  }
});

t.test("simple packets carry no time and are as long as length, snapshot length and block allow", async (t) => {
  const simple = (length: number, data: Uint8Array) => block("be", 3, u32("be", length), padded(data));
  const file = Buffer.concat([
    section("be"),
    networkInterface("be", 1, 10),
    simple(13, DATA),
    simple(5, DATA.subarray(0, 5)),
    simple(900, DATA.subarray(0, 4)),
    section("be"),
    networkInterface("be", 1),
    simple(13, DATA),
  ]);
  const { results, error } = read(PcapngReader, [file]);
  t.equal(error, undefined);
  t.same(
    results.map(({ seconds, originalLength, bytes }) => [seconds, originalLength, bytes.length / 2]),
    [
      [null, 13, 10],
      [null, 5, 5],
      [null, 900, 4],
      [null, 13, 13],
    ],
  );
});

t.test("obsolete packet blocks are read", async (t) => {
  for (const order of ORDERS) {
    const body = [u16(order, 1, 77), u32(order, 0, 5, DATA.length, 500), padded(DATA)];
    const file = [section(order), networkInterface(order, 1), networkInterface(order, 228), block(order, 2, ...body)];
    const { results, error } = read(PcapngReader, [Buffer.concat(file)]);
    t.equal(error, undefined);
    t.match(results, [{ linkType: 228, nanoseconds: 5000, originalLength: 500, bytes: HEX }]);
  }
});

t.test("custom and journal blocks take a frame number, as in tshark; unknown blocks do not", async (t) => {
  for (const [type, frame] of [
    [0xbad, 2],
    [0x40000bad, 2],
    [9, 2],
    [4, 1],
    [5, 1],
    [0x80000123, 1],
  ] as const) {
    const extra = block("le", type, u32("le", 1, 2));
    const file = [section("le"), networkInterface("le", 1), extra, enhanced("le", 0, [0, 0], DATA)];
    t.match(read(PcapngReader, [Buffer.concat(file)]).results, [{ frame }], `block type ${type}`);
  }
});

t.test("TLS key logs are collected, other secrets are not", async (t) => {
  const keylog = Buffer.from("CLIENT_RANDOM 00 11\n");
  const secrets = (type: number) => block("le", 10, u32("le", type, keylog.length), padded(keylog));
  const file = Buffer.concat([section("le"), secrets(0x544c534b), secrets(0x57474b4c), secrets(0x544c534b)]);
  const { reader, error } = read(PcapngReader, [file]);
  t.equal(error, undefined);
  t.same(
    reader.secrets.map(String),
    [keylog, keylog].map((bytes) => String(new Uint8Array(bytes))),
  );
  t.match(read(PcapngReader, [file], { maxSecretsBytes: 39 }).error, { code: "limit", offset: 28 + 40 * 2 });
});

t.test("contradictions are refused where they stand, behind the packets before them", async (t) => {
  const good = [section("le"), networkInterface("le", 1), enhanced("le", 0, [0, 0], DATA)];
  const offset = Buffer.concat(good).length;
  const packet = enhanced("le", 0, [0, 0], DATA);
  const lie = (at: number, value: number) => {
    const changed = Buffer.from(packet);
    changed.writeUInt32LE(value, at);
    return changed;
  };
  for (const [what, bad, code] of [
    ["an unknown interface", lie(8, 1), "malformed"],
    ["a trailing length that differs", lie(packet.length - 4, 44), "malformed"],
    ["a length that is no multiple of four", lie(4, 47), "malformed"],
    ["a length below the least", lie(4, 8), "malformed"],
    ["more captured bytes than the block holds", lie(20, 17), "malformed"],
    ["a packet above the limit", lie(20, 0x40001), "limit"],
    ["a block above the limit", lie(4, 0x1000004), "limit"],
    ["a block too short for its fields", block("le", 6, u32("le", 0, 0)), "malformed"],
    ["an option beyond its block", networkInterface("le", 1, 0, u16("le", 2, 9), u32("le", 0)), "malformed"],
    ["a resolution without a value", networkInterface("le", 1, 0, option("le", 9, Buffer.alloc(0))), "malformed"],
    ["a section without byte order", block("le", 0x0a0d0d0a, Buffer.alloc(16)), "malformed"],
    ["a section of version 2", section("be", 2), "unsupported_version"],
    ["a section of version 1.1", section("be", 1, 1), "unsupported_version"],
  ] as const) {
    const { results, error } = read(PcapngReader, [Buffer.concat([...good, bad])]);
    t.equal(results.length, 1, what);
    t.match(error, { name: "CaptureError", code, offset, frame: 1 }, what);
  }
});

t.test("a section begins without interfaces", async (t) => {
  const file = [section("le"), networkInterface("le", 1), section("le"), enhanced("le", 0, [0, 0], DATA)];
  t.match(read(PcapngReader, [Buffer.concat(file)]).error, { code: "malformed", message: /has 0 interfaces/ });
});

t.test("interfaces are limited in each section", async (t) => {
  const one = networkInterface("be", 1);
  const limits = { maxInterfaces: 2 };
  const file = Buffer.concat([section("be"), one, one, section("be"), one, one]);
  t.equal(read(PcapngReader, [file], limits).error, undefined);
  t.match(read(PcapngReader, [Buffer.concat([file, one])], limits).error, { code: "limit", offset: file.length });
});

t.test("a block above the limit is refused before its bytes come", async (t) => {
  const reader = new PcapngReader({ maxBlockBytes: 1000 });
  reader.push(Buffer.concat([section("le"), u32("le", 6, 1004)]));
  t.throws(() => reader.next(), { code: "limit", offset: 28 });
});

for (const order of ORDERS) {
  for (const path of suite(order)) {
    t.test(`${path} gives what its description counts`, async (t) => {
      const answer = readFileSync(fixtureUrl(path.replace(/pcapng$/, "txt")), "utf8");
      const { results, error } = read(PcapngReader, [fixture(path)]);
      t.equal(error, undefined);
      t.same(
        results.map(({ frame, seconds }) => [frame, seconds === null]),
        expectedPackets(answer),
      );
    });
  }
}

t.test("the suite is the same in both orders", async (t) => {
  t.equal(suite("le").length, 24);
  for (const path of suite("le")) {
    const other = path.replace("output_le", "output_be");
    t.same(read(PcapngReader, [fixture(path)]).results, read(PcapngReader, [fixture(other)]).results, path);
  }
});

// Counts as tshark gives them; the custom blocks that it counts as frames left out.
for (const [path, packets] of [
  ["err-buffertoosmall", 27],
  ["linux_sll_oversized_addr", 209],
  ["test001-be", 4],
  ["test001-le", 4],
  ["test010-le", 4],
  ["test016-be", 4],
  ["test016-le", 4],
  ["test017-be", 0],
  ["test017-le", 0],
  ["test902", 1],
] as const) {
  t.test(`pcapng-more/${path} holds ${packets} packets`, async (t) => {
    const { results, error } = read(PcapngReader, [fixture(`pcapng-more/${path}.pcapng`)]);
    t.equal(error, undefined);
    t.equal(results.length, packets);
  });
}

t.test("pcapng-more/test901 ends in a section of version 2.0, which tshark refuses as well", async (t) => {
  const { results, error } = read(PcapngReader, [fixture("pcapng-more/test901.pcapng")]);
  t.equal(results.length, 1);
  t.match(error, { code: "unsupported_version", offset: 480, frame: 1 });
});

// Without custom blocks, so that frames and packets number the same.
for (const order of ORDERS) {
  testWithstandsDamage(t, PcapngReader, fixture(`pcapng-suite/output_${order}/advanced/test101.pcapng`));
}

function suite(order: string): string[] {
  const folder = `pcapng-suite/output_${order}`;
  return readdirSync(fixtureUrl(folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".pcapng"))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** Frame number, and whether it has no time, of each packet in the description's sequence of blocks. */
function expectedPackets(description: string): Array<[number, boolean]> {
  const sequence = /Block sequence: (.*)/.exec(description)?.[1]?.trim().split(", ") ?? [];
  const frames = sequence.filter((name) => ["EPB", "SPB", "PB", "CB", "DCB"].includes(name));
  return frames.flatMap((name, index) => (name.endsWith("PB") ? [[index + 1, name === "SPB"]] : []));
}

t.test("version 1.2 is another name of 1.0", async (t) => {
  const file = [section("le", 1, 2), networkInterface("le", 1), enhanced("le", 0, [0, 0], Buffer.from("abcd"))];
  t.match(read(PcapngReader, file), { results: { length: 1 }, error: undefined });
});
