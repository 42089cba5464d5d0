// Writes each conversation's bytes, as reassembled, to ID.client and ID.server. Files are made new and are never
// followed or overwritten; they are readable by their owner alone, since they hold what crossed the wire.
import { chownSync, closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Side } from "./event.js";
import { fileError } from "./run-error.js";
import type { StreamEvent } from "./stream/stream-event.js";

/** More would run into the limit of open files. */
const MAX_OPEN = 128;

export class ExtractFolder {
  readonly #folder: string;
  /** Conversations that keys opened: from then on only what they opened is written. */
  readonly #opened = new Set<number>();
  /** Open files by name, least lately used first. */
  readonly #open = new Map<string, number>();
  readonly #made = new Set<number>();
  readonly #isNew: boolean;

  /** Throws RunError. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#isNew = !existsSync(folder);
    try {
      makeFolder(folder);
    } catch (error) {
      throw fileError("make the folder", folder, error);
    }
  }

  /** A folder that was made here is for whoever goes on writing in it. */
  giveTo({ uid, gid }: { uid: number; gid: number }): void {
    if (this.#isNew) chownSync(this.#folder, uid, gid);
  }

  /** Throws RunError when a file exists already or cannot be written. */
  push(event: StreamEvent): void {
    const { id } = event.conversation;
    if (event.kind === "bytes") {
      this.#make(id);
      if (!this.#opened.has(id)) this.#write(fileName(id, event.side), event.bytes);
    } else if (event.kind === "close") {
      for (const side of SIDES) this.#close(fileName(id, side));
      this.#made.delete(id);
      this.#opened.delete(id);
    }
  }

  /** Decrypted bytes take the place of the ciphertext written so far. Throws RunError. */
  pushDecrypted(event: StreamEvent): void {
    if (event.kind !== "bytes") return;
    const { id } = event.conversation;
    if (!this.#opened.has(id)) this.#empty(id);
    this.#write(fileName(id, event.side), event.bytes);
  }

  finish(): void {
    for (const name of [...this.#open.keys()]) this.#close(name);
  }

  /** Both sides' files, so that an empty side is an empty file. */
  #make(id: number): void {
    if (this.#made.has(id)) return;
    this.#made.add(id);
    for (const side of SIDES) this.#openFile(fileName(id, side), "ax");
  }

  #empty(id: number): void {
    this.#make(id);
    this.#opened.add(id);
    for (const side of SIDES) ftruncateSync(this.#fd(fileName(id, side)), 0);
  }

  #write(name: string, bytes: Uint8Array): void {
    const fd = this.#fd(name);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    } catch (error) {
      throw fileError("write", join(this.#folder, name), error);
    }
  }

  #fd(name: string): number {
    const fd = this.#open.get(name) ?? this.#openFile(name, "a");
    this.#open.delete(name);
    this.#open.set(name, fd);
    return fd;
  }

  #openFile(name: string, flags: "ax" | "a"): number {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#close(oldest);
    const path = join(this.#folder, name);
    try {
      const fd = openSync(path, flags, 0o600);
      this.#open.set(name, fd);
      return fd;
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  #close(name: string): void {
    const fd = this.#open.get(name);
    this.#open.delete(name);
    if (fd !== undefined) closeSync(fd);
  }
}

/** Node's own `recursive` tries for ever where a folder that exists takes no other, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path, { mode: 0o700 });
}

const SIDES: readonly Side[] = ["client", "server"];

function fileName(id: number, side: Side): string {
  return `${id}.${side}`;
}
