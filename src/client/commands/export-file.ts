// The file of an export: for its owner alone, never half of one under its name, and none replaced unless told to.
import { randomBytes } from "node:crypto";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { ClientError } from "../client-error.js";

export class ExportFile {
  readonly #file: FileHandle;
  readonly #draft: string;
  readonly #path: string;

  /** Throws ClientError "file_unusable", also when the file exists and is not to be replaced. */
  static async create(path: string, force: boolean): Promise<ExportFile> {
    const isThere = await isFile(path);
    if (isThere && !force) throw new ClientError("file_unusable", "That file exists; give --force to replace it.");
    // Beside what it replaces, which stays as it is until the new one is whole.
    const draft = isThere ? `${path}.${randomBytes(6).toString("hex")}.new` : path;
    try {
      return new ExportFile(await open(draft, "wx", 0o600), draft, path);
    } catch (error) {
      throw unusable(error);
    }
  }

  private constructor(file: FileHandle, draft: string, path: string) {
    this.#file = file;
    this.#draft = draft;
    this.#path = path;
  }

  async write(text: string): Promise<void> {
    await this.#file.writeFile(text).catch((error: unknown) => {
      throw unusable(error);
    });
  }

  /** The document is whole. */
  async finish(): Promise<void> {
    try {
      await this.#file.sync();
      await this.#file.close();
      if (this.#draft !== this.#path) await rename(this.#draft, this.#path);
    } catch (error) {
      throw unusable(error);
    }
  }

  /** Leaves nothing of an export that failed. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#draft, { force: true });
  }
}

/** Throws for what is there and no file: a device, a pipe or a link is not to be replaced by one. */
async function isFile(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isFile()) return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw unusable(error);
  }
  throw new ClientError("file_unusable", "What --output names exists and is no plain file; choose another name.");
}

function unusable(cause: unknown): ClientError {
  const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ClientError("file_unusable", `Could not write the file that --output names${why}.`, { cause });
}
