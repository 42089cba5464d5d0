// Writes the packets to a pcapng file as they come, or to one after the other; packets wait for a moment, so that what
// they give away can still be noted beside them.
import { accessSync, closeSync, constants, fstatSync, openSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type CaptureOrigin, CaptureWriter } from "./capture/capture-writer.js";
import { PacketBatch } from "./capture/packet-batch.js";
import { SecretLines } from "./capture/secret-lines.js";
import { RingFile, RingNames, type RingOptions } from "./capture-ring.js";
import { linkStatsOf } from "./file-stats.js";
import type { RawPacket } from "./packet/raw-packet.js";
import { fileError } from "./run-error.js";

const STDOUT = 1;
const FLUSH_BYTES = 0x20000;
/** Of what is held for keys that may still come, twice. */
const HELD_BYTES = 0x400000;
/** Not followed where it is a link: the file may stand in a folder that others write to, and the sniffer may be root. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

export interface LossCounts {
  readonly receivedPackets: number;
  readonly droppedPackets: number;
}

interface MadeFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

export class CaptureFile {
  readonly #ring: RingOptions | undefined;
  readonly #names: RingNames | undefined;
  readonly #writer: CaptureWriter;
  readonly #mayWait: boolean;
  #batch = new PacketBatch();
  /** What was pushed before the last call of `flushOlder`. */
  #older = new PacketBatch();
  readonly #secrets = new SecretLines();
  /** Of the ring that still lie there, the newest last. */
  readonly #made: MadeFile[] = [];
  #path: string;
  /** Undefined before the first file of a ring. */
  #fd: number | undefined;
  #file = new RingFile();
  #filesMade = 0;
  #lastSeconds = 0;

  /**
   * "-" is standard output. A ring's first file is made when its first packet comes. `mayWait`: packets stay for `flushOlder`
   * to write. Throws RunError.
   */
  constructor(path: string, origin: CaptureOrigin = {}, ring?: RingOptions, mayWait = false) {
    this.#path = path;
    this.#mayWait = mayWait;
    this.#ring = ring;
    this.#writer = new CaptureWriter({ application: "earshot sniffer", ...origin });
    this.#names = ring && new RingNames(path, ring);
    if (ring === undefined) this.#open(path);
    else mayWriteIn(dirname(path));
  }

  /** True when this packet has no place any more: the last of the files that were wanted is full. */
  isOver(packet: RawPacket): boolean {
    const ring = this.#ring;
    if (ring?.endsWithLast !== true || this.#filesMade !== ring.maxFiles) return false;
    return this.#file.isFull(ring, packet.seconds, packet.nanoseconds);
  }

  /** The comment tells what the packet gives away. Throws RunError. */
  push(packet: RawPacket, comment?: string): void {
    const { seconds, nanoseconds } = packet;
    if (this.#ring !== undefined) this.#turnOver(this.#ring, packet);
    const description = this.#writer.interfaceOf(packet);
    if (description !== undefined) this.#batch.append(description);
    const bytes = this.#batch.packet(packet, this.#writer, comment) + (description?.length ?? 0);
    this.#file.add(bytes, seconds, nanoseconds);
    this.#lastSeconds = seconds ?? this.#lastSeconds;
    if (this.#mayWait && this.#batch.length >= HELD_BYTES) this.flushOlder();
    else if (!this.#mayWait && this.#batch.length >= FLUSH_BYTES) this.flush();
  }

  /** A key log, which opens the packets that wait and those after them; lines that the file has are not written again. */
  secrets(keyLog: string): void {
    const lines = this.#secrets.push(keyLog);
    if (lines.length > 0 && this.#fd !== undefined) this.#older.prepend(this.#writer.secrets(lines));
  }

  flush(): void {
    this.flushOlder();
    this.#write(this.#older);
  }

  /** Leaves what came since the last call: every packet waits for one turn, in which keys that open it may come. */
  flushOlder(): void {
    this.#write(this.#older);
    [this.#older, this.#batch] = [this.#batch, this.#older];
  }

  #write(batch: PacketBatch): void {
    if (this.#fd === undefined) return;
    const bytes = batch.take();
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      throw fileError("write", this.#path, error);
    }
  }

  close(loss?: LossCounts): void {
    // A ring without packets is one empty file, as it is without a ring.
    if (this.#fd === undefined) this.#openNext(new Date());
    if (loss !== undefined) this.#batch.append(this.#writer.statistics({ ...loss, atSeconds: this.#lastSeconds }));
    this.#closeFile();
  }

  #turnOver(ring: RingOptions, { seconds, nanoseconds }: RawPacket): void {
    if (this.#fd !== undefined && !this.#file.isFull(ring, seconds, nanoseconds)) return;
    this.#closeFile();
    this.#openNext(seconds === null ? new Date() : new Date(seconds * 1000));
  }

  #openNext(at: Date): void {
    const maxFiles = this.#ring?.maxFiles ?? Number.POSITIVE_INFINITY;
    while (this.#made.length >= maxFiles) removeOwn(this.#made.shift());
    this.#open(this.#names?.next(at) ?? this.#path);
    const known = this.#secrets.all();
    if (known.length > 0) this.#batch.append(this.#writer.secrets(known));
  }

  #open(path: string): void {
    this.#path = path;
    this.#file = new RingFile();
    this.#filesMade += 1;
    try {
      this.#fd = path === "-" ? STDOUT : openSync(path, FLAGS, 0o600);
      const { dev, ino } = fstatSync(this.#fd);
      if (this.#ring !== undefined) this.#noteMade({ path, device: dev, inode: ino });
    } catch (error) {
      throw fileError("write", path, error);
    }
    this.#batch.append(this.#writer.head());
    this.flush();
  }

  /** A name that came again (%S does each minute) is one file, as new as its last opening. */
  #noteMade(file: MadeFile): void {
    const before = this.#made.findIndex(({ device, inode }) => device === file.device && inode === file.inode);
    if (before >= 0) this.#made.splice(before, 1);
    this.#made.push(file);
  }

  #closeFile(): void {
    if (this.#fd === undefined) return;
    this.flush();
    if (this.#fd !== STDOUT) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** What somebody else put in its place stays. */
function removeOwn(file: MadeFile | undefined): void {
  if (file === undefined) return;
  const there = linkStatsOf(file.path);
  if (there === undefined || there.dev !== file.device || there.ino !== file.inode) return;
  try {
    unlinkSync(file.path);
  } catch (error) {
    throw fileError("delete", file.path, error);
  }
}

function mayWriteIn(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError("write in", folder, error);
  }
}
