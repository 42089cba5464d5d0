// A conversation for tests: who said what, in order, watched by a TlsObserver; every talk checks that the tally sums up.
import type { FindingEvent, Side, SnifferEvent } from "../../../src/sniffer/event.js";
import type { Conversation, StreamEvent } from "../../../src/sniffer/stream/stream-event.js";
import { TlsObserver, type TlsObserverOptions } from "../../../src/sniffer/tls/tls-observer.js";
import type { TlsTally } from "../../../src/sniffer/tls/tls-tally.js";
import { type Chunking, whole } from "../../helpers/stage-feeding.js";

/** Bytes that one side sends, or a hole in what was captured of it. Each turn is one packet, numbered from 1. */
export type Turn = { side: Side; bytes: Uint8Array } | { side: Side; gap: number };

export interface TalkOptions extends TlsObserverOptions {
  readonly chunking?: Chunking;
  readonly midstream?: boolean;
}

export interface Watched {
  readonly events: SnifferEvent[];
  readonly tally: TlsTally;
  readonly pushedBytes: number;
  /** What keys opened. */
  readonly decrypted: StreamEvent[];
}

const ENDS = { id: 7, protocol: "tcp", client: "10.0.0.1:40000", server: "10.0.0.2:443" } as const;

export function conversation(midstream = false): Conversation {
  return {
    ...ENDS,
    clientPort: 40000,
    serverPort: 443,
    communityId: "1:test",
    firstFrame: 1,
    lastFrame: 1,
    bytes: { client: 0, server: 0 },
    gaps: 0,
    unwatched: { client: 0, server: 0 },
    midstream,
    state: "open",
    summary: () => ({
      ...ENDS,
      community_id: "1:test",
      first_frame: 1,
      last_frame: 1,
      client_bytes: 0,
      server_bytes: 0,
      client_sha256: "",
      server_sha256: "",
      gaps: 0,
      unwatched: { client: 0, server: 0 },
      state: "open",
    }),
  };
}

/** Watches a talk to its end. Chunks are overwritten after each push, as the contract allows the reassembler to do. */
export function watch(turns: readonly Turn[], options: TalkOptions = {}): Watched {
  const talk = conversation(options.midstream);
  const observer = new TlsObserver(talk, options);
  const events: SnifferEvent[] = [];
  const decrypted: StreamEvent[] = [];
  const drain = () => {
    for (let event = observer.next(); event !== undefined; event = observer.next()) events.push(event);
    for (let event = observer.nextDecrypted(); event !== undefined; event = observer.nextDecrypted())
      decrypted.push(event);
  };
  const offsets = { client: 0, server: 0 };
  let pushedBytes = 0;
  turns.forEach((turn, index) => {
    const { side } = turn;
    const frame = index + 1;
    if ("gap" in turn) {
      observer.push({ kind: "gap", conversation: talk, side, offset: offsets[side], length: turn.gap, frame });
      offsets[side] += turn.gap;
      drain();
      return;
    }
    for (const chunk of (options.chunking ?? whole)(turn.bytes)) {
      const lent = Uint8Array.from(chunk);
      observer.push({ kind: "bytes", conversation: talk, side, offset: offsets[side], bytes: lent, frame });
      offsets[side] += chunk.length;
      pushedBytes += chunk.length;
      drain();
      lent.fill(0xff);
      const sum = sumOf(observer.tally);
      if (sum !== pushedBytes) throw new Error(`the tally has ${sum} of ${pushedBytes} bytes in frame ${frame}`);
    }
  });
  observer.push({ kind: "close", conversation: talk, how: "end-of-capture", frame: turns.length });
  observer.finish();
  drain();
  return { events, tally: observer.tally, pushedBytes, decrypted };
}

export function sumOf(tally: TlsTally): number {
  return Object.values(tally).reduce((sum, bytes) => sum + bytes, 0);
}

export function ofKind<Kind extends SnifferEvent["event"]>(
  watched: Watched,
  kind: Kind,
): Extract<SnifferEvent, { event: Kind }>[] {
  return watched.events.filter((event) => event.event === kind) as Extract<SnifferEvent, { event: Kind }>[];
}

/** "damaged client: …" and so on, one line a finding. */
export function findingLines(watched: Watched): string[] {
  return ofKind(watched, "finding").map(findingLine);
}

function findingLine({ visibility, side, what }: FindingEvent): string {
  return `${visibility} ${side}: ${what}`;
}

/** The text that keys opened of one side, holes shown as "<gap>". */
export function plaintext({ decrypted }: Watched, side: Side): string {
  return decrypted
    .map((event) => {
      if (event.kind === "gap" && event.side === side) return "<gap>";
      return event.kind === "bytes" && event.side === side ? Buffer.from(event.bytes).toString("latin1") : "";
    })
    .join("");
}
