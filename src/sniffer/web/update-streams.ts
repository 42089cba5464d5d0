// All browsers that follow the capture: told at most four times a second, and less often where that would take more than
// a tenth of the processor.
import type { ServerResponse } from "node:http";
import type { PageRecorder } from "../page/page-recorder.js";
import type { HeldPackets } from "./held-packets.js";
import { type Moment, UpdateStream } from "./update-stream.js";

export interface UpdatePace {
  readonly leastMs: number;
  /** Pauses are at least so many times as long as the last telling took. */
  readonly pauseFactor: number;
  readonly beatMs: number;
}

const PACE: UpdatePace = { leastMs: 250, pauseFactor: 9, beatMs: 15_000 };

export class UpdateStreams {
  readonly #recorder: PageRecorder;
  readonly #held: HeldPackets;
  readonly #pace: UpdatePace;
  readonly #streams = new Set<UpdateStream>();
  #tick: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #toldPackets = -1;
  #hasEnded = false;
  #onEmpty: () => void = () => {};

  constructor(recorder: PageRecorder, held: HeldPackets, pace: UpdatePace = PACE) {
    this.#recorder = recorder;
    this.#held = held;
    this.#pace = pace;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Called when the last one left. */
  set onEmpty(listener: () => void) {
    this.#onEmpty = listener;
  }

  add(response: ServerResponse): void {
    const stream = new UpdateStream(response);
    this.#streams.add(stream);
    response.on("close", () => this.#remove(stream));
    response.on("drain", () => this.#schedule());
    this.#schedule();
    this.#beat ??= setInterval(() => {
      for (const one of this.#streams) one.beat();
    }, this.#pace.beatMs);
  }

  /** The capture is over: the last update is told to all, and that it is the last. */
  end(): void {
    this.#hasEnded = true;
    const changed = this.#recorder.takeChanged();
    for (const stream of this.#streams) stream.note(changed, this.#recorder);
    this.#schedule();
  }

  /** Those who read as fast as they are told learn that it ends. */
  close(): void {
    this.end();
    this.#tell();
    clearTimeout(this.#tick);
    clearInterval(this.#beat);
    for (const stream of this.#streams) stream.close();
  }

  #remove(stream: UpdateStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#onEmpty();
  }

  #schedule(waitMs = 0): void {
    this.#tick ??= setTimeout(() => this.#tell(), waitMs);
  }

  #tell(): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    if (this.#streams.size === 0) return;
    const began = performance.now();
    this.#note();
    let moment: Moment | undefined;
    for (const stream of this.#streams) {
      if (stream.isReady) {
        moment ??= this.#moment();
        stream.tell(this.#recorder, moment);
      }
      if (this.#hasEnded) stream.end();
    }
    const { leastMs, pauseFactor } = this.#pace;
    // After the end nothing changes: who comes then, or was slow, asks for it by itself.
    if (!this.#hasEnded) this.#schedule(Math.max(leastMs, pauseFactor * (performance.now() - began)));
  }

  #note(): void {
    const changed = this.#recorder.takeChanged();
    const { packets } = this.#recorder;
    if (changed.length === 0 && packets === this.#toldPackets) return;
    this.#toldPackets = packets;
    for (const stream of this.#streams) stream.note(changed, this.#recorder);
  }

  #moment(): Moment {
    return { head: JSON.stringify(this.#recorder.head()), held: JSON.stringify(this.#held.count) };
  }
}
