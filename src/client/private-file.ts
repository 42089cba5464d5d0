// A file that only its owner may read: replaced whole or not at all, and one writer at a time.
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ClientError } from "./client-error.js";
import { withFileLock } from "./file-lock.js";

export class PrivateFile {
  readonly path: string;
  readonly #warn: (text: string) => void;

  /** `warn` is told, in a sentence, when others could read the file. */
  constructor(path: string, warn: (text: string) => void) {
    this.path = path;
    this.#warn = warn;
  }

  /** The whole text, or undefined when there is no such file. Takes rights away from others, and says so. */
  async read(): Promise<string | undefined> {
    try {
      await this.#closeToOthers();
      return await readFile(this.path, "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unusable("read", this.path, error);
    }
  }

  /** Runs `change` on the text while no other process changes it, and stores what it returns unless undefined. */
  async update(change: (text: string | undefined) => Promise<string | undefined> | string | undefined): Promise<void> {
    try {
      await makeFolder(dirname(this.path));
      await withFileLock(`${this.path}.lock`, async () => {
        const text = await change(await this.read());
        if (text !== undefined) await this.#replace(text);
      });
    } catch (error) {
      throw error instanceof ClientError ? error : unusable("write", this.path, error);
    }
  }

  /** Renames the file to `NAME.damaged` (or `NAME.damaged-2`, …) and returns the new path. */
  async setAside(): Promise<string> {
    for (let number = 1; ; number++) {
      const aside = number === 1 ? `${this.path}.damaged` : `${this.path}.damaged-${number}`;
      if (await exists(aside)) continue;
      await rename(this.path, aside);
      return aside;
    }
  }

  async #closeToOthers(): Promise<void> {
    if (process.platform === "win32") return;
    const { mode } = await stat(this.path);
    if ((mode & 0o077) === 0) return;
    await chmod(this.path, 0o600);
    this.#warn(`${this.path} could be read by others; now only you can.`);
  }

  async #replace(text: string): Promise<void> {
    const draft = `${this.path}.${randomBytes(6).toString("hex")}.new`;
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(text);
        // Without this a power cut may leave an empty file behind the new name.
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}

/** Node's own `recursive` tries for ever where a folder that exists takes no other, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  if (await exists(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    // Another client may have been quicker.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function unusable(verb: "read" | "write", path: string, cause: unknown): ClientError {
  const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ClientError("file_unusable", `Could not ${verb} ${path}${why}; check its rights or set EARSHOT_HOME.`, {
    cause,
  });
}
