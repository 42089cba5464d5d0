// Who watches which account: bounded, woken when something happens here, ended when the server stops.

import { tooManyWatches } from "../service-status.js";

/** Each asks the database twice a second or so. */
const MAX_WATCHES = 500;
const MAX_WATCHES_PER_ACCOUNT = 8;
const RETRY_MS = 5_000;

export class WatchRegistry {
  readonly #watches = new Map<string, Set<Watch>>();
  #count = 0;
  #isEnded = false;

  /** @throws RpcError RESOURCE_EXHAUSTED */
  open(accountId: Uint8Array): Watch {
    const key = keyOf(accountId);
    const ofAccount = this.#watches.get(key) ?? new Set();
    if (this.#count >= MAX_WATCHES || ofAccount.size >= MAX_WATCHES_PER_ACCOUNT) {
      throw tooManyWatches(RETRY_MS);
    }
    const watch = new Watch(() => this.#close(key, watch));
    this.#watches.set(key, ofAccount.add(watch));
    this.#count += 1;
    if (this.#isEnded) {
      watch.end();
    }
    return watch;
  }

  /** Something happened to this account. */
  wake(accountId: Uint8Array): void {
    for (const watch of this.#watches.get(keyOf(accountId)) ?? []) {
      watch.wake();
    }
  }

  /** For good. */
  end(): void {
    this.#isEnded = true;
    for (const watch of [...this.#watches.values()].flatMap((ofAccount) => [...ofAccount])) {
      watch.end();
    }
  }

  #close(key: string, watch: Watch): void {
    const ofAccount = this.#watches.get(key);
    if (ofAccount?.delete(watch) === true) {
      this.#count -= 1;
    }
    if (ofAccount?.size === 0) {
      this.#watches.delete(key);
    }
  }
}

/** One watch holds no events, only whether it should look for some. */
export class Watch {
  readonly #onClose: () => void;
  #isAwake = false;
  #isEnded = false;
  #stopWaiting: (() => void) | undefined;

  /** @internal Use {@link WatchRegistry.open}. */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  wake(): void {
    this.#isAwake = true;
    this.#stopWaiting?.();
  }

  end(): void {
    this.#isEnded = true;
    this.wake();
  }

  close(): void {
    this.#onClose();
  }

  /** Until it is woken, the time is over, or the signal aborts; not at all when it was woken since the last time. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isAwake && !signal.aborted) {
      await this.#sleep(ms, signal);
    }
    this.#isAwake = false;
  }

  /** Leaves nothing on the signal, for a watch sleeps many times on one. */
  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        this.#stopWaiting = undefined;
        resolve();
      };
      const timer = setTimeout(stop, ms);
      this.#stopWaiting = stop;
      signal.addEventListener("abort", stop);
    });
  }
}

function keyOf(accountId: Uint8Array): string {
  return Buffer.from(accountId).toString("hex");
}
