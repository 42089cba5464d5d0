// One run of the command: packets into the pipeline, events into the report, and at the end the exit code.
import type { CaptureOrigin } from "./capture/capture-writer.js";
import { CaptureFile } from "./capture-file.js";
import type { CliOptions } from "./cli-arguments.js";
import { ExtractFolder } from "./extract-folder.js";
import { statsOf } from "./file-stats.js";
import { redactEvent } from "./finding/event-redaction.js";
import { PacketComment } from "./finding/packet-comment.js";
import type { SecretList } from "./finding/secret-search.js";
import type { Hashing } from "./hashing.js";
import { KeyLogFile } from "./key-log-file.js";
import type { LineOutput } from "./line-output.js";
import { DATAGRAM_SILENCE_SECONDS, limitsForMemory, MemoryGuard, type PipelineLimits } from "./memory-limits.js";
import type { DecodedPacket } from "./packet/decoded-packet.js";
import { PacketCursor } from "./packet/packet-cursor.js";
import type { RawPacket } from "./packet/raw-packet.js";
import type { PageRecorder } from "./page/page-recorder.js";
import { Pipeline } from "./pipeline.js";
import { ProtoFolders } from "./proto-folder.js";
import { MAX_PACKET_LINE_BYTES } from "./report/packet-line.js";
import type { PacketWriter, Report } from "./report/report.js";
import { RunError } from "./run-error.js";
import type { StreamEvent } from "./stream/stream-event.js";
import type { NewAssessor } from "./tls/assessor.js";
import type { HeldPackets } from "./web/held-packets.js";

const EXIT_FINE = 0;
const EXIT_SECRET_SEEN = 3;
const EXIT_DAMAGED = 4;

/** What Zeek takes for the end of a conversation of datagrams (its udp_inactivity_timeout). */
const ZEEK_DATAGRAM_SILENCE_SECONDS = 60;

/** Looking for new keys takes some 20 us: not for each packet. */
const KEYS_AGE_MS = 1;
/** Clients write their keys down within some milliseconds of the packets, where they have the time. */
const KEYS_WAIT_MS = 500;

export interface RunParts {
  readonly options: CliOptions;
  readonly report: Report;
  readonly output: LineOutput;
  readonly secrets: SecretList | undefined;
  readonly hashing: Hashing;
  /** Gathers what the pages show. */
  readonly recorder?: PageRecorder | undefined;
  /** Who judges handshakes, where that is asked for. */
  readonly assess?: NewAssessor | undefined;
  /** The latest packets, for the live page to give. */
  readonly held?: HeldPackets | undefined;
}

export class SnifferRun {
  readonly pipeline: Pipeline;
  readonly #parts: RunParts;
  readonly #file: CaptureFile | undefined;
  readonly #memory: MemoryGuard | undefined;
  readonly #comment = new PacketComment();
  readonly #extract: ExtractFolder | undefined;
  readonly #keyLog: KeyLogFile | undefined;
  readonly #cursor = new PacketCursor();
  /** Live, keys are written down a moment before the packets that they open are sent. */
  readonly #awaitsKeys: boolean;
  /** Whether more than lines is made of a capture that lies there whole. */
  readonly #isForFiles: boolean;
  #keysReadAtMs = 0;
  #fileFlushedAtMs = performance.now();
  #readable = 0;
  #cutPackets = 0;
  #cutBytes = 0;
  #full = false;
  #drops = 0;

  /** Opens what is written to. Throws RunError. */
  constructor(parts: RunParts) {
    const { options, secrets, hashing, recorder } = parts;
    // Where something must not be shown, every line is looked through.
    const writePacket = options.packets && secrets === undefined ? parts.report.writePacket : undefined;
    this.#parts = parts;
    refuseOverwriting(options);
    const { write } = options;
    this.#awaitsKeys = options.keyLogFile !== undefined && options.source.kind !== "file";
    this.#file =
      write === undefined ? undefined : new CaptureFile(write, originOf(options), options.ring, this.#awaitsKeys);
    const extract = options.extractFolder === undefined ? undefined : new ExtractFolder(options.extractFolder);
    this.#extract = extract;
    const makesFiles = this.#file !== undefined || extract !== undefined || recorder !== undefined;
    this.#isForFiles = makesFiles && options.source.kind === "file";
    const schemas = new ProtoFolders(options.protoFolders);
    // Folders that the person named are read at once, so that a mistake in them is not told only at the first message.
    if (options.protoFolders.length > 0) schemas.schema();
    this.pipeline = new Pipeline({
      schema: () => schemas.schema(),
      foreignMessages: () => schemas.foreignMessages(),
      packets: options.packets && writePacket === undefined,
      onPacket: writePacket
        ? (packet, cursor) => this.#writePacket(writePacket, packet, cursor)
        : parts.report.watchPacket && ((packet, cursor) => parts.report.watchPacket?.(packet, cursor)),
      headersOnly: options.count,
      memory: hashing.memory,
      hashes: hashing.hashes,
      assess: parts.report.newAssessor ?? parts.assess,
      onSegment: parts.report.watchSegment,
      secrets,
      limits: limitsOf(options),
      tap: both(extract && ((event) => extract.push(event)), recorder && ((event) => recorder.pushStream(event))),
      tapDecrypted: both(
        extract && ((event) => extract.pushDecrypted(event)),
        recorder && ((event) => recorder.pushOpened(event)),
      ),
    });
    const { maxMemoryMegabytes } = options;
    this.#memory = maxMemoryMegabytes === undefined ? undefined : new MemoryGuard(maxMemoryMegabytes);
    this.#keyLog = options.keyLogFile === undefined ? undefined : new KeyLogFile(options.keyLogFile, this.#awaitsKeys);
    // Also of a file that is empty yet: what TLS sends waits for its keys from the first connection on.
    if (this.#keyLog !== undefined) this.pipeline.addKeys("");
    this.#readKeys();
  }

  /** Things that anyone on the wire could read, so far. */
  get readable(): number {
    return this.#readable;
  }

  /** Packets that came without their ends. */
  get cutPackets(): number {
    return this.#cutPackets;
  }

  /** What they came without. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  /** Key logs that came with the packets. */
  addKeys(text: string): void {
    this.pipeline.addKeys(text);
    this.#file?.secrets(text);
    this.#parts.held?.secrets(text);
  }

  /**
   * True when no more packets are wanted: -c is reached, or nobody reads. What else is made of a file is made of all of
   * it: `| head` would leave a page that speaks of the whole and knows its beginning.
   */
  get over(): boolean {
    return this.#full || (this.#parts.output.closed && !this.#isForFiles);
  }

  push(packet: RawPacket): void {
    this.pushAt(this.#cursor.set(packet));
  }

  /** The same for a packet that stands in larger memory, such as `memory`. */
  pushAt(cursor: PacketCursor): void {
    if (this.over) return;
    if (this.#awaitsKeys && performance.now() - this.#keysReadAtMs > KEYS_AGE_MS) this.#readKeys();
    const { maxPackets, snapBytes } = this.#parts.options;
    if (snapBytes !== undefined) cursor.cut(snapBytes);
    if (cursor.capturedLength < cursor.originalLength) {
      this.#cutPackets += 1;
      this.#cutBytes += cursor.originalLength - cursor.capturedLength;
    }
    const { recorder, held } = this.#parts;
    const raw = this.#file === undefined && held === undefined ? undefined : cursor.packet();
    if (raw !== undefined && this.#file?.isOver(raw) === true) {
      this.#full = true;
      return;
    }
    recorder?.packet(cursor, cursor.capturedLength);
    this.pipeline.pushAt(cursor);
    this.#report(cursor.frame);
    if (raw !== undefined) {
      const comment = this.#comment.take();
      this.#file?.push(raw, comment);
      held?.push(raw, comment);
    }
    if (maxPackets !== undefined) this.#full = this.pipeline.packets >= maxPackets;
  }

  /** Brings what waits to the terminal and the file, and looks for new keys. */
  flush(): void {
    this.#readKeys();
    this.#parts.hashing.thread?.give();
    if (this.#memory?.isExceeded(usedBytes()) === true) this.pipeline.shed();
    this.#report();
    this.#flushFile();
    this.#parts.output.flush();
  }

  /** Another user writes from now on. */
  giveTo(user: { uid: number; gid: number }): void {
    this.#extract?.giveTo(user);
  }

  /** Says what is left to say; returns the exit code. `drops`: packets that the source lost, where it can tell. */
  finish(drops?: number): number {
    this.#drops = drops ?? 0;
    this.pipeline.finish();
    this.#report();
    this.#parts.hashing.thread?.stop();
    this.#parts.output.write(this.#parts.report.end());
    this.#extract?.finish();
    const { packets } = this.pipeline;
    this.#file?.close(drops === undefined ? undefined : { receivedPackets: packets + drops, droppedPackets: drops });
    this.#parts.output.flush();
    if (this.pipeline.secretSeen) return EXIT_SECRET_SEEN;
    return this.pipeline.damaged ? EXIT_DAMAGED : EXIT_FINE;
  }

  #writePacket(writer: PacketWriter, packet: DecodedPacket, cursor: PacketCursor): void {
    const { output } = this.#parts;
    const lines = output.room(MAX_PACKET_LINE_BYTES);
    output.lineEnd = writer(packet, cursor, lines, output.lineEnd);
  }

  /** Readers of the file need the keys before the packets: those that could still have some wait, half a second or more. */
  #flushFile(): void {
    if (!this.#awaitsKeys) this.#file?.flush();
    else if (performance.now() - this.#fileFlushedAtMs >= KEYS_WAIT_MS) {
      this.#file?.flushOlder();
      this.#fileFlushedAtMs = performance.now();
    }
  }

  #readKeys(): void {
    const text = this.#keyLog?.read() ?? "";
    this.#keysReadAtMs = performance.now();
    if (text !== "") this.addKeys(text);
  }

  #report(frame = 0): void {
    const { options, secrets, report, output, recorder, held } = this.#parts;
    for (let event = this.pipeline.next(); event !== undefined; event = this.pipeline.next()) {
      if (event.event === "summary" && this.#drops > 0) event.drops = this.#drops;
      if (event.event === "finding" && event.visibility === "readable" && event.decrypted !== true) this.#readable += 1;
      const told = secrets === undefined ? event : redactEvent(event, secrets);
      // Where only a page asked for it, --json stays as it is.
      if (event.event !== "assessment" || options.whatIf || !options.json) output.write(report.encode(told));
      recorder?.push(told);
      if (this.#file !== undefined || held !== undefined) this.#comment.push(told, frame);
    }
    if (report.take !== undefined) output.write(report.take());
  }
}

type Tap = (event: StreamEvent) => void;

function both(first: Tap | undefined, second: Tap | undefined): Tap | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (event) => {
    first(event);
    second(event);
  };
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A live run has no end that could be counted on. */
function limitsOf({ source, maxMemoryMegabytes, format }: CliOptions): Partial<PipelineLimits> {
  if (maxMemoryMegabytes !== undefined) return limitsForMemory(maxMemoryMegabytes);
  if (format === "zeek") return { datagramSilenceSeconds: ZEEK_DATAGRAM_SILENCE_SECONDS };
  return source.kind === "file" ? {} : { datagramSilenceSeconds: DATAGRAM_SILENCE_SECONDS };
}

export function originOf({ source, snapBytes }: CliOptions): CaptureOrigin {
  if (source.kind !== "live") return { snapBytes };
  const { interfaceName, filter } = source;
  return { interfaceName, filter, snapBytes };
}

/** Opening the output empties it: that must not be the input. */
function refuseOverwriting({ source, write }: CliOptions): void {
  if (source.kind === "file") refuseSameFile(source.path, "-w", write);
}

/** Throws RunError. */
export function refuseSameFile(inputPath: string, flag: string, outputPath: string | undefined): void {
  if (inputPath === "-" || outputPath === undefined || outputPath === "-") return;
  const input = statsOf(inputPath);
  const output = statsOf(outputPath);
  if (input !== undefined && output !== undefined && input.ino === output.ino && input.dev === output.dev) {
    throw new RunError(`${flag} ${outputPath} is the file that is read: give it another name`);
  }
}
