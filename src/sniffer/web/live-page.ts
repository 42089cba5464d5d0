// --web: the page while the capture goes on, and after its end for as long as somebody may look at it.
import { isatty } from "node:tty";
import type { CaptureOrigin } from "../capture/capture-writer.js";
import type { CliSource } from "../cli-arguments.js";
import type { PageRecorder } from "../page/page-recorder.js";
import { readPageScript } from "../page-script.js";
import { knowsLinks, linked } from "../report/terminal-link.js";
import { HELD_LIMITS, HeldPackets } from "./held-packets.js";
import { withoutOwnTraffic } from "./own-traffic.js";
import { PageContent } from "./page-content.js";
import { PageServer } from "./page-server.js";
import { UpdateStreams } from "./update-streams.js";

const STDERR = 2;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Where nobody sits at a terminal: how long the page waits for a browser after the end, and how long at the most. */
const LINGER_MS = 10_000;
const MAX_LINGER_MS = 3_600_000;
/** Of --max-memory, for packets that can be saved. */
const HELD_SHARE = 8;

export interface LivePageOptions {
  readonly recorder: PageRecorder;
  /** 0: any that is free. */
  readonly port: number;
  readonly origin: CaptureOrigin;
  readonly maxMemoryMegabytes: number | undefined;
  readonly note: (line: string) => void;
}

export class LivePage {
  readonly held: HeldPackets;
  readonly #note: (line: string) => void;
  readonly #streams: UpdateStreams;
  readonly #server: PageServer;

  private constructor({ recorder, origin, maxMemoryMegabytes = Number.POSITIVE_INFINITY, note }: LivePageOptions) {
    const bytes = Math.min(HELD_LIMITS.bytes, Math.floor((maxMemoryMegabytes * 0x100000) / HELD_SHARE));
    this.held = new HeldPackets(origin, { ...HELD_LIMITS, bytes });
    this.#note = note;
    this.#streams = new UpdateStreams(recorder, this.held);
    const script = readPageScript();
    this.#server = new PageServer(new PageContent({ recorder, held: this.held, streams: this.#streams, script }));
  }

  /** Says where it is. Throws RunError. */
  static async open(options: LivePageOptions): Promise<LivePage> {
    const page = new LivePage(options);
    const address = await page.#server.listen(options.port);
    const isLinking = knowsLinks({ isTTY: isatty(STDERR) }, process.env);
    options.note(`live page: ${isLinking ? linked(address, address) : address}`);
    return page;
  }

  withoutOwnTraffic<Source extends CliSource>(source: Source): Source {
    return withoutOwnTraffic(source, this.#server.port);
  }

  /** The capture is over, the summary told. */
  end(): void {
    this.#streams.end();
  }

  /**
   * Resolves when nobody needs the page any more: on a terminal, with Ctrl-C; elsewhere, when no browser has followed it
   * for a while. Whoever ended the capture by another signal wants all of it to end.
   */
  async stay(endedBy: NodeJS.Signals | undefined): Promise<void> {
    const isWatched = isatty(STDERR) && (process.env["CI"] ?? "") === "";
    if (endedBy !== undefined && (endedBy !== "SIGINT" || !isWatched)) return;
    if (isWatched) this.#note("the capture has ended; the page stays until Ctrl-C");
    await new Promise<void>((resolve) => {
      for (const signal of SIGNALS) process.once(signal, resolve);
      if (!isWatched) whenUnfollowed(this.#streams, resolve);
    });
  }

  async close(): Promise<void> {
    this.#streams.close();
    await this.#server.close();
  }
}

function whenUnfollowed(streams: UpdateStreams, then: () => void): void {
  const wait = (): void => {
    setTimeout(() => streams.count === 0 && then(), LINGER_MS).unref();
  };
  streams.onEmpty = wait;
  if (streams.count === 0) wait();
  setTimeout(then, MAX_LINGER_MS).unref();
}
