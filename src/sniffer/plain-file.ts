// A capture file that lies on disk as it is: read in place, without a turn of the event loop for each piece.
import { closeSync, openSync, readSync } from "node:fs";
import { isGzip } from "./capture-chunks.js";
import { statsOf } from "./file-stats.js";
import { fileError } from "./run-error.js";

export class PlainFile {
  readonly totalBytes: number;
  readonly #path: string;
  readonly #fd: number;
  #readBytes = 0;

  private constructor(path: string, fd: number, totalBytes: number) {
    this.#path = path;
    this.#fd = fd;
    this.totalBytes = totalBytes;
  }

  /** Undefined for what must be read as a stream: pipes, devices, packed files, and what cannot be opened at all. */
  static open(path: string): PlainFile | undefined {
    const stats = path === "-" ? undefined : statsOf(path);
    if (stats?.isFile() !== true) return undefined;
    let fd: number | undefined;
    try {
      fd = openSync(path, "r");
      const head = Buffer.alloc(2);
      readSync(fd, head, 0, 2, 0);
      if (!isGzip(head)) return new PlainFile(path, fd, stats.size);
    } catch {
      // Reading it as a stream says what is wrong.
    }
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }

  get readBytes(): number {
    return this.#readBytes;
  }

  /** Fills the front of `room`; gives how many bytes, 0 at the end. Throws RunError. */
  read(room: Uint8Array): number {
    try {
      const length = readSync(this.#fd, room, 0, room.length, this.#readBytes);
      this.#readBytes += length;
      return length;
    } catch (error) {
      throw fileError("read", this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
