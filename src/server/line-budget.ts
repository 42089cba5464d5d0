// How often one kind of log line may be written: what anyone who can connect causes must not fill the disk.

export interface LineBudgetOptions {
  readonly maxLines: number;
  readonly windowMs: number;
  /** Called at a window's end with how many lines it went without; not when that is none. */
  readonly onLeftOut: (count: number) => void;
}

export class LineBudget {
  readonly #options: LineBudgetOptions;
  #count = 0;
  #window: NodeJS.Timeout | undefined;

  constructor(options: LineBudgetOptions) {
    this.#options = options;
  }

  /** Whether one more line may be written now. */
  take(): boolean {
    this.#window ??= setTimeout(() => this.#end(), this.#options.windowMs).unref();
    this.#count += 1;
    return this.#count <= this.#options.maxLines;
  }

  #end(): void {
    const leftOut = this.#count - this.#options.maxLines;
    this.#window = undefined;
    this.#count = 0;
    if (leftOut > 0) {
      this.#options.onLeftOut(leftOut);
    }
  }
}
