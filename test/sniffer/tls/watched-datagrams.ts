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

type DatagramObserver = Stage<StreamEvent, SnifferEvent> & { readonly tally: TlsTally };

export function watchDatagrams(
  make: (talk: Conversation) => DatagramObserver,
  datagrams: readonly Datagram[],
): { events: SnifferEvent[]; tally: TlsTally } {
  const talk = conversation();
  const observer = make(talk);
  const events: SnifferEvent[] = [];
  const offsets = { client: 0, server: 0 };
  for (const [index, { side, bytes }] of datagrams.entries()) {
    const lent = Uint8Array.from(bytes);
    observer.push({ kind: "bytes", conversation: talk, side, offset: offsets[side], bytes: lent, frame: index + 1 });
    offsets[side] += bytes.length;
    for (let event = observer.next(); event !== undefined; event = observer.next()) events.push(event);
    lent.fill(0xff);
    const pushed = offsets.client + offsets.server;
    if (sumOf(observer.tally) !== pushed) throw new Error(`the tally has ${sumOf(observer.tally)} of ${pushed} bytes`);
  }
  observer.push({ kind: "close", conversation: talk, how: "end-of-capture", frame: datagrams.length });
  observer.finish();
  for (let event = observer.next(); event !== undefined; event = observer.next()) events.push(event);
  return { events, tally: observer.tally };
}
