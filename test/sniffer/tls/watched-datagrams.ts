// A conversation of datagrams for tests, watched by any observer; every talk checks that the tally sums up.
import type { Stage } from "../../../src/bytes/stage.js";
import type { Side, SnifferEvent } from "../../../src/sniffer/event.js";
import type { Conversation, StreamEvent } from "../../../src/sniffer/stream/stream-event.js";
import type { TlsTally } from "../../../src/sniffer/tls/tls-tally.js";
import { conversation, sumOf } from "./watched-talk.js";

export interface Datagram {
  readonly side: Side;
  readonly bytes: Uint8Array;
}

type DatagramObserver = Stage<StreamEvent, SnifferEvent> & {
  readonly tally: TlsTally;
  nextDecrypted?(): StreamEvent | undefined;
};

export interface WatchedDatagrams {
  readonly events: SnifferEvent[];
  readonly decrypted: StreamEvent[];
  readonly tally: TlsTally;
}

/** What keys opened of one side, as text. */
export function openedText({ decrypted }: WatchedDatagrams, side: Side): string {
  const parts = decrypted.filter((event) => event.kind === "bytes").filter((event) => event.side === side);
  return Buffer.concat(parts.map(({ bytes }) => bytes)).toString("latin1");
}

export function watchDatagrams(
  make: (talk: Conversation) => DatagramObserver,
  datagrams: readonly Datagram[],
): WatchedDatagrams {
  const talk = conversation();
  const observer = make(talk);
  const events: SnifferEvent[] = [];
  const decrypted: StreamEvent[] = [];
  const drain = () => {
    for (let event = observer.next(); event !== undefined; event = observer.next()) events.push(event);
    for (let event = observer.nextDecrypted?.(); event !== undefined; event = observer.nextDecrypted?.()) {
      decrypted.push(event);
    }
  };
  const offsets = { client: 0, server: 0 };
  for (const [index, { side, bytes }] of datagrams.entries()) {
    const lent = Uint8Array.from(bytes);
    observer.push({ kind: "bytes", conversation: talk, side, offset: offsets[side], bytes: lent, frame: index + 1 });
    offsets[side] += bytes.length;
    drain();
    lent.fill(0xff);
    const pushed = offsets.client + offsets.server;
    if (sumOf(observer.tally) !== pushed) throw new Error(`the tally has ${sumOf(observer.tally)} of ${pushed} bytes`);
  }
  observer.push({ kind: "close", conversation: talk, how: "end-of-capture", frame: datagrams.length });
  observer.finish();
  drain();
  return { events, decrypted, tally: observer.tally };
}
