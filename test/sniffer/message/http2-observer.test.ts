import { once } from "node:events";
import type { ClientHttp2Session, OutgoingHttpHeaders } from "node:http2";
import { gzipSync } from "node:zlib";
import protobuf from "protobufjs";
import t from "tap";
import { Http2Observer, type Http2ObserverOptions } from "../../../src/sniffer/message/http2-observer.js";
import { Schema } from "../../../src/sniffer/message/schema.js";
import { inflateMessage } from "../../../src/sniffer/message-inflater.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, randomChunks, whole } from "../../helpers/stage-feeding.js";
import { frame, grpcMessage, PREFACE, plainBlock, realTalk } from "./http2-frames.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const TEXT = `syntax = "proto3"; package shop;
service Till { rpc Pay(Order) returns (stream Receipt); }
message Order { string username = 1; uint32 count = 2; string card = 3 [debug_redact = true]; }
message Receipt { string text = 1; }`;
const schema = Schema.parse(protobuf, [{ name: "shop.proto", text: TEXT }]);
const root = protobuf.parse(TEXT, { keepCase: true }).root;
const encode = (type: string, value: object) => root.lookupType(type).encode(value).finish();
const random = new RandomSource(chooseSeed());
t.comment(`seed ${random.seed}`);
const CHUNKINGS = [whole, byteByByte, randomChunks(random, 50)];

type Options = ObserveOptions & Http2ObserverOptions;
const watch = (turns: readonly Turn[], options: Options = {}) =>
  observe((conversation) => new Http2Observer(conversation, { inflate: inflateMessage, ...options }), turns, options);
const summary = ({ messages }: ReturnType<typeof watch>) =>
  messages.flatMap(({ kind, stream_id, method, status, fields }) =>
    kind === "hello" || kind === "go_away" ? [] : [[kind, stream_id, method, status ?? fields["target"] ?? fields]],
  );

async function request(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body = ""): Promise<void> {
  const stream = session.request(headers);
  if (headers[":method"] === "POST") stream.end(body);
  stream.resume();
  await once(stream, "close");
}

t.test("a real talk of HTTP/2 is read in both directions", async (t) => {
  const basic = Buffer.from("bob:hunter2").toString("base64");
  const cookie = `sid=${"c".repeat(20_000)}`;
  const talk = await realTalk(
    t,
    (server) =>
      server.on("stream", (stream, headers) => {
        stream.additionalHeaders({ ":status": 103 });
        stream.resume().on("end", () => {
          stream.respond({
            ":status": headers[":path"] === "/a" ? 200 : 404,
            "set-cookie": "s=hunter2",
            server: "node",
          });
          stream.end("x".repeat(40_000));
        });
      }),
    async (session) => {
      await request(session, { ":path": "/a?password=hunter2", authorization: `Basic ${basic}` });
      // Longer than a frame may be, so that it goes on in CONTINUATIONs.
      await request(session, { ":path": "/b", ":method": "POST", cookie, authorization: `Basic ${basic}` }, "body");
      const form = { ":path": "/a", ":method": "POST", "content-type": "application/x-www-form-urlencoded" };
      await request(session, form, "user=bob&password=hun%74er2");
    },
  );
  for (const chunking of CHUNKINGS) {
    const seen = watch(talk, { chunking });
    t.same(summary(seen), [
      ["request", 1, "GET", "/a?password=[redacted: 7 bytes]"],
      ["response", 1, "GET", "103"],
      ["response", 1, "GET", "404"],
      ["request", 3, "POST", "/b"],
      ["response", 3, "POST", "103"],
      ["response", 3, "POST", "404"],
      ["request", 5, "POST", "/a"],
      ["response", 5, "POST", "103"],
      ["response", 5, "POST", "200"],
    ]);
    t.same(
      seen.findings.map(({ what, value }) => `${what} ${value}`),
      [
        "password [redacted: 7 bytes]",
        "username bob",
        "password [redacted: 7 bytes]",
        "cookie [redacted: 9 bytes]",
        "cookie [redacted: 20004 bytes]",
        "username bob",
        "password [redacted: 7 bytes]",
        "cookie [redacted: 9 bytes]",
        "username bob",
        "password [redacted: 7 bytes]",
        "cookie [redacted: 9 bytes]",
      ],
    );
    t.notMatch(JSON.stringify(seen.events), new RegExp(`hunter2|${basic}|cccc`));
    t.equal(seen.tally.not_understood, 0);
  }
});

t.test("gRPC's calls, messages and status are read by schema", async (t) => {
  const order = grpcMessage(encode("shop.Order", { username: "bob", count: 2, card: "4111222" }));
  const receipt = (text: string) => encode("shop.Receipt", { text });
  const talk = await realTalk(
    t,
    (server) =>
      server.on("stream", (stream) => {
        stream.respond(
          { ":status": 200, "content-type": "application/grpc+proto", "grpc-encoding": "gzip" },
          { waitForTrailers: true },
        );
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "5", "grpc-message": "no%20tea" }));
        stream.resume().on("end", () => {
          stream.write(grpcMessage(receipt("one")));
          stream.end(grpcMessage(gzipSync(receipt("two")), 1));
        });
      }),
    async (session) => {
      const headers = {
        ":method": "POST",
        ":path": "/shop.Till/Pay",
        "content-type": "application/grpc",
        te: "trailers",
      };
      const stream = session.request({ ...headers, authorization: "Bearer hunter2" });
      // Cut within the message, so that it comes in two frames.
      stream.write(order.subarray(0, 9));
      await new Promise((resolve) => setTimeout(resolve, 20));
      stream.end(order.subarray(9));
      stream.resume();
      await once(stream, "close");
    },
  );
  for (const chunking of CHUNKINGS) {
    const seen = watch(talk, { chunking, schema: () => schema });
    t.match(
      seen.messages.filter(({ kind }) => ["request", "data", "response"].includes(kind)),
      [
        {
          kind: "request",
          method: "shop.Till/Pay",
          metadata: { "content-type": "application/grpc", authorization: "Bearer [redacted: 7 bytes]" },
          fields: {},
        },
        { kind: "data", side: "client", fields: { username: "bob", count: 2, card: "[redacted: 7 bytes]" } },
        { kind: "data", side: "server", method: "shop.Till/Pay", fields: { text: "one" } },
        { kind: "data", side: "server", fields: { text: "two" } },
        { kind: "response", side: "server", status: "NOT_FOUND", status_message: "no tea" },
      ],
    );
    t.match(
      seen.findings.map(({ what }) => what),
      ["session token", "username", "card"],
    );
    const client = Buffer.concat(talk.filter(([side]) => side === "client").map(([, said]) => said as Uint8Array));
    const { offset = 0, length = 0 } = seen.findings[2]?.evidence ?? {};
    t.equal(client.toString("latin1", offset, offset + length), "4111222");
  }
  const unknown = watch(talk).messages.filter(({ kind, side }) => kind === "data" && side === "client");
  t.match(unknown[0]?.fields, { 1: "bob", 2: 2 });
});

const bytesOf = (turns: readonly Turn[]) => Buffer.concat(turns.map(([, said]) => said as Uint8Array));

// --- Frames that no library sends

const SETTINGS = frame(4, 0, 0);
const GET = plainBlock({ ":method": "GET", ":path": "/x", authorization: "Bearer tok" });
const opened = (...frames: Uint8Array[]): Turn[] => [
  ["client", Buffer.concat([Buffer.from(PREFACE), SETTINGS, ...frames])],
];

t.test("padding, priority and continuations lie around the fields, and evidence stays exact", async (t) => {
  const padded = Buffer.concat([Buffer.of(3), Buffer.alloc(5), GET.subarray(0, 10), Buffer.alloc(3)]);
  const turns = opened(
    frame(1, 0x29, 1, padded),
    frame(9, 0, 1, GET.subarray(10, 11)),
    frame(9, 4, 1, GET.subarray(11)),
  );
  for (const chunking of CHUNKINGS) {
    const { messages, findings } = watch(turns, { chunking });
    t.match(messages[1], { kind: "request", method: "GET", fields: { target: "/x" } });
    const offset = bytesOf(turns).indexOf("tok");
    t.match(findings, [{ what: "session token", evidence: { offset, length: 3 } }]);
  }
});

t.test("padding of DATA is counted as such", async (t) => {
  const seen = watch(opened(frame(1, 4, 1, GET), frame(0, 9, 1, `\x04data\0\0\0\0`)));
  t.equal(seen.tally.padding, 4);
});

t.test("resets, pushes and farewells are told", async (t) => {
  const promise = Buffer.concat([Buffer.of(0, 0, 0, 2), plainBlock({ ":method": "GET", ":path": "/pushed" })]);
  const turns: Turn[] = [
    ...opened(frame(1, 5, 1, GET)),
    ["server", Buffer.concat([SETTINGS, frame(5, 4, 1, promise), frame(1, 5, 2, plainBlock({ ":status": "200" }))])],
    ["client", frame(3, 0, 1, "\0\0\0\x08")],
    ["server", frame(7, 0, 0, "\0\0\0\x01\0\0\0\x0bcalm")],
  ];
  t.match(watch(turns).messages.slice(1), [
    { kind: "request", stream_id: 1 },
    { kind: "hello", side: "server" },
    { kind: "request", side: "server", stream_id: 2, fields: { target: "/pushed" } },
    { kind: "response", stream_id: 2, method: "GET", status: "200" },
    { kind: "cancel", stream_id: 1, method: "GET", status: "CANCEL", fields: { code: 8 } },
    { kind: "go_away", fields: { code: "ENHANCE_YOUR_CALM", message: "calm", last_stream_id: 1 } },
  ]);
});

const FAULTS: [string, Uint8Array][] = [
  ["a frame that is too long", frame(0, 0, 1, Buffer.alloc(0x4001))],
  ["DATA of no stream", frame(0, 0, 0, "x")],
  ["a PING of seven bytes", frame(6, 0, 0, "1234567")],
  ["a frame within a block", Buffer.concat([frame(1, 0, 1, GET), frame(0, 0, 1, "x")])],
  ["CONTINUATION of nothing", frame(9, 4, 1, GET)],
  ["padding longer than the frame", frame(1, 0x0c, 1, "\xff")],
  ["padding longer than DATA", frame(0, 8, 1, "\xff")],
];

for (const [what, bytes] of FAULTS) {
  t.test(`${what} is damage, and nothing is read on`, async (t) => {
    const { findings, tally, messages } = watch(opened(bytes, frame(1, 5, 3, GET)));
    t.match(findings, [{ visibility: "damaged", what: /^not HTTP\/2 from here on/ }]);
    t.ok(tally.not_understood > 0);
    t.notOk(messages.some(({ stream_id }) => stream_id === 3));
  });
}

t.test("fields that cannot be decoded end the knowledge of fields, not that of frames", async (t) => {
  const { findings, messages } = watch(
    opened(frame(1, 5, 1, "\xbf"), frame(1, 5, 3, GET), frame(7, 0, 0, Buffer.alloc(8))),
  );
  t.match(findings, [{ visibility: "damaged", what: /header fields of this side are unknown.*index/ }]);
  t.same(
    messages.map(({ kind }) => kind),
    ["hello", "go_away"],
  );
});

t.test("a flood of continuations, of streams or of large messages takes no memory without end", async (t) => {
  const flood = Array.from({ length: 3000 }, () => frame(9, 0, 1));
  t.match(watch(opened(frame(1, 0, 1, GET), ...flood)).findings, [{ what: /more than is kept/ }]);
  const grpc = plainBlock({ ":method": "POST", ":path": "/a.B/C", "content-type": "application/grpc" });
  const streams = Array.from({ length: 300 }, (_, index) =>
    Buffer.concat([frame(1, 4, index * 2 + 1, grpc), frame(0, 0, index * 2 + 1, `\0\0\0\xff\xff${"x".repeat(9000)}`)]),
  );
  const options = { limits: { maxStreams: 100, maxKeptBytes: 0x10000 } };
  t.equal(watch(opened(...streams), options).messages.filter(({ kind }) => kind === "request").length, 300);
  const large = watch(opened(frame(1, 4, 1, grpc), frame(0, 1, 1, grpcMessage(Buffer.alloc(9000)))), {
    limits: { maxMessageBytes: 1000 },
  });
  t.match(large.messages.at(-1)?.fields, { payload: "[9000 bytes, more than is kept]" });
});

t.test("a hole within DATA does no harm, one within fields loses those of its side, one elsewhere all", async (t) => {
  const data = frame(0, 0, 1, Buffer.alloc(100));
  const within = (bytes: Buffer): Turn[] => [
    ...opened(frame(1, 4, 1, GET), bytes.subarray(0, 20)),
    ["client", { gap: 30 }],
    ["client", Buffer.concat([bytes.subarray(50), frame(1, 5, 3, GET)])],
  ];
  t.match(watch(within(data)).messages.at(-1), { kind: "request", stream_id: 3 });
  const fields = watch(within(frame(1, 4, 5, Buffer.concat([GET, GET]))));
  t.match(fields.findings.at(-1), { what: /header fields of this side are unknown/ });
  t.equal(fields.messages.at(-1)?.stream_id, 1);
  const lost = watch([...opened(), ["client", { gap: 5 }], ["client", frame(1, 5, 3, GET)]]);
  t.equal(lost.tally.gap, 9 + GET.length);
});

t.test("a talk cut or changed at every byte gives findings, never an exception", async (t) => {
  const turns = opened(
    frame(1, 0x29, 1, Buffer.concat([Buffer.of(0), Buffer.alloc(5), GET])),
    frame(4, 0, 0, "\0\x01\0\0\x10\0"),
  );
  const bytes = bytesOf(turns);
  for (let at = PREFACE.length; at < bytes.length; at += 1) {
    watch([["client", bytes.subarray(0, at)]]);
    watch([["client", bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte))]]);
    watch([["client", bytes.map((byte, index) => (index === at ? byte ^ (1 << random.below(8)) : byte))]]);
  }
  t.match(watch([["client", bytes.subarray(0, -1)]]).findings.at(-1), { what: "the stream ended within a frame" });
});
