// One process at a time: a lock is a file that only one can create. Node has no flock.
import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "./client-error.js";

const POLL_MS = 15;
const PATIENCE_MS = 5_000;

/** Runs `work` while holding the lock file at `path`. A lock whose process is gone is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mark = `${process.pid} ${randomBytes(8).toString("hex")}\n`;
  await acquire(path, mark);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, mark: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
    if (await created(path, mark)) return;
    if (await isAbandoned(path)) continue;
    await sleep(POLL_MS);
  }
  throw new ClientError("file_unusable", `Another client has held ${path} for too long; if none runs, delete it.`);
}

/** Written apart and linked into place, so that a lock is never seen without its owner's number in it. */
async function created(path: string, mark: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, mark, { flag: "wx", mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes a lock whose owner is dead. Two that find it dead at once must not remove the lock of a third. */
async function isAbandoned(path: string): Promise<boolean> {
  const mark = await readFile(path, "utf8").catch(() => undefined);
  if (mark === undefined || isAlive(Number.parseInt(mark, 10))) return false;
  const grave = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, grave);
    const taken = await readFile(grave, "utf8");
    if (taken !== mark) await link(grave, path).catch(() => undefined);
    return true;
  } catch {
    return true;
  } finally {
    await rm(grave, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
