// The report as Suricata's eve.json: an object a line, each conversation's handshake before the conversation itself.
import type { SnifferEvent } from "../event.js";
import type { Report } from "../report/report.js";
import { ConnectionLog } from "./connection-log.js";
import { flowLine, tlsLine } from "./eve-lines.js";

export class EveReport implements Report {
  readonly #log = new ConnectionLog();
  readonly watchSegment = this.#log.watchSegment;
  readonly newAssessor = this.#log.newAssessor;

  encode(event: SnifferEvent): string {
    const ended = this.#log.push(event);
    if (ended === undefined) return "";
    const tls = tlsLine(ended);
    return `${tls === undefined ? "" : `${tls}\n`}${flowLine(ended, this.#log.now)}\n`;
  }

  end(): string {
    return "";
  }
}
