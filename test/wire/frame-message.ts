// A flat frame as the generated message that says the same, for comparison with other protobuf decoders.
import type { Frame as FrameMessage } from "../../src/gen/earshot/call/v1/call.js";
import type { Frame } from "../../src/wire/frame.js";

export function messageOf(frame: Frame, ignorable: boolean, paddingBytes: number): FrameMessage {
  return {
    streamId: frame.streamId,
    ignorable,
    padding: new Uint8Array(paddingBytes),
    body: bodyOf(frame),
  };
}

function bodyOf(frame: Frame): FrameMessage["body"] {
  switch (frame.kind) {
    case "go_away": {
      const { kind, streamId, ...value } = frame;
      return { $case: "goAway", value };
    }
    case "unknown":
      return undefined;
    default:
      return bodyWithSameName(frame);
  }
}

function bodyWithSameName(frame: Exclude<Frame, { kind: "go_away" | "unknown" }>): FrameMessage["body"] {
  switch (frame.kind) {
    case "request": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value: { ...value, metadata: [...value.metadata] } };
    }
    case "response": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value: { ...value, metadata: [...value.metadata] } };
    }
    case "data": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value };
    }
    case "cancel": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value };
    }
    case "credit": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value };
    }
    case "ping": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value };
    }
    case "hello": {
      const { kind, streamId, ...value } = frame;
      return { $case: kind, value };
    }
  }
}

/** The same value with every byte array as plain Uint8Array, so that views of Buffers compare equal. */
export function plainBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Uint8Array.from(value);
  }
  if (Array.isArray(value)) {
    return value.map(plainBytes);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainBytes(inner)]));
  }
  return value;
}
