// The report as Zeek's logs: conn.log and ssl.log, as files or one behind the other on standard output.
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { SnifferEvent } from "../event.js";
import { makeFolder } from "../new-folder.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { Report } from "../report/report.js";
import { fileError } from "../run-error.js";
import { ConnectionLog } from "./connection-log.js";
import { IcmpLog } from "./icmp-log.js";
import { CONN_COLUMNS, connLine, icmpLine, SSL_COLUMNS, sslLine } from "./zeek-lines.js";
import { type ZeekColumn, zeekDate, zeekFooter, zeekHeader } from "./zeek-text.js";

const FLUSH_CHARACTERS = 0x10000;
/** On standard output lines of ssl.log wait for its turn; with so many of them a turn comes early. */
const MAX_WAITING = 10_000;
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** Takes lines of logs by their names. Gives what goes to standard output. */
interface LogTarget {
  line(log: LogName, text: string): string;
  end(): string;
}

type LogName = "conn" | "ssl";

const COLUMNS: Readonly<Record<LogName, readonly ZeekColumn[]>> = { conn: CONN_COLUMNS, ssl: SSL_COLUMNS };

export class ZeekReport implements Report {
  readonly #log = new ConnectionLog();
  readonly watchSegment = this.#log.watchSegment;
  readonly newAssessor = this.#log.newAssessor;
  readonly #target: LogTarget;
  readonly #icmp = new IcmpLog();
  /** Lines of ICMP that wait to be taken. */
  #waiting = "";

  /** `folder`: where the logs go as files, made if absent. Throws RunError. */
  constructor(folder: string | undefined) {
    this.#target = folder === undefined ? new LogStream() : new LogFolder(folder);
  }

  watchPacket(packet: DecodedPacket): void {
    for (const over of this.#icmp.push(packet)) this.#waiting += this.#target.line("conn", icmpLine(over));
  }

  encode(event: SnifferEvent): string {
    const ended = this.#log.push(event);
    if (ended === undefined) return "";
    const ssl = sslLine(ended);
    return (
      this.take() +
      this.#target.line("conn", connLine(ended)) +
      (ssl === undefined ? "" : this.#target.line("ssl", ssl))
    );
  }

  end(): string {
    const icmp = this.#icmp.finish().map((one) => this.#target.line("conn", icmpLine(one)));
    return icmp.join("") + this.#target.end();
  }

  take(): string {
    const text = this.#waiting;
    this.#waiting = "";
    return text;
  }
}

/** One log after the other, each with its header and end: zeek-cut and Zeek's own readers take them so. */
class LogStream implements LogTarget {
  #current: LogName | undefined;
  #waiting: string[] = [];

  line(log: LogName, text: string): string {
    if (log === "conn") return `${this.#turnTo("conn")}${text}\n`;
    this.#waiting.push(text);
    return this.#waiting.length < MAX_WAITING ? "" : this.#flush();
  }

  end(): string {
    const conn = this.#current === undefined ? this.#turnTo("conn") : "";
    return `${conn}${this.#flush()}${zeekFooter(zeekDate(new Date()))}`;
  }

  #flush(): string {
    if (this.#waiting.length === 0) return "";
    const lines = this.#waiting.join("\n");
    this.#waiting = [];
    return `${this.#turnTo("ssl")}${lines}\n`;
  }

  #turnTo(log: LogName): string {
    if (this.#current === log) return "";
    const now = zeekDate(new Date());
    const footer = this.#current === undefined ? "" : zeekFooter(now);
    this.#current = log;
    return footer + zeekHeader(log, COLUMNS[log], now);
  }
}

/** Files as Zeek leaves them; one that nothing was written to is not made. */
class LogFolder implements LogTarget {
  readonly #folder: string;
  readonly #files = new Map<LogName, LogFile>();

  constructor(folder: string) {
    this.#folder = folder;
    try {
      makeFolder(folder);
    } catch (error) {
      throw fileError("write to", folder, error);
    }
    // The one that every run has: a mistake in the folder's name shows at once.
    this.#file("conn");
  }

  line(log: LogName, text: string): string {
    this.#file(log).write(`${text}\n`);
    return "";
  }

  end(): string {
    for (const file of this.#files.values()) file.close();
    return "";
  }

  #file(log: LogName): LogFile {
    const known = this.#files.get(log);
    if (known !== undefined) return known;
    const file = new LogFile(join(this.#folder, `${log}.log`), zeekHeader(log, COLUMNS[log], zeekDate(new Date())));
    this.#files.set(log, file);
    return file;
  }
}

class LogFile {
  readonly #path: string;
  readonly #fd: number;
  #text: string;

  constructor(path: string, header: string) {
    this.#path = path;
    this.#text = header;
    try {
      this.#fd = openSync(path, FLAGS, 0o644);
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= FLUSH_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#text += zeekFooter(zeekDate(new Date()));
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      throw fileError("write", this.#path, error);
    }
  }
}
