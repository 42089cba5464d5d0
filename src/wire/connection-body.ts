// The bodies that concern the connection as a whole: Ping, GoAway, Hello.
import { type FieldReader, LENGTH_DELIMITED, VARINT } from "./field-reader.js";
import type { GoAwayFrame, HelloFrame, PingFrame } from "./frame.js";
import type { FrameLimits } from "./limits.js";

export function decodePing(reader: FieldReader, streamId: number): PingFrame {
  let seen = 0;
  let token = 0n;
  let ack = false;
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        token = reader.uint64();
        break;
      case 2:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        ack = reader.bool();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { kind: "ping", streamId, token, ack };
}

export function decodeGoAway(reader: FieldReader, limits: FrameLimits, streamId: number): GoAwayFrame {
  let seen = 0;
  let code = 0;
  let message = "";
  let lastStreamId = 0;
  let graceMs = 0;
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        code = reader.uint32();
        break;
      case 2:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        message = reader.text(limits.maxTextBytes, "the message of a GoAway");
        break;
      case 3:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        lastStreamId = reader.uint32();
        break;
      case 4:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        graceMs = reader.uint32();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { kind: "go_away", streamId, code, message, lastStreamId, graceMs };
}

export function decodeHello(reader: FieldReader, limits: FrameLimits, streamId: number): HelloFrame {
  let seen = 0;
  // minor, max_frame_bytes, max_streams, stream_window_bytes, min_ping_interval_ms: fields 1 to 5 in order.
  const numbers: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  let schemaSha256: Uint8Array = new Uint8Array(0);
  const features: string[] = [];
  while (reader.more) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field <= numbers.length) {
      reader.expect(tag, VARINT);
      seen = reader.once(tag, seen);
      numbers[field - 1] = reader.uint32();
    } else if (field === 6) {
      reader.expect(tag, LENGTH_DELIMITED);
      seen = reader.once(tag, seen);
      schemaSha256 = schemaHash(reader, limits);
    } else if (field === 7) {
      reader.expect(tag, LENGTH_DELIMITED);
      pushFeature(reader, limits, features);
    } else {
      reader.skip(tag);
    }
  }
  const [minor, maxFrameBytes, maxStreams, streamWindowBytes, minPingIntervalMs] = numbers;
  return {
    kind: "hello",
    streamId,
    minor,
    maxFrameBytes,
    maxStreams,
    streamWindowBytes,
    minPingIntervalMs,
    schemaSha256,
    features,
  };
}

function schemaHash(reader: FieldReader, limits: FrameLimits): Uint8Array {
  const hash = reader.bytes();
  if (hash.length > limits.maxSchemaHashBytes) {
    throw reader.error("limit_exceeded", `a schema hash of more than ${limits.maxSchemaHashBytes} bytes`);
  }
  // Copied: a Hello is kept as long as its connection, the chunk that brought it should not be.
  return Uint8Array.from(hash);
}

function pushFeature(reader: FieldReader, limits: FrameLimits, features: string[]): void {
  if (features.length === limits.maxFeatures) {
    throw reader.error("limit_exceeded", `more than ${limits.maxFeatures} features`);
  }
  features.push(reader.text(limits.maxFeatureBytes, "a feature"));
}
