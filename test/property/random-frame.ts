// Random frames of every kind, and ways to spoil the bytes of one.
import type { MetadataEntry, Status } from "../../src/gen/earshot/call/v1/call.js";
import type { Frame, FrameKind } from "../../src/wire/frame.js";
import type { RandomSource } from "../helpers/random-source.js";

const KINDS: [FrameKind, ...FrameKind[]] = [
  "request",
  "response",
  "data",
  "cancel",
  "credit",
  "ping",
  "go_away",
  "hello",
  "unknown",
];

export function randomFrame(random: RandomSource): Frame {
  const kind = random.pick(KINDS);
  const streamId = randomNumber(random);
  switch (kind) {
    case "request":
      return {
        kind,
        streamId,
        method: randomText(random),
        timeoutMs: randomNumber(random),
        open: random.chance(0.5),
        credit: randomNumber(random),
        metadata: randomMetadata(random),
        payload: randomBytes(random),
      };
    case "response":
      return {
        kind,
        streamId,
        status: random.chance(0.5) ? randomStatus(random) : undefined,
        metadata: randomMetadata(random),
        payload: randomBytes(random),
      };
    case "data":
      return { kind, streamId, end: random.chance(0.5), payload: randomBytes(random) };
    case "cancel":
      return { kind, streamId, code: randomNumber(random), reason: randomText(random) };
    case "credit":
      return { kind, streamId, bytes: randomNumber(random) };
    case "ping": {
      const token = (BigInt(randomNumber(random)) << 32n) | BigInt(randomNumber(random));
      return { kind, streamId, token, ack: random.chance(0.5) };
    }
    case "go_away":
      return {
        kind,
        streamId,
        code: randomNumber(random),
        message: randomText(random),
        lastStreamId: randomNumber(random),
        graceMs: randomNumber(random),
      };
    case "hello":
      return {
        kind,
        streamId,
        minor: randomNumber(random),
        maxFrameBytes: randomNumber(random),
        maxStreams: randomNumber(random),
        streamWindowBytes: randomNumber(random),
        minPingIntervalMs: randomNumber(random),
        schemaSha256: random.bytes(random.pick([0, 32])),
        features: Array.from({ length: random.below(4) }, () => randomText(random)),
      };
    case "unknown":
      return { kind, streamId, bodyField: 0 };
  }
}

/** The bytes with one or two small faults: what a bug or an attacker would make of them. */
export function spoiled(random: RandomSource, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let result = Array.from(bytes);
  for (let faults = 1 + random.below(2); faults > 0; faults -= 1) {
    const at = random.below(result.length + 1);
    const length = 1 + random.below(6);
    switch (random.below(6)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        result.splice(at, length);
        break;
      case 2:
        result.splice(at, 0, ...random.bytes(length));
        break;
      case 3:
        result.splice(at, 0, ...result.slice(at, at + length));
        break;
      case 4: // An unknown field, or one that is known under another wire type.
        result.splice(at, 0, ...randomField(random));
        break;
      default: // Fields of another frame behind this one's: second bodies, repeated ids.
        result = [...result, ...other];
    }
  }
  return Uint8Array.from(result);
}

function randomField(random: RandomSource): number[] {
  const number = random.below(16);
  switch (random.below(4)) {
    case 0:
      return [number << 3, random.below(128)];
    case 1:
      return [(number << 3) | 1, ...random.bytes(8)];
    case 2: {
      const content = random.bytes(random.below(5));
      return [(number << 3) | 2, content.length, ...content];
    }
    default:
      return [(number << 3) | 5, ...random.bytes(4)];
  }
}

function randomNumber(random: RandomSource): number {
  return random.uint32() >>> random.below(33);
}

function randomBytes(random: RandomSource): Uint8Array {
  return random.bytes(random.chance(0.1) ? random.below(400) : random.below(20));
}

function randomText(random: RandomSource): string {
  const alphabet: [string, ...string[]] = [
    "a",
    "Z",
    "/",
    " ",
    "\0",
    "\u007f",
    "é",
    "\ufeff",
    "\ufffd",
    "漢",
    "😀",
    "e\u0301",
  ];
  const length = random.chance(0.2) ? random.below(15) : random.below(6);
  return Array.from({ length }, () => random.pick(alphabet)).join("");
}

function randomMetadata(random: RandomSource): MetadataEntry[] {
  return Array.from({ length: random.below(4) }, () => ({ key: randomText(random), value: randomValue(random) }));
}

function randomValue(random: RandomSource): MetadataEntry["value"] {
  switch (random.below(3)) {
    case 0:
      return { $case: "text", value: randomText(random) };
    case 1:
      return { $case: "binary", value: randomBytes(random) };
    default:
      return undefined;
  }
}

function randomStatus(random: RandomSource): Status {
  return {
    code: randomNumber(random),
    message: randomText(random),
    details: Array.from({ length: random.below(3) }, () => ({
      typeUrl: randomText(random),
      value: randomBytes(random),
    })),
  };
}
