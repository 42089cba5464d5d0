// One run of the command: packets into the pipeline, events into the report, and at the end the exit code.
import { statSync } from "node:fs";
import { CaptureFile } from "./capture-file.js";
import type { CliOptions } from "./cli-arguments.js";
import { ExtractFolder } from "./extract-folder.js";
import { redactEvent } from "./finding/event-redaction.js";
import type { SecretList } from "./finding/secret-search.js";
import { KeyLogFile } from "./key-log-file.js";
import type { LineOutput } from "./line-output.js";
import type { RawPacket } from "./packet/raw-packet.js";
import { Pipeline } from "./pipeline.js";
import { ProtoFolders } from "./proto-folder.js";
import type { Report } from "./report/report.js";
import { RunError } from "./run-error.js";
import type { StreamEvent } from "./stream/stream-event.js";

const EXIT_FINE = 0;
const EXIT_SECRET_SEEN = 3;
const EXIT_DAMAGED = 4;

export interface RunParts {
  readonly options: CliOptions;
  readonly report: Report;
  readonly output: LineOutput;
  readonly secrets: SecretList | undefined;
}

export class SnifferRun {
  readonly pipeline: Pipeline;
  readonly #parts: RunParts;
  readonly #file: CaptureFile | undefined;
  readonly #extract: ExtractFolder | undefined;
  readonly #keyLog: KeyLogFile | undefined;
  #unseenBytes = 0;
  #cutPackets = 0;
  #cutBytes = 0;
  #full = false;

  /** Opens what is written to. Throws RunError. */
  constructor(parts: RunParts) {
    const { options, secrets } = parts;
    this.#parts = parts;
    refuseOverwriting(options);
    this.#file = options.write === undefined ? undefined : new CaptureFile(options.write);
    const extract = options.extractFolder === undefined ? undefined : new ExtractFolder(options.extractFolder);
    this.#extract = extract;
    const schemas = new ProtoFolders(options.protoFolders);
    // Folders that the person named are read at once, so that a mistake in them is not told only at the first message.
    if (options.protoFolders.length > 0) schemas.schema();
    this.pipeline = new Pipeline({
      schema: () => schemas.schema(),
      foreignMessages: () => schemas.foreignMessages(),
      packets: options.packets,
      secrets,
      tap: (event) => this.#tap(event),
      tapDecrypted: extract && ((event) => extract.pushDecrypted(event)),
    });
    this.#keyLog = options.keyLogFile === undefined ? undefined : new KeyLogFile(options.keyLogFile);
    this.#readKeys();
  }

  /** Bytes that were sent, and mostly acknowledged, but never seen: what the capture lost or cut off. */
  get unseenBytes(): number {
    return this.#unseenBytes;
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
    this.#file?.secrets(Buffer.from(text));
  }

  /** True when no more packets are wanted: -c is reached, or nobody reads. */
  get over(): boolean {
    return this.#full || this.#parts.output.closed;
  }

  push(packet: RawPacket): void {
    if (this.over) return;
    const { maxPackets, snapBytes } = this.#parts.options;
    if (snapBytes !== undefined && packet.bytes.length > snapBytes) {
      packet.bytes = packet.bytes.subarray(0, snapBytes);
    }
    if (packet.bytes.length < packet.originalLength) {
      this.#cutPackets += 1;
      this.#cutBytes += packet.originalLength - packet.bytes.length;
    }
    this.#file?.push(packet);
    this.pipeline.push(packet);
    this.#report();
    this.#full = maxPackets !== undefined && this.pipeline.packets >= maxPackets;
  }

  /** Brings what waits to the terminal and the file, and looks for new keys. */
  flush(): void {
    this.#readKeys();
    this.#file?.flush();
    this.#parts.output.flush();
  }

  /** Says what is left to say; returns the exit code. */
  finish(): number {
    this.pipeline.finish();
    this.#report();
    this.#parts.output.write(this.#parts.report.end());
    this.#extract?.finish();
    this.#file?.close();
    this.#parts.output.flush();
    if (this.pipeline.secretSeen) return EXIT_SECRET_SEEN;
    return this.pipeline.damaged ? EXIT_DAMAGED : EXIT_FINE;
  }

  #tap(event: StreamEvent): void {
    if (event.kind === "gap") this.#unseenBytes += event.length;
    this.#extract?.push(event);
  }

  #readKeys(): void {
    const text = this.#keyLog?.read() ?? "";
    if (text !== "") this.addKeys(text);
  }

  #report(): void {
    const { secrets, report, output } = this.#parts;
    for (let event = this.pipeline.next(); event !== undefined; event = this.pipeline.next()) {
      output.write(report.encode(secrets === undefined ? event : redactEvent(event, secrets)));
    }
  }
}

/** Opening the output empties it: that must not be the input. */
function refuseOverwriting({ source, write }: CliOptions): void {
  if (source.kind !== "file" || source.path === "-" || write === undefined || write === "-") return;
  const input = statSync(source.path, { throwIfNoEntry: false });
  const output = statSync(write, { throwIfNoEntry: false });
  if (input !== undefined && output !== undefined && input.ino === output.ino && input.dev === output.dev) {
    throw new RunError(`-w ${write} is the file that is read: give it another name`);
  }
}
