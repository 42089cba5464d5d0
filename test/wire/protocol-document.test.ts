// PROTOCOL.md is what others build on: its bytes, tables and program are compared with the code.
import { readFileSync } from "node:fs";
import t from "tap";
import {
  InvalidField,
  InvalidField_Reason,
  LoginRequest,
  LoginResponse,
} from "../../src/gen/earshot/accounts/v1/accounts.js";
import type { Frame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { encodeFrame, type FrameOptions } from "../../src/wire/frame-encoder.js";
import { DEFAULT_FRAME_LIMITS, WIRE_LIMITS } from "../../src/wire/limits.js";
import { StatusCode } from "../../src/wire/status-code.js";
import { WIRE_ERROR_CODES } from "../../src/wire/wire-error.js";

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const document = file("PROTOCOL.md");

/** Fenced blocks whose first line is "hex NAME": bytes up to a semicolon on each line. */
const examples = new Map<string, Buffer>();
for (const [, name = "", body = ""] of document.matchAll(/^```hex (.+)\n([\s\S]*?)^```$/gm)) {
  const digits = body.replaceAll(/;.*$/gm, "").replaceAll(/\s/g, "");
  examples.set(name, Buffer.from(digits, "hex"));
}

const NO_BYTES = new Uint8Array(0);
const SERVICE = "earshot.accounts.v1.AccountService";
const token = "A".repeat(43);

const request = (streamId: number, method: string, fields: Partial<Frame & { kind: "request" }>): Frame => ({
  kind: "request",
  streamId,
  method: `${SERVICE}/${method}`,
  timeoutMs: 0,
  open: false,
  credit: 0,
  metadata: [],
  payload: NO_BYTES,
  ...fields,
});

const FRAMES: Record<string, Frame> = {
  ping: { kind: "ping", streamId: 0, token: 300n, ack: false },
  "padded-ping": { kind: "ping", streamId: 0, token: 300n, ack: false },
  "ping-answer": { kind: "ping", streamId: 0, token: 300n, ack: true },
  "cover-traffic": { kind: "unknown", streamId: 0, bodyField: 0 },
  cancel: { kind: "cancel", streamId: 1, code: StatusCode.CANCELLED, reason: "" },
  open: request(1, "Talk", { method: "example.v1.ChatService/Talk", open: true, credit: 65_536 }),
  data: { kind: "data", streamId: 1, end: true, payload: Buffer.from("hi") },
  credit: { kind: "credit", streamId: 1, bytes: 65_536 },
  "go-away": {
    kind: "go_away",
    streamId: 0,
    code: 0,
    message: "the server is closing",
    lastStreamId: 3,
    graceMs: 5_000,
  },
  "refusal-of-a-call": {
    kind: "response",
    streamId: 5,
    status: { code: StatusCode.UNIMPLEMENTED, message: "no such method is served", details: [] },
    metadata: [{ key: "earshot.delivery", value: { $case: "text", value: "not_processed" } }],
    payload: NO_BYTES,
  },
  hello: {
    kind: "hello",
    streamId: 0,
    minor: 0,
    maxFrameBytes: 4_194_304,
    maxStreams: 128,
    streamWindowBytes: 0,
    minPingIntervalMs: 0,
    schemaSha256: NO_BYTES,
    features: [],
  },
  login: request(1, "Login", {
    timeoutMs: 5_000,
    payload: LoginRequest.encode({ username: "alice", password: "seven grey herons fly" }).finish(),
  }),
  "login-response": {
    kind: "response",
    streamId: 1,
    status: undefined,
    metadata: [],
    payload: LoginResponse.encode({
      account: {
        accountId: Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"),
        username: "alice",
        createdAtMs: 1_700_000_000_000n,
      },
      sessionToken: token,
      expiresAtMs: 1_700_086_400_000n,
      sessionId: Buffer.alloc(0),
    }).finish(),
  },
  whoami: request(3, "WhoAmI", {
    metadata: [{ key: "authorization", value: { $case: "text", value: `Bearer ${token}` } }],
  }),
  "invalid-field": {
    kind: "response",
    streamId: 1,
    status: {
      code: StatusCode.INVALID_ARGUMENT,
      message: "the password is too short",
      details: [
        {
          typeUrl: "type.googleapis.com/earshot.accounts.v1.InvalidField",
          value: InvalidField.encode({
            field: "password",
            reason: InvalidField_Reason.REASON_TOO_SHORT,
            description: "",
          }).finish(),
        },
      ],
    },
    metadata: [],
    payload: NO_BYTES,
  },
};
const OPTIONS: Record<string, FrameOptions> = {
  "cover-traffic": { paddingBytes: 4 },
  "padded-ping": { paddingBytes: 2 },
};

t.test("every example is what the encoder writes, and every frame here is an example", async (t) => {
  const accepted = [...examples.keys()].filter((name) => !name.startsWith("refused "));
  t.same(accepted.sort(), Object.keys(FRAMES).sort());
  for (const [name, frame] of Object.entries(FRAMES)) {
    const { head, payload } = encodeFrame(frame, OPTIONS[name]);
    t.equal(examples.get(name)?.toString("hex"), Buffer.concat([head, payload]).toString("hex"), name);
  }
});

t.test("every example of a refusal is refused by that name", async (t) => {
  const refused = [...examples].filter(([name]) => name.startsWith("refused "));
  t.ok(refused.length >= 7);
  for (const [name, bytes] of refused) {
    const decoder = new FrameDecoder();
    decoder.push(bytes);
    t.throws(() => decoder.next(), { code: name.slice("refused ".length) }, name);
  }
});

t.test("the table of limits is the one in the code", async (t) => {
  // Before Hello a frame has the floor's length; the table gives the largest that a prefix can say.
  const limits: Record<string, number> = { ...DEFAULT_FRAME_LIMITS, ...WIRE_LIMITS };
  const told: Record<string, number> = {};
  for (const [, name = "", value] of section("6. Limits").matchAll(/^\| (\w+) \| (\d+) \|/gm)) {
    told[name] = Number(value);
  }
  t.same(told, limits);
});

t.test("the table of refusals names every code", async (t) => {
  const named = [...section("7. Refusals").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  t.same(named.sort(), [...WIRE_ERROR_CODES].sort());
});

t.test("the table of statuses has every number and name", async (t) => {
  const told = Object.fromEntries(
    [...section("8. Statuses").matchAll(/\| (\d+) \| ([A-Z_]+) (?=\|)/g)].map(([, code, name = ""]) => [
      name,
      Number(code),
    ]),
  );
  t.same(told, StatusCode);
});

t.test("the client printed in it is the one that the tests run", async (t) => {
  const [, program] = /^```python\n([\s\S]*?)^```$/m.exec(document) ?? [];
  t.equal(program, file("test/e2e/python/earshot.py"));
  t.match(document, `a Python client of ${program?.trimEnd().split("\n").length} lines`);
});

function section(title: string): string {
  const [, text = ""] = document.split(`\n## ${title}\n`);
  return text.split("\n## ")[0] ?? "";
}
