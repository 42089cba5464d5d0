// The file of an export: for its owner alone, never half of one under its name, and none replaced unless told to.
import { randomBytes } from "node:crypto";
import { type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises";
import { ClientError } from "../client-error.js";

export class ExportFile {
  readonly #file: FileHandle;
  readonly #draft: string;
  readonly #path: string;
  readonly #force: boolean;

  /** Throws ClientError "file_unusable", also when the file exists and is not to be replaced. */
  static async create(path: string, force: boolean): Promise<ExportFile> {
    if ((await isFile(path)) && !force) throw exists();
    // Beside what it may replace, which stays as it is until the new one is whole.
    const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
    try {
      return new ExportFile(await open(draft, "wx", 0o600), draft, path, force);
    } catch (error) {
      throw unusable(error);
    }
  }

  private constructor(file: FileHandle, draft: string, path: string, force: boolean) {
    this.#file = file;
    this.#draft = draft;
    this.#path = path;
    this.#force = force;
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
      if (!this.#force && (await this.#linked())) await rm(this.#draft);
      else await rename(this.#draft, this.#path);
    } catch (error) {
      throw unusable(error);
    }
  }

  /** A link takes no other file's place, as renaming would. False where the file system has no links. */
  async #linked(): Promise<boolean> {
    try {
      await link(this.#draft, this.#path);
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST" || (await isFile(this.#path))) throw exists();
      return false;
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
    if (codeOf(error) === "ENOENT") return false;
    throw unusable(error);
  }
  throw new ClientError("file_unusable", "What --output names exists and is no plain file; choose another name.");
}

function exists(): ClientError {
  return new ClientError("file_unusable", "That file exists; give --force to replace it.");
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}

function unusable(cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  const code = codeOf(cause);
  const why = code === undefined ? "" : ` (${code})`;
  return new ClientError("file_unusable", `Could not write the file that --output names${why}.`, { cause });
}
