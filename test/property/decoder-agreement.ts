// Whether three decoders read the same frame in the same bytes: ours, the generated code and protobufjs.

import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import protobuf from "protobufjs";
import { Frame as FrameMessage } from "../../src/gen/earshot/call/v1/call.js";
import type { DecodedFrame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { WireError } from "../../src/wire/wire-error.js";
import { messageOf, plainBytes } from "../wire/frame-message.js";

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => fileURLToPath(new URL(`../../../proto/${target}`, import.meta.url));
const Frame = root.loadSync("earshot/call/v1/call.proto").lookupType("earshot.call.v1.Frame");

export function decodeOne(bytes: Uint8Array): DecodedFrame {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  const decoded = decoder.next();
  if (decoded === undefined) {
    throw new Error("no frame came out");
  }
  return decoded;
}

/** A frame without its prefix; undefined when refused. @throws what is not a WireError that blames the peer. */
export function decodeUnlessRefused(bytes: Uint8Array): DecodedFrame | undefined {
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

export function prefixOf(length: number): Uint8Array {
  if (length < 0x80) {
    return Uint8Array.of(length);
  }
  const low = (length & 0x7f) | 0x80;
  return length < 0x4000
    ? Uint8Array.of(low, length >> 7)
    : Uint8Array.of(low, ((length >> 7) & 0x7f) | 0x80, length >> 14);
}

export function withoutPrefix(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.findIndex((byte) => byte < 0x80) + 1);
}

/** Undefined where all three agree. `bytes` are the frame without its prefix. */
export function disagreementOn(decoded: DecodedFrame, bytes: Uint8Array): string | undefined {
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
