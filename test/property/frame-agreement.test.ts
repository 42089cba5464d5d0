// Whatever our decoder accepts, protobufjs and the generated code read alike: no two programs may see different frames
// in the same bytes.
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import protobuf from "protobufjs";
import t from "tap";
import { Frame as FrameMessage } from "../../src/gen/earshot/call/v1/call.js";
import type { DecodedFrame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { WireError } from "../../src/wire/wire-error.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { messageOf, plainBytes } from "../wire/frame-message.js";
import { randomFrame, spoiled } from "./random-frame.js";

const FRAMES = 20_000;
const SPOILED_FRAMES = 60_000;

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => fileURLToPath(new URL(`../../../proto/${target}`, import.meta.url));
const Frame = root.loadSync("earshot/call/v1/call.proto").lookupType("earshot.call.v1.Frame");

t.test("random frames come back the same from all three decoders", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < FRAMES; round += 1) {
    const frame = randomFrame(random);
    const options = { ignorable: random.chance(0.5), paddingBytes: random.below(10) };
    const { head, payload } = encodeFrame(frame, options);
    const decoded = decodeOne(Buffer.concat([head, payload]));
    if (!isDeepStrictEqual(plainBytes(decoded.frame), plainBytes(frame))) {
      t.same(plainBytes(decoded.frame), plainBytes(frame), `round ${round}`);
      return;
    }
    const disagreement = disagreementOn(decoded, withoutPrefix(Buffer.concat([head, payload])));
    if (disagreement !== undefined) {
      t.fail(`round ${round}: ${disagreement}`);
      return;
    }
  }
});

t.test("spoiled frames are refused by WireError, or read alike by all three decoders", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  let accepted = 0;
  let last: Uint8Array = new Uint8Array(0);
  for (let round = 0; round < SPOILED_FRAMES; round += 1) {
    const { head, payload } = encodeFrame(randomFrame(random));
    const bytes = withoutPrefix(Buffer.concat([head, payload]));
    const broken = spoiled(random, bytes, last);
    last = bytes;
    const decoded = decodeUnlessRefused(broken);
    accepted += decoded === undefined ? 0 : 1;
    const disagreement = decoded && disagreementOn(decoded, broken);
    if (disagreement !== undefined) {
      t.fail(`round ${round}: ${disagreement}`);
      return;
    }
  }
  t.comment(`${accepted} of ${SPOILED_FRAMES} were accepted`);
  t.ok(accepted > SPOILED_FRAMES / 20, "enough were accepted for the comparison to mean something");
  t.ok(accepted < SPOILED_FRAMES / 2, "most were refused");
});

function decodeOne(bytes: Uint8Array): DecodedFrame {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  const decoded = decoder.next();
  if (decoded === undefined) {
    throw new Error("no frame came out");
  }
  return decoded;
}

/** undefined when refused; any error but WireError fails the test. */
function decodeUnlessRefused(bytes: Uint8Array): DecodedFrame | undefined {
  if (bytes.length === 0) {
    return undefined;
  }
  try {
    return decodeOne(Buffer.concat([prefixOf(bytes.length), bytes]));
  } catch (error) {
    if (error instanceof WireError && error.blame === "peer") {
      return undefined;
    }
    throw error;
  }
}

function prefixOf(length: number): Uint8Array {
  return length < 0x80 ? Uint8Array.of(length) : Uint8Array.of((length & 0x7f) | 0x80, length >> 7);
}

function withoutPrefix(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.findIndex((byte) => byte < 0x80) + 1);
}

function disagreementOn(decoded: DecodedFrame, bytes: Uint8Array): string | undefined {
  const ours = plainBytes(messageOf(decoded.frame, decoded.ignorable, decoded.paddingBytes));
  const generated = plainBytes(FrameMessage.decode(bytes));
  const other = asGenerated(Frame.decode(bytes));
  const hex = Buffer.from(bytes).toString("hex");
  if (!isDeepStrictEqual(generated, ours)) {
    return `ts-proto reads ${hex} otherwise: ${show(generated)}, not ${show(ours)}`;
  }
  return isDeepStrictEqual(other, ours) ? undefined : `protobufjs reads ${hex} otherwise: ${show(other)}`;
}

/** A protobufjs message in the form of the generated code: oneofs as unions, tokens as bigint. */
function asGenerated(message: protobuf.Message): unknown {
  const { body, ...frame } = Frame.toObject(message, { defaults: true, arrays: true, oneofs: true, longs: String });
  const { streamId, ignorable, padding } = frame;
  const value = body === undefined ? undefined : { $case: body, value: bodyValue(body, frame[body]) };
  return plainBytes({ streamId, ignorable, padding, body: value });
}

function bodyValue(kind: string, value: Record<string, unknown>): unknown {
  if (kind === "ping") {
    return { ...value, token: BigInt(String(value["token"])) };
  }
  if (kind === "response") {
    return { ...value, status: statusValue(value["status"]), metadata: entries(value["metadata"]) };
  }
  return kind === "request" ? { ...value, metadata: entries(value["metadata"]) } : value;
}

/** protobufjs brings its own any.proto, whose names it does not turn to camel case. */
function statusValue(status: unknown): unknown {
  if (typeof status !== "object" || status === null || !("details" in status) || !Array.isArray(status.details)) {
    return undefined;
  }
  const details = status.details.map(({ type_url, value }) => ({ typeUrl: type_url, value }));
  return { ...status, details };
}

function entries(list: unknown): unknown {
  return Array.isArray(list)
    ? list.map(({ key, value, ...members }) => ({
        key,
        value: value === undefined ? undefined : { $case: value, value: members[value] },
      }))
    : list;
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner));
}
