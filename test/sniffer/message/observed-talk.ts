// A conversation for tests of observers: who said what, in order, in any chunking; checks that the tally sums up.
import t from "tap";
import type { FindingEvent, MessageEvent, Side, SnifferEvent } from "../../../src/sniffer/event.js";
import type { Handover, MessageObserver } from "../../../src/sniffer/message/message-observer.js";
import type { MessageTally } from "../../../src/sniffer/message/message-tally.js";
import type { Conversation } from "../../../src/sniffer/stream/stream-event.js";
import { type Chunking, whole } from "../../helpers/stage-feeding.js";
import { conversation } from "../tls/watched-talk.js";

/** Bytes or text (Latin-1) that one side sends, or a hole. Each turn is one packet, numbered from 1. */
export type Turn = readonly [side: Side, said: string | Uint8Array] | readonly [side: Side, hole: { gap: number }];

export interface Observed {
  readonly events: SnifferEvent[];
  readonly messages: MessageEvent[];
  readonly findings: FindingEvent[];
  readonly tally: MessageTally;
  readonly handover: Handover | undefined;
}

export interface ObserveOptions {
  readonly chunking?: Chunking;
  readonly midstream?: boolean;
  readonly protocol?: "tcp" | "udp";
}

export function observe(
  make: (conversation: Conversation) => MessageObserver,
  turns: readonly Turn[],
  { chunking = whole, midstream = false, protocol = "tcp" }: ObserveOptions = {},
): Observed {
  const talk = { ...conversation(midstream), protocol };
  const observer = make(talk);
  const events: SnifferEvent[] = [];
  const offsets = { client: 0, server: 0 };
  let pushed = 0;
  const drain = (): void => {
    for (let event = observer.next(); event !== undefined; event = observer.next()) events.push(event);
  };
  turns.forEach(([side, said], index) => {
    const frame = index + 1;
    if (typeof said === "object" && "gap" in said) {
      observer.push({ kind: "gap", conversation: talk, side, offset: offsets[side], length: said.gap, frame });
      offsets[side] += said.gap;
      drain();
      return;
    }
    for (const bytes of chunking(typeof said === "string" ? Buffer.from(said, "latin1") : said)) {
      if (observer.handover !== undefined) return;
      // Memory that is overwritten after the push, as the contract allows the reassembler to do.
      const lent = Uint8Array.from(bytes);
      observer.push({ kind: "bytes", conversation: talk, side, offset: offsets[side], bytes: lent, frame });
      drain();
      lent.fill(0xff);
      offsets[side] += bytes.length;
      pushed += bytes.length;
      const over = observer.handover === undefined ? 0 : offsets[side] - observer.handover[side];
      pushed -= Math.max(0, over);
    }
  });
  observer.push({ kind: "close", conversation: talk, how: "fin", frame: turns.length });
  observer.finish();
  drain();
  const sum = Object.values(observer.tally).reduce((total: number, bytes: number) => total + bytes, 0);
  if (sum !== pushed) t.fail(`the tally sums to ${sum}, ${pushed} bytes were pushed`);
  return {
    events,
    messages: events.filter((event) => event.event === "message"),
    findings: events.filter((event) => event.event === "finding"),
    tally: observer.tally,
    handover: observer.handover,
  };
}
