// Takes new certificates while the server runs: looks at the folder now and then, and whenever it is told to.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedCertificate } from "./certificate-choice.js";
import { reopenCertificateFolder } from "./certificate-folder.js";
import { isPemName } from "./pem-folder.js";

export interface CertificateWatchOptions {
  readonly folder: string;
  /** What is served now. */
  readonly current: LoadedCertificate;
  /** Serves it from now on. May throw: then the one before is still served. */
  take(loaded: LoadedCertificate): void;
  onTaken(loaded: LoadedCertificate): void;
  /** The new one cannot be used; the one before is still served. */
  onKept(error: unknown): void;
  /** Milliseconds between two looks. */
  readonly intervalMs?: number | undefined;
  /** Files that have not changed for this long are believed to be complete. */
  readonly settleMs?: number | undefined;
}

const INTERVAL_MS = 2_000;
const SETTLE_MS = 250;

/**
 * It looks rather than being notified: links that are moved to another folder (certbot, Kubernetes), files that are renamed
 * into place and network file systems are all the same to it, and a look costs a few calls of stat.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  #current: LoadedCertificate;
  /** What the files looked like when they were read last. */
  #read: string | undefined;
  #seen: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#current = options.current;
  }

  /** Begins to look. The first look reads all files again, since they may have changed since they were read. */
  start(): this {
    this.#lookIn(0);
    return this;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Reads the folder now, changed or not. Never rejects. */
  reload(): Promise<void> {
    return this.#queue(() => this.#load(true));
  }

  #lookIn(ms: number): void {
    if (!this.#stopped) {
      this.#timer = setTimeout(() => this.#queue(() => this.#look()), ms);
      this.#timer.unref();
    }
  }

  /** One at a time, in order. */
  #queue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work);
    return this.#work;
  }

  async #look(): Promise<void> {
    const { folder, intervalMs = INTERVAL_MS, settleMs = SETTLE_MS } = this.#options;
    const seen = await appearance(folder);
    const isSettled = seen === this.#seen;
    this.#seen = seen;
    if (seen !== this.#read && isSettled) {
      await this.#load(false);
    }
    this.#lookIn(seen === this.#read ? intervalMs : settleMs);
  }

  async #load(isAsked: boolean): Promise<void> {
    const { folder } = this.#options;
    this.#read = await appearance(folder); // Before reading: what changes meanwhile is seen by the next look.
    try {
      const loaded = await reopenCertificateFolder(folder, this.#current);
      if (isAsked || loaded.cert !== this.#current.cert || loaded.key !== this.#current.key) {
        this.#options.take(loaded);
        this.#current = loaded;
        this.#options.onTaken(loaded);
      }
    } catch (error) {
      this.#options.onKept(error);
    }
  }
}

/** A text that changes whenever a file is written, replaced, or becomes readable. */
async function appearance(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter(isPemName).sort();
    return (await Promise.all(names.map(async (name) => `${name} ${await appearanceOf(join(folder, name))}`))).join(
      "\n",
    );
  } catch (error) {
    return String(error);
  }
}

async function appearanceOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return String(error);
  }
}
