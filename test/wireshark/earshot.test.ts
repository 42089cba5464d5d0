// The Wireshark plug-in, in tshark, on what our own server and client said to each other.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { captureFile, play, type Said } from "../sniffer/played-capture.js";
import { captureOf, captureTalk, PASSWORD } from "./talk-capture.js";
import { ANY_PROTO, framesOf, NO_TSHARK, PROTO, tshark } from "./tshark.js";

const SERVICE = "earshot.accounts.v1.AccountService";
const METHODS = ["Register", "Login", "ListSessions", "ExportAccount", "Login"].map((name) => `${SERVICE}/${name}`);
const CALLS = [...METHODS, "grpc.health.v1.Health/Check"];
const folder = t.testdir({});
const options = { skip: NO_TSHARK };
const { "0": plaintext, "1": tls } = NO_TSHARK
  ? []
  : await Promise.all([captureTalk(folder, "plaintext"), captureTalk(folder, "tls")]);

/** The capture of a talk, between ports of one's choice. */
function write(talk: typeof tls, name: string, serverPort: number): string {
  const path = join(folder, name);
  writeFileSync(path, captureOf(talk?.turns ?? [], { keylog: talk?.keylog ?? "", serverPort }));
  return path;
}

const WHERE: readonly (readonly [what: string, talk: typeof tls, port: number, words: string[]])[] = [
  ["plain TCP on our port", plaintext, 7443, []],
  ["plain TCP elsewhere, by its first frame", plaintext, 12_345, []],
  [
    "plain TCP elsewhere, as it is told to",
    plaintext,
    12_345,
    ["-o", "earshot.heuristic:FALSE", "-d", "tcp.port==12345,earshot"],
  ],
  [
    "plain TCP on a port of one's choice",
    plaintext,
    9_999,
    ["-o", "earshot.heuristic:FALSE", "-o", "earshot.port:9999"],
  ],
  ["TLS on our port", tls, 7443, []],
  ["TLS elsewhere, by ALPN", tls, 12_345, []],
];

for (const [what, talk, port, words] of WHERE) {
  t.test(`calls over ${what}`, options, async (t) => {
    const frames = await framesOf(folder, write(talk, "talk.pcapng", port), ...words);
    const ofKind = (kind: string) => frames.filter((frame) => frame.get("earshot.kind")?.[0] === kind);
    const methodsOf = (kind: string) => ofKind(kind).map((frame) => frame.get("earshot.method")?.[0]);
    t.same(methodsOf("request"), CALLS);
    t.same(methodsOf("response"), CALLS, "a response has its request's method");
    t.same(
      ofKind("response").map((frame) => frame.get("earshot.status")?.[0]),
      ["0", "0", "0", "0", "16", "0"],
    );
    t.same(
      ofKind("response").map((frame) => frame.get("earshot.stream_id")?.[0]),
      ["1", "3", "5", "7", "9", "11"],
    );
    const told = new Set(frames.flatMap((frame) => frame.get("earshot.field") ?? []));
    for (const shown of [
      "username: alice",
      `password: ${PASSWORD}`,
      `session_token: ${talk?.token}`,
      "status: SERVING",
    ]) {
      t.ok(told.has(shown), shown.replace(/:.*/, ""));
    }
    t.same(ofKind("data")[0]?.get("earshot.payload_type"), ["earshot.accounts.v1.ExportAccountResponse"]);
    t.equal(
      frames.some((frame) => frame.has("earshot.padding")),
      talk === tls,
      "padding is shown where there is some",
    );
    t.notOk(frames.some((frame) => frame.has("earshot.malformed")));
  });
}

t.test("with the search paths of Wireshark, its own dissector shows the messages", options, async (t) => {
  const paths = [`uat:protobuf_search_paths:"${PROTO}","TRUE"`, `uat:protobuf_search_paths:"${ANY_PROTO}","FALSE"`];
  const words = paths.flatMap((path) => ["-o", path]);
  const { stdout } = await tshark(folder, write(tls, "talk.pcapng", 7443), "-V", ...words);
  t.match(stdout, "Message: earshot.accounts.v1.LoginRequest");
  t.match(stdout, "Field(1): username = alice (string)");
  t.match(stdout, "Message: earshot.call.v1.Frame");
  t.notMatch(stdout, "Field: username: alice", "and the plug-in does not say the same again");
});

t.test("secrets are masked where that is wanted", options, async (t) => {
  const { stdout } = await tshark(
    folder,
    write(plaintext, "talk.pcapng", 7443),
    "-O",
    "earshot",
    "-o",
    "earshot.mask:TRUE",
  );
  t.match(stdout, "Field: username: alice");
  t.match(stdout, `Field: password: [redacted: ${PASSWORD.length} bytes]`);
  t.match(stdout, /authorization: \[redacted: \d+ bytes\]/);
  t.notMatch(stdout, PASSWORD);
  t.notMatch(stdout, plaintext?.token ?? "");
});

t.test(
  "credentials in metadata are masked by the names that the sniffer knows, in whatever order they stand",
  options,
  async (t) => {
    const field = (number: number, value: string | Buffer): Buffer =>
      Buffer.concat([Buffer.of((number << 3) | 2, value.length), Buffer.from(value)]);
    const names = ["authorization", "x-api-key", "x-auth-token", "session-id", "Set-Cookie"];
    const entries = names.map((name, index) => {
      const [key, value] = [field(1, name), field(2 + (index % 2), "open sesame")];
      return field(5, index < 2 ? Buffer.concat([value, key]) : Buffer.concat([key, value]));
    });
    const body = Buffer.concat([
      field(1, METHODS[0] ?? ""),
      ...entries,
      field(5, Buffer.concat([field(1, "trace"), field(2, "t1")])),
    ]);
    const frame = Buffer.concat([Buffer.of(0x08, 1, 0x22, (body.length & 0x7f) | 0x80, body.length >> 7), body]);
    const bytes = Buffer.concat([Buffer.of((frame.length & 0x7f) | 0x80, frame.length >> 7), frame]);
    const path = join(folder, "metadata.pcapng");
    writeFileSync(path, captureFile(play([["client", bytes]], { serverPort: 7443 })));
    const { stdout } = await tshark(folder, path, "-O", "earshot", "-o", "earshot.mask:TRUE");
    for (const name of names) t.match(stdout, `Metadata: ${name}: [redacted: 11 bytes]`);
    t.match(stdout, "Metadata: trace: t1");
    t.notMatch(stdout, /Malformed|open sesame/);
  },
);

t.test("frames over any segments, several of them or parts, come out alike", options, async (t) => {
  const seed = chooseSeed();
  t.comment(`seed ${seed}`);
  const random = new RandomSource(seed);
  const cut = (plaintext?.turns ?? []).flatMap((turn) => {
    const pieces = [];
    const bytes = "bytes" in turn ? turn.bytes : new Uint8Array();
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + random.below(40);
      pieces.push({ side: turn.side, bytes: bytes.subarray(at, at + length) });
      at += length;
    }
    return pieces;
  });
  const path = join(folder, "cut.pcapng");
  writeFileSync(path, captureOf(cut));
  const kindsOf = async (path: string) => (await framesOf(folder, path)).map((frame) => frame.get("earshot.field"));
  t.same(await kindsOf(path), await kindsOf(write(plaintext, "whole.pcapng", 7443)));
});

const REFUSED: readonly (readonly [hex: string, why: string])[] = [
  ["00", "its length is 0"],
  ["8500", "its length is not written in as few bytes as it needs"],
  ["8080808001", "its length has more than 4 bytes"],
  ["ffffff7f", "its length is 268435455"],
  ["0432004200", "it has two bodies"],
  ["071a030001003200", "its padding is not all zeros"],
  ["026200", "it has no body that is known, and is not ignorable"],
  ["060801080132 00", "field 1 stands there twice"],
  ["033201ff", "a field's tag is cut"],
  ["033205ff", "a field reaches past its message"],
  ["0200ff", "a field has number 0"],
  ["020bff", "a field has wire type 3"],
];

t.test("what is no lawful frame is marked, and says why", options, async (t) => {
  const packets = REFUSED.flatMap(([hex], index) =>
    play([["client", Buffer.from(hex.replace(" ", ""), "hex")]], { clientPort: 50_000 + index, serverPort: 7443 }),
  );
  const path = join(folder, "refused.pcapng");
  writeFileSync(path, captureFile(packets));
  const frames = await framesOf(folder, path);
  const told = frames.map((frame) => frame.get("_ws.expert.message")?.[0]);
  t.same(
    told.map((text) => text?.replace(/^(Malformed|Not a) frame: /, "")),
    REFUSED.map(([, why]) => why),
  );
});

t.test("damage of any kind never stops the plug-in", options, async (t) => {
  const seed = chooseSeed();
  t.comment(`seed ${seed}`);
  const random = new RandomSource(seed);
  const damaged = (talk: typeof tls, clientPort: number) => {
    const turns = (talk?.turns ?? []).flatMap((turn): Said[] => {
      const bytes = Uint8Array.from("bytes" in turn ? turn.bytes : []);
      for (let count = random.below(3); count > 0; count--) bytes[random.below(bytes.length)] = random.below(256);
      const end = random.chance(0.1) ? random.below(bytes.length) : bytes.length;
      return [[turn.side, bytes.subarray(0, end)]];
    });
    return play(turns, { clientPort, serverPort: 7443 });
  };
  const packets = Array.from({ length: 60 }, (_, index) =>
    damaged(index % 3 === 0 ? tls : plaintext, 20_000 + index),
  ).flat();
  const path = join(folder, "damaged.pcapng");
  writeFileSync(path, captureFile(packets));
  for (const words of [["-2"], ["-o", "earshot.mask:TRUE"]]) {
    const { stdout } = await tshark(folder, path, "-V", ...words);
    t.match(stdout, "Malformed frame");
    t.ok(stdout.split("\nFrame ").length >= packets.length, "to the last packet");
  }
});
