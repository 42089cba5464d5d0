// A frame as the program sees it: one flat object per kind, with no nesting that the wire needs and a reader does not.
import type { GoAway, Hello, MetadataEntry, Status } from "../gen/earshot/call/v1/call.js";

/** What a side sends or receives. Payloads may be views into the bytes that brought them. */
export type Frame =
  | RequestFrame
  | ResponseFrame
  | DataFrame
  | CancelFrame
  | CreditFrame
  | PingFrame
  | GoAwayFrame
  | HelloFrame
  | UnknownFrame;

export type FrameKind = Frame["kind"];

export interface RequestFrame {
  readonly kind: "request";
  readonly streamId: number;
  /** "package.Service/Method". */
  readonly method: string;
  /** Time left in milliseconds from arrival; 0 is none. */
  readonly timeoutMs: number;
  readonly open: boolean;
  /** Bytes of Data accepted before Credit. */
  readonly credit: number;
  readonly metadata: readonly MetadataEntry[];
  readonly payload: Uint8Array;
}

export interface ResponseFrame {
  readonly kind: "response";
  readonly streamId: number;
  /** undefined means OK. */
  readonly status: Status | undefined;
  readonly metadata: readonly MetadataEntry[];
  readonly payload: Uint8Array;
}

export interface DataFrame {
  readonly kind: "data";
  readonly streamId: number;
  readonly end: boolean;
  readonly payload: Uint8Array;
}

export interface CancelFrame {
  readonly kind: "cancel";
  readonly streamId: number;
  readonly code: number;
  readonly reason: string;
}

export interface CreditFrame {
  readonly kind: "credit";
  readonly streamId: number;
  readonly bytes: number;
}

export interface PingFrame {
  readonly kind: "ping";
  readonly streamId: number;
  readonly token: bigint;
  readonly ack: boolean;
}

export interface GoAwayFrame extends Readonly<GoAway> {
  readonly kind: "go_away";
  readonly streamId: number;
}

export interface HelloFrame extends Readonly<Hello> {
  readonly kind: "hello";
  readonly streamId: number;
}

/** A frame marked ignorable with a body that this version does not know, or with none (cover traffic): skip it. */
interface UnknownFrame {
  readonly kind: "unknown";
  readonly streamId: number;
  /** Number of the first unknown field, 0 when there is none. */
  readonly bodyField: number;
}

/** Where a decoded frame lay and what of it the Frame does not tell. */
export interface DecodedFrame {
  readonly frame: Frame;
  /** Of the length prefix, in bytes from the start of the direction's stream. */
  readonly offset: number;
  /** Of prefix and frame, in bytes. */
  readonly length: number;
  readonly ignorable: boolean;
  readonly paddingBytes: number;
}
