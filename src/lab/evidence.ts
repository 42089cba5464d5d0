// Reads the sniffer's JSON lines and says what was readable, each with the packet and byte that prove it.
import type { SnifferEvent } from "../sniffer/event.js";
import type { Exposure } from "./rung.js";

/** The capture that shows it: of the wire, of what passes inside the impersonator's machine; or he asked the server. */
export type ProofSource = "wire" | "inside" | "server";

export interface Proof {
  readonly exposure: Exposure;
  readonly source: ProofSource;
  /** 1-based packet of that capture, and the byte in that side's stream where the thing begins. */
  readonly frame: number | null;
  readonly offset: number | null;
  /** What was read, in words; secrets are masked by the sniffer. */
  readonly detail: string;
}

/** Parses `sniffer --json` output. Lines that are not JSON are an error of the program, not of the input. */
export function decodeEvents(jsonLines: string): SnifferEvent[] {
  return jsonLines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as SnifferEvent);
}

/** The first proof of each exposure, in the order in which the capture gave them. */
export function collectProofs(events: readonly SnifferEvent[], source: ProofSource): Map<Exposure, Proof> {
  const proofs = new Map<Exposure, Proof>();
  for (const proof of events.flatMap(proofsOf)) {
    if (!proofs.has(proof.exposure)) proofs.set(proof.exposure, { ...proof, source });
  }
  return proofs;
}

type Found = Omit<Proof, "source">;

function proofsOf(event: SnifferEvent): Found[] {
  switch (event.event) {
    case "client_hello":
      return [
        ...(event.sni === null ? [] : [at(event.frame, "server name (SNI)", event.sni)]),
        ...(event.alpn.length === 0 ? [] : [at(event.frame, "protocol (ALPN)", event.alpn.join(", "))]),
      ];
    case "certificate":
      return event.side === "server" ? [at(event.frame, "server certificate", event.chain[0]?.subject ?? "")] : [];
    case "record":
      return event.content_type === 23 ? [at(event.frame, "sizes and times", `${event.length} bytes, encrypted`)] : [];
    case "message":
      return [at(event.frame, "sizes and times", "every message whole")];
    case "finding":
      return event.visibility === "readable" ? readable(event) : [];
    default:
      return [];
  }
}

function at(frame: number, exposure: Exposure, detail: string): Found {
  return { exposure, frame, offset: null, detail };
}

/** What the ladder asks about, by the words in which the sniffer reports it. */
const fieldExposures: readonly [pattern: RegExp, exposure: Exposure][] = [
  [/\busername\b/, "username"],
  [/\bpassword\b/, "password"],
  [/\bsession token\b/, "session token"],
];

function readable(event: Extract<SnifferEvent, { event: "finding" }>): Found[] {
  const { frame, offset } = event.evidence;
  return fieldExposures
    .filter(([pattern]) => pattern.test(event.what))
    .map(([, exposure]) => ({ exposure, frame, offset, detail: event.value ?? event.what }));
}
