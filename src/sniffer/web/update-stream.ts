// One browser that follows the capture: it is told what changed since it was last told. Where it reads slowly nothing is
// queued for it: what it missed is part of the next update.
import type { ServerResponse } from "node:http";
import type { LiveUpdate } from "../page/live-update.js";
import type { PageRecorder } from "../page/page-recorder.js";

/** What is the same for all who are told at the same moment; as JSON. */
export interface Moment {
  readonly head: string;
  readonly held: string;
}

export class UpdateStream {
  readonly #response: ServerResponse;
  /** Of rows that the browser has. */
  readonly #known = new Set<number>();
  /** Of rows that changed since. */
  readonly #pending = new Set<number>();
  #isComplete = false;
  #isDrained = true;
  #isBehind = true;
  #isTold = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on("drain", () => {
      this.#isDrained = true;
    });
  }

  /** True where there is something to tell, and the browser took what came before. */
  get isReady(): boolean {
    return this.#isBehind && this.#isDrained;
  }

  /** Rows changed, or only the sums above them. At most as many ids are kept as the recorder keeps rows. */
  note(changed: readonly number[], recorder: PageRecorder): void {
    this.#isBehind = true;
    if (!this.#isComplete) return;
    for (const id of changed) this.#pending.add(id);
    for (const id of this.#pending) if (!recorder.has(id)) this.#pending.delete(id);
  }

  tell(recorder: PageRecorder, { head, held }: Moment): void {
    const complete = !this.#isComplete;
    const rows = complete ? recorder.rows() : [...this.#pending].flatMap((id) => recorder.row(id) ?? []);
    const gone = complete ? [] : [...this.#known].filter((id) => !recorder.has(id));
    for (const id of gone) this.#known.delete(id);
    for (const { id } of rows) this.#known.add(id);
    this.#pending.clear();
    this.#isComplete = true;
    this.#isBehind = false;
    const rest: Omit<LiveUpdate, "head" | "held"> = { complete, rows, gone };
    this.#write(`event: update\ndata: {"head":${head},"held":${held},${JSON.stringify(rest).slice(1)}\n\n`);
  }

  /** Once; what was not told before is told first. */
  end(): void {
    if (this.#isDrained) this.#end();
  }

  /** A line that means nothing, by which both sides notice that the other is gone. */
  beat(): void {
    if (this.#isDrained) this.#write(": still there\n\n");
  }

  /** That it ends follows the last update though that fills the buffer: there will be no other moment for it. */
  close(): void {
    this.#end();
    this.#response.end();
  }

  #end(): void {
    if (this.#isTold || this.#isBehind) return;
    this.#isTold = true;
    this.#write("event: end\ndata: {}\n\n");
  }

  #write(text: string): void {
    this.#isDrained = this.#response.write(text);
  }
}
