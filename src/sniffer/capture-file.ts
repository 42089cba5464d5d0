// Writes the packets to a pcapng file as they come.
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { CaptureWriter } from "./capture/capture-writer.js";
import type { RawPacket } from "./packet/raw-packet.js";
import { fileError } from "./run-error.js";

const STDOUT = 1;
const FLUSH_BYTES = 0x10000;
/** Not followed where it is a link: the file may stand in a folder that others write to, and the sniffer may be root. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

export class CaptureFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #writer = new CaptureWriter({ application: "earshot sniffer" });
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  /** "-" is standard output. Throws RunError. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = path === "-" ? STDOUT : openSync(path, FLAGS, 0o600);
    } catch (error) {
      throw fileError("write", path, error);
    }
    this.#push(this.#writer.head());
  }

  push(packet: RawPacket): void {
    this.#push(this.#writer.packet(packet));
    if (this.#waitingBytes >= FLUSH_BYTES) this.flush();
  }

  /** A key log, which opens packets written after it. */
  secrets(keyLog: Uint8Array): void {
    this.#push(this.#writer.secrets(keyLog));
  }

  flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      throw fileError("write", this.#path, error);
    }
  }

  close(): void {
    this.flush();
    if (this.#fd !== STDOUT) closeSync(this.#fd);
  }

  #push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }
}
