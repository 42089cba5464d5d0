import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import t from "tap";
import { LoginRequest, LoginResponse } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { FrameObserver } from "../../../src/sniffer/message/frame-observer.js";
import { Schema } from "../../../src/sniffer/message/schema.js";
import type { Frame } from "../../../src/wire/frame.js";
import { encodeFrame, type FrameOptions } from "../../../src/wire/frame-encoder.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, randomChunks, whole } from "../../helpers/stage-feeding.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const name = "earshot/accounts/v1/accounts.proto";
const path = fileURLToPath(new URL(`../../../../proto/${name}`, import.meta.url));
const schema = Schema.parse(protobuf, [{ name, text: readFileSync(path, "utf8") }]);
const seed = chooseSeed();
t.comment(`seed ${seed}`);

const LOGIN = "earshot.accounts.v1.AccountService/Login";
const PASSWORD = "a pass phrase of some length";
const TOKEN = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyMTI";

const request = (more: Partial<Extract<Frame, { kind: "request" }>> = {}): Frame => ({
  kind: "request",
  streamId: 1,
  method: LOGIN,
  timeoutMs: 0,
  open: false,
  credit: 0,
  metadata: [],
  payload: LoginRequest.encode({ username: "alice", password: PASSWORD }).finish(),
  ...more,
});
const response = (more: Partial<Extract<Frame, { kind: "response" }>> = {}): Frame => ({
  kind: "response",
  streamId: 1,
  status: undefined,
  metadata: [],
  payload: LoginResponse.encode({
    account: undefined,
    sessionToken: TOKEN,
    expiresAtMs: 5n,
    sessionId: Buffer.alloc(0),
  }).finish(),
  ...more,
});

function wire(frame: Frame, options?: FrameOptions): Uint8Array {
  const { head, payload } = encodeFrame(frame, options);
  return Buffer.concat([head, payload]);
}

const watch = (turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new FrameObserver(conversation, { schema: () => schema }), turns, options);

const CHUNKINGS = { whole, byteByByte, random: randomChunks(new RandomSource(seed), 40) };

for (const [how, chunking] of Object.entries(CHUNKINGS)) {
  t.test(`a login is read with what it gave away, masked, with its place (${how})`, async (t) => {
    const call = wire(request());
    const answer = wire(response());
    const { messages, findings } = watch(
      [
        ["client", call],
        ["server", answer],
      ],
      { chunking },
    );
    t.match(messages[0], {
      kind: "request",
      method: LOGIN,
      stream_id: 1,
      frame: 1,
      fields: { username: "alice", password: "[redacted: 28 bytes]" },
    });
    t.match(messages[1], {
      kind: "response",
      method: LOGIN,
      status: "OK",
      frame: 2,
      fields: { session_token: "[redacted: 43 bytes]", expires_at_ms: "5" },
    });
    const placed = findings.map(({ what, value, side, evidence }) => [what, value, side, evidence]);
    const at = (bytes: Uint8Array, text: string, frame: number) => ({
      frame,
      offset: Buffer.from(bytes).indexOf(text),
      length: text.length,
    });
    t.same(placed, [
      ["username", "alice", "client", at(call, "alice", 1)],
      ["password", "[redacted: 28 bytes]", "client", at(call, PASSWORD, 1)],
      ["session token", "[redacted: 43 bytes]", "server", at(answer, TOKEN, 2)],
    ]);
    t.notMatch(JSON.stringify({ messages, findings }), new RegExp(`${PASSWORD}|${TOKEN}`));
  });
}

t.test("the second frame of a chunk has its own place", async (t) => {
  const two = Buffer.concat([wire(request()), wire(request({ streamId: 3 }))]);
  const { findings } = watch([["client", two]]);
  t.equal(findings[3]?.evidence.offset, two.lastIndexOf(PASSWORD));
});

t.test("authorization in metadata is masked and found", async (t) => {
  const bytes = wire(
    request({
      metadata: [
        { key: "authorization", value: { $case: "text", value: `Bearer ${TOKEN}` } },
        { key: "trace", value: { $case: "binary", value: Uint8Array.of(1, 255) } },
      ],
      payload: new Uint8Array(0),
    }),
  );
  const { messages, findings } = watch([["client", bytes]]);
  t.same(messages[0]?.metadata, { authorization: "Bearer [redacted: 43 bytes]", trace: "01ff" });
  t.match(findings[0], {
    what: "session token",
    field: "metadata.authorization",
    evidence: { offset: Buffer.from(bytes).indexOf(TOKEN), length: 43 },
  });
  t.notMatch(JSON.stringify({ messages, findings }), TOKEN);
});

t.test("a refusal has its code by name, its words and its details by schema", async (t) => {
  const details = [{ typeUrl: "type.googleapis.com/earshot.accounts.v1.RetryAfter", value: Uint8Array.of(0x08, 0x05) }];
  const refused = response({ status: { code: 8, message: "slow down", details }, payload: new Uint8Array(0) });
  const { messages } = watch([
    ["client", wire(request())],
    ["server", wire(refused)],
  ]);
  t.match(messages[1], {
    status: "RESOURCE_EXHAUSTED",
    status_message: "slow down",
    details: [{ "@type": "earshot.accounts.v1.RetryAfter", retry_after_ms: 5 }],
    fields: {},
  });
});

t.test("a method that no schema knows is shown by field numbers", async (t) => {
  const { messages } = watch([
    ["client", wire(request({ method: "x.Y/Z", payload: Uint8Array.of(0x0a, 1, 0x61, 0x10, 7) }))],
  ]);
  t.same(messages[0]?.fields, { 1: "a", 2: 7 });
});

t.test(
  "an answer whose request was not seen shows its length alone, since nobody knows what in it is secret",
  async (t) => {
    const { messages, findings } = watch([["server", wire(response())]]);
    t.equal(messages[0]?.method, null);
    t.match(messages[0]?.fields["payload"], /^\[\d+ bytes of a call whose request was not seen]$/);
    t.same(findings, []);
  },
);

t.test("frames about the connection are told by kind", async (t) => {
  const hello: Frame = {
    kind: "hello",
    streamId: 0,
    minor: 1,
    maxFrameBytes: 70_000,
    maxStreams: 9,
    streamWindowBytes: 0,
    minPingIntervalMs: 0,
    schemaSha256: Uint8Array.of(0xab),
    features: ["x"],
  };
  const frames: Frame[] = [
    hello,
    { kind: "ping", streamId: 0, token: 5n, ack: false },
    { kind: "cancel", streamId: 1, code: 1, reason: "no more" },
    { kind: "credit", streamId: 1, bytes: 10 },
    { kind: "go_away", streamId: 0, code: 0, message: "bye", lastStreamId: 1, graceMs: 5 },
  ];
  const cover = wire({ kind: "unknown", streamId: 0, bodyField: 0 }, { paddingBytes: 40 });
  const unknown = Buffer.from("0510016201aa", "hex"); // ignorable, and a body of field 12
  const { messages } = watch([["client", Buffer.concat([...frames.map((frame) => wire(frame)), cover, unknown])]]);
  t.same(
    messages.map(({ kind, status, fields }) => [kind, status, fields]),
    [
      [
        "hello",
        undefined,
        {
          minor: 1,
          max_frame_bytes: 70_000,
          max_streams: 9,
          stream_window_bytes: 0,
          min_ping_interval_ms: 0,
          schema_sha256: "ab",
          features: ["x"],
        },
      ],
      ["ping", undefined, { token: "5", ack: false }],
      ["cancel", "CANCELLED", { code: 1, reason: "no more" }],
      ["credit", undefined, { bytes: 10 }],
      ["go_away", undefined, { code: "OK", message: "bye", last_stream_id: 1, grace_ms: 5 }],
      ["unknown", undefined, { body_field: 12 }],
    ],
  );
});

t.test("a Hello allows the other side longer frames", async (t) => {
  const big = wire(request({ payload: LoginRequest.encode({ username: "u".repeat(70_000), password: "" }).finish() }));
  const hello: Frame = {
    kind: "hello",
    streamId: 0,
    minor: 0,
    maxFrameBytes: 100_000,
    maxStreams: 9,
    streamWindowBytes: 0,
    minPingIntervalMs: 0,
    schemaSha256: new Uint8Array(0),
    features: [],
  };
  t.match(watch([["client", big]]).findings[0], { visibility: "damaged", what: /frame_too_large/ });
  t.equal(
    watch([
      ["server", wire(hello)],
      ["client", big],
    ]).messages.length,
    2,
  );
});

t.test("padding is accounted as padding", async (t) => {
  const { tally } = watch([["client", wire(request(), { paddingBytes: 100 })]]);
  t.equal(tally.padding, 100);
});

t.test("damage ends the reading of its side, with the place; the other side goes on", async (t) => {
  const good = wire(request());
  const { messages, findings, tally } = watch([
    ["client", good],
    ["client", "\x00garbage"],
    ["client", good],
    ["server", wire(response())],
  ]);
  t.same(
    messages.map(({ side }) => side),
    ["client", "server"],
  );
  t.match(
    findings.find(({ visibility }) => visibility === "damaged"),
    { side: "client", what: /not frames from here on: .*zero_length/, evidence: { frame: 2, offset: good.length } },
  );
  t.equal(tally.not_understood, 8 + good.length);
});

t.test("behind a hole nothing is guessed", async (t) => {
  const good = wire(request());
  const { messages, findings, tally } = watch([
    ["client", good],
    ["client", { gap: 10 }],
    ["client", good],
  ]);
  t.equal(messages.length, 1);
  t.match(findings.at(-1), { visibility: "damaged", evidence: { frame: 2, offset: good.length, length: 10 } });
  t.equal(tally.gap, good.length);
});

t.test("joined midway, nothing is read", async (t) => {
  const { messages, tally } = watch([["client", wire(request())]], { midstream: true });
  t.same(messages, []);
  t.ok(tally.not_understood > 0);
});

t.test("a frame that the end cuts off is said to be cut", async (t) => {
  const good = wire(request());
  const { findings } = watch([["client", good.subarray(0, good.length - 1)]]);
  t.match(findings[0], {
    visibility: "damaged",
    what: "the stream ended within a frame",
    evidence: { frame: 1, offset: 0, length: good.length - 1 },
  });
});

t.test("a payload that does not fit its schema keeps what was good and says where it ends", async (t) => {
  const payload = Uint8Array.of(0x0a, 1, 0x61, 0x12, 0x7f);
  const bytes = wire(request({ payload }));
  const { messages, findings } = watch([["client", bytes]]);
  t.same(messages[0]?.fields, { username: "a" });
  t.match(findings.at(-1), { visibility: "damaged", evidence: { offset: bytes.length - 2, length: 2 } });
});

t.test("cut anywhere and with any byte changed it only says what it saw", async (t) => {
  const bytes = Buffer.concat([wire(request()), wire(request({ streamId: 3 }))]);
  for (let end = 0; end < bytes.length; end += 1) watch([["client", bytes.subarray(0, end)]]);
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x41;
    watch([
      ["client", changed],
      ["server", changed],
    ]);
  }
  t.pass("no error came out and every tally summed up");
});
