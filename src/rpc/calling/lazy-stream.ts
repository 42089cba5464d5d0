// A stream that begins when somebody reads it: a call that nobody reads the answers of is not made.

type Opened = AsyncIterator<object, undefined>;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Can be read once, as a generator can. */
export class LazyStream implements AsyncIterableIterator<object, undefined> {
  readonly #open: () => Opened | Promise<Opened>;
  #stream: Opened | Promise<Opened> | undefined;
  #left = false;

  constructor(open: () => Opened | Promise<Opened>) {
    this.#open = open;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<object, undefined>> {
    if (this.#left) {
      return Promise.resolve(DONE);
    }
    this.#stream ??= this.#begin();
    return "next" in this.#stream ? this.#stream.next() : this.#stream.then((stream) => stream.next());
  }

  async return(): Promise<IteratorResult<object, undefined>> {
    const opened = this.#stream;
    this.#left = true;
    this.#stream = undefined;
    const stream = await unlessFailed(opened);
    await stream?.return?.();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<object, undefined>> {
    await this.return();
    throw error;
  }

  #begin(): Opened | Promise<Opened> {
    try {
      const opened = this.#open();
      if (!("next" in opened)) {
        opened.then(this.#onOpened, this.#onFailed);
      }
      return opened;
    } catch (error) {
      this.#left = true;
      return Promise.reject(error);
    }
  }

  /** From now on reads go to it without a detour. */
  readonly #onOpened = (stream: Opened): void => {
    if (!this.#left) {
      this.#stream = stream;
    }
  };

  readonly #onFailed = (): void => {
    this.#left = true;
  };
}

/** That it could not be opened was told to who wanted to read. */
async function unlessFailed(opened: Opened | Promise<Opened> | undefined): Promise<Opened | undefined> {
  try {
    return await opened;
  } catch {
    return undefined;
  }
}
