// Says what a live capture loses while it runs: a loss that is only told at the end of a day is told too late.
import type { LiveSource } from "./capture/live-source.js";
import type { SnifferRun } from "./sniffer-run.js";

/** How long a source may take to answer how many packets it dropped. */
const ANSWER_MS = 200;

export class LossWatch {
  readonly #source: LiveSource;
  readonly #run: SnifferRun;
  readonly #note: (line: string) => void;
  #toldDrops = 0;
  #toldUnseenBytes = 0;

  constructor(source: LiveSource, run: SnifferRun, note: (line: string) => void) {
    this.#source = source;
    this.#run = run;
    this.#note = note;
  }

  /** Tells new losses. */
  watch(): void {
    this.#ask(() => {
      const drops = this.#source.drops ?? 0;
      if (drops > this.#toldDrops) this.#note(`so far ${drops} packets were dropped before they could be seen`);
      this.#toldDrops = drops;
      const { cutPackets } = this.#run;
      const { unseenBytes } = this.#run.pipeline;
      // Where packets are cut on purpose, each of them leaves a hole.
      if (cutPackets === 0 && unseenBytes > this.#toldUnseenBytes) {
        this.#note(`so far ${unseenBytes} bytes crossed the wire unseen`);
      }
      this.#toldUnseenBytes = unseenBytes;
    });
  }

  /** Tells how it goes. */
  tell(): void {
    this.#ask(() => {
      const { packets, bytes, conversations } = this.#run.pipeline;
      const { drops } = this.#source;
      const dropped = drops === undefined ? "" : `, ${drops} packets dropped`;
      const { unseenBytes } = this.#run.pipeline;
      this.#note(
        `${packets} packets, ${bytes} bytes, ${conversations} conversations open${dropped}, ${unseenBytes} bytes unseen`,
      );
    });
  }

  #ask(then: () => void): void {
    if (this.#source.askDrops === undefined) then();
    else {
      this.#source.askDrops();
      setTimeout(then, ANSWER_MS).unref();
    }
  }
}
