// The report as Suricata's eve.json: an object a line, each conversation's handshake before the conversation itself.
import type { SnifferEvent } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { Report } from "../report/report.js";
import { type Microseconds, timeOf } from "./connection-facts.js";
import { ConnectionLog } from "./connection-log.js";
import { icmpFlowLine } from "./eve-icmp.js";
import { flowLine, tlsLine } from "./eve-lines.js";
import { type IcmpConversation, IcmpLog } from "./icmp-log.js";

export class EveReport implements Report {
  readonly #log = new ConnectionLog();
  readonly watchSegment = this.#log.watchSegment;
  readonly newAssessor = this.#log.newAssessor;

  readonly #icmp = new IcmpLog();
  #now: Microseconds | undefined;
  /** Lines of ICMP that wait to be taken. */
  #waiting = "";

  watchPacket(packet: DecodedPacket): void {
    this.#now = timeOf(packet) ?? this.#now;
    for (const over of this.#icmp.push(packet)) this.#waiting += this.#icmpLine(over);
  }

  encode(event: SnifferEvent): string {
    const ended = this.#log.push(event);
    if (ended === undefined) return "";
    const tls = tlsLine(ended);
    return `${this.take()}${tls === undefined ? "" : `${tls}\n`}${flowLine(ended, this.#now)}\n`;
  }

  take(): string {
    const text = this.#waiting;
    this.#waiting = "";
    return text;
  }

  end(): string {
    return this.#icmp
      .finish()
      .map((one) => this.#icmpLine(one))
      .join("");
  }

  #icmpLine(one: IcmpConversation): string {
    return `${icmpFlowLine(one, this.#now)}\n`;
  }
}
