// The file of a Unix socket: appears whole and with its mode, replaces one that nobody listens on, and goes when we do.

import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { link, lstat, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname, join } from "node:path";
import { StatusCode } from "../../wire/status-code.js";
import { type Reason, RpcError } from "../rpc-error.js";

/** What `sockaddr_un` holds on Linux, without its final zero; systems cut longer paths off in silence. */
const MAX_PATH_BYTES = 107;
const NAME_BYTES = 4;
/** Two servers may start at once and both find the same stale file. */
const MAX_ATTEMPTS = 3;

interface FileSettings {
  readonly mode: number;
  readonly backlog: number;
}

/**
 * Listens on a name of its own, sets the mode, and only then gives the file its real name, by a link, which replaces nothing.
 * Resolves with what removes the file.
 * @throws RpcError `address_in_use` when someone listens there, or when the file is no socket; `bad_options`
 */
export async function listenOnFile(server: Server, path: string, { mode, backlog }: FileSettings): Promise<() => void> {
  // Node takes a name that reads as a number, such as ".12345678", for a port.
  const temporary = join(dirname(path), `.s${randomBytes(NAME_BYTES).toString("hex")}`);
  checkPath(path, temporary);
  await listening(server, temporary, mode, backlog);
  try {
    await claim(temporary, path);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  const { dev, ino } = await lstat(path);
  return () => removeOwn(path, dev, ino);
}

function checkPath(path: string, temporary: string): void {
  const bytes = Math.max(Buffer.byteLength(path), Buffer.byteLength(temporary));
  if (path === "" || path.includes("\0") || bytes > MAX_PATH_BYTES) {
    throw refusal("bad_options", `a Unix socket's path has 1 to ${MAX_PATH_BYTES} bytes and no NUL`);
  }
}

function listening(server: Server, path: string, mode: number, backlog: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, backlog }, () => {
      server.off("error", reject);
      resolve();
    });
    if (server.listening) {
      chmodSync(path, mode); // Bound within the call above: nobody has been able to connect yet but in this very moment.
    }
  });
}

async function claim(temporary: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await link(temporary, path);
      return;
    } catch (cause) {
      if (!hasCode(cause, "EEXIST") || attempt === MAX_ATTEMPTS) {
        throw cause;
      }
    }
    await removeStale(path);
  }
}

async function removeStale(path: string): Promise<void> {
  if (!(await lstat(path)).isSocket()) {
    throw refusal(
      "address_in_use",
      `unix:${path}: a file that is no socket is there; remove it or choose another path`,
    );
  }
  if (await isLive(path)) {
    throw refusal("address_in_use", `unix:${path}: another program listens there`);
  }
  await unlink(path);
}

function isLive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => (hasCode(error, "ECONNREFUSED") ? resolve(false) : reject(error)));
  });
}

/** Not the file of a server that took the path over. */
function removeOwn(path: string, dev: number, ino: number): void {
  try {
    const now = lstatSync(path);
    if (now.dev === dev && now.ino === ino) {
      unlinkSync(path);
    }
  } catch {
    // Gone already.
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function refusal(reason: Reason, message: string): RpcError {
  const code = reason === "bad_options" ? StatusCode.INVALID_ARGUMENT : StatusCode.UNAVAILABLE;
  return new RpcError(code, message, { reason, delivery: "not_sent" });
}
