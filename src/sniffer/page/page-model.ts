// What the pages show, as JSON: the report carries all of it, the live page asks for it piece by piece.
import type { Accounted, AssessmentEvent, Side } from "../event.js";
import type { ConversationProtocol } from "../stream/stream-event.js";

/** How much of a thing somebody gets, from all to nothing; "unknown": nothing here tells. */
export type Level = "readable" | "unknown" | "length" | "presence" | "hidden" | "absent";

/** What there is to read. */
export type Aspect = "ends" | "sizes" | "server_name" | "protocol" | "certificate" | "content" | "password" | "token";

/** Who might read it. */
export type Observer = "passive" | "impersonator" | "trusted_ca" | "keys";

/** Where in the capture a thing shows. `frame` counts packets from 1; `offset` bytes of the side's stream. */
export interface Place {
  readonly conversation: number | null;
  readonly frame: number;
  readonly side: Side | null;
  readonly offset: number | null;
  readonly length: number | null;
  /** The offset counts what keys opened. */
  readonly opened?: boolean;
}

export interface Cell {
  readonly level: Level;
  /** Seen in this capture; else it follows from what was seen. */
  readonly seen: boolean;
  /** A sentence. */
  readonly why: string;
  readonly place: Place | null;
  /** Conversations of this level; 1 where the cell is that of one conversation. */
  readonly count: number;
}

export type Matrix = Readonly<Record<Aspect, Readonly<Record<Observer, Cell>>>>;

export interface PageHead {
  /** A file's name or an interface's. */
  readonly source: string;
  readonly live: boolean;
  /** ISO 8601; null in captures that carry no time. */
  readonly started: string | null;
  readonly seconds: number;
  readonly packets: number;
  readonly bytes: number;
  readonly linkTypes: readonly string[];
  readonly verdict: string;
  /** What the verdict does not know. */
  readonly caveats: readonly string[];
  readonly level: Level;
  /** Undefined until the end. */
  readonly accounted: Accounted | undefined;
  readonly damaged: boolean;
  readonly skipped: Readonly<Record<string, number>>;
  readonly conversations: number;
  /** Of these, those without a row of their own: the pages keep a bounded number. */
  readonly leftOut: number;
  readonly matrix: Matrix;
  readonly findings: readonly PageFinding[];
  /** Findings that are only counted. */
  readonly moreFindings: number;
}

/** A conversation's line in the list. */
export interface PageRow {
  readonly id: number;
  readonly protocol: ConversationProtocol;
  readonly client: string;
  readonly server: string;
  readonly application: string;
  readonly serverName: string | null;
  readonly version: string | null;
  /** Worst for its content. */
  readonly level: Level;
  readonly state: "open" | "fin" | "rst";
  /** Seconds since the capture's start. */
  readonly start: number;
  readonly seconds: number;
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly gaps: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** Passwords, tokens and the like that were readable. */
  readonly secrets: number;
}

export interface PageDetail {
  readonly row: PageRow;
  readonly communityId: string;
  readonly matrix: Matrix;
  readonly steps: readonly Step[];
  readonly assessment: AssessmentEvent | undefined;
  readonly bars: EncodedBars;
  readonly findings: readonly PageFinding[];
  readonly messages: readonly PageMessage[];
  readonly moreFindings: number;
  readonly moreMessages: number;
  readonly samples: readonly Sample[];
}

/** One step of a handshake, in plain words. */
export interface Step {
  readonly frame: number;
  readonly side: Side;
  readonly title: string;
  readonly lines: readonly StepLine[];
}

export interface StepLine {
  readonly name: string;
  readonly text: string;
  readonly level: Level;
  /** Why it can, or cannot, be read. */
  readonly why: string;
}

export interface PageFinding {
  readonly visibility: "readable" | "metadata" | "hidden" | "damaged";
  readonly what: string;
  readonly value: string | undefined;
  readonly field: string | undefined;
  /** Read with keys: others see ciphertext. */
  readonly decrypted: boolean;
  readonly place: Place;
  /** How often the same was found. */
  readonly count: number;
}

export interface PageMessage {
  readonly frame: number;
  readonly side: Side;
  readonly kind: string;
  readonly method: string | null;
  readonly text: string;
  readonly decrypted: boolean;
}

/** What a bar stands for, worst first: colours go by it. */
export type BarClass = "plaintext" | "not_understood" | "tls_metadata" | "ciphertext" | "opened" | "gap";

/** A record, or a segment where there are none. */
export interface Bar {
  readonly side: Side;
  readonly class: BarClass;
  /** Record content type; 0 for segments. */
  readonly type: number;
  readonly frame: number;
  /** Seconds since the conversation's first bar. */
  readonly time: number;
  /** Bytes. */
  readonly length: number;
}

/** Bars as varints in base64: a hundred thousand of them are half a megabyte. */
export interface EncodedBars {
  readonly count: number;
  readonly data: string;
  /** Bars beyond what is kept, and their bytes. */
  readonly more: number;
  readonly moreBytes: number;
}

/** "withheld": it may hold a secret that was not recognised: a body, a field of unknown meaning, a message cut off. */
export type SpanClass =
  | "plaintext"
  | "tls_metadata"
  | "ciphertext"
  | "padding"
  | "not_understood"
  | "secret"
  | "withheld";

/** Bytes from the stream of a side; what must not be shown is zeroed and marked "secret" or "withheld". */
export interface Sample {
  readonly side: Side;
  /** What keys opened: offsets count decrypted bytes. */
  readonly opened: boolean;
  readonly totalBytes: number;
  readonly pieces: readonly SamplePiece[];
}

export interface SamplePiece {
  readonly offset: number;
  /** Base64. */
  readonly data: string;
  /** In order, disjoint, and covering the piece. */
  readonly spans: readonly Span[];
}

export interface Span {
  readonly offset: number;
  readonly length: number;
  readonly class: SpanClass;
}

export interface PageModel {
  readonly head: PageHead;
  readonly rows: readonly PageRow[];
  readonly details: readonly PageDetail[];
}
