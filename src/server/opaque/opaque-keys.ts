// The file of the OPAQUE keys: made when it is not there, readable by the server alone. Who loses it loses every account that
// logs in by OPAQUE, and who steals it can try passwords on a stolen database; so it lies outside of that.

import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { isScalar } from "../../opaque/curve.js";
import { OpaqueServer, type ServerKeys } from "../../opaque/opaque-server.js";
import { CommandError } from "../command-error.js";

const KEY_BYTES = 32;
const MAX_FILE_BYTES = 4096;
const MODE = 0o600;
const FOLDER_MODE = 0o700;
const GROUP_AND_OTHERS = 0o077;

export type OpaqueKeysProblem = "missing" | "unreadable" | "damaged" | "cannot_write";

export class OpaqueKeysError extends CommandError {
  readonly problem: OpaqueKeysProblem;

  constructor(problem: OpaqueKeysProblem, message: string) {
    super("failed", message);
    this.problem = problem;
  }
}

export type IsNeeded = () => Promise<boolean>;

export interface LoadedOpaqueKeys {
  readonly keys: ServerKeys;
  /** Others than the owner may read or write it. */
  readonly isExposed: boolean;
  /** It was made just now. */
  readonly isNew: boolean;
}

/**
 * `isNeeded`, asked where there is no such file: whether there are accounts that log in by keys which are gone. New ones
 * would be of no use to them, and might take the place of the old in the next backup.
 * @throws OpaqueKeysError, and what `isNeeded` throws
 */
export async function openOpaqueKeys(file: string, isNeeded: IsNeeded = async () => false): Promise<LoadedOpaqueKeys> {
  const found = await readKeys(file);
  if (found !== undefined) return { ...found, isNew: false };
  if (await isNeeded()) throw failed("missing", file, "is gone, and accounts need it: bring it back from its backup");
  const isNew = await writeKeys(file, OpaqueServer.newKeys());
  // Of several servers that start at once, all take what the first one made.
  const made = await readKeys(file);
  if (made === undefined) throw failed("unreadable", file, "is gone again just after it was made");
  return { ...made, isNew };
}

async function readKeys(file: string): Promise<Omit<LoadedOpaqueKeys, "isNew"> | undefined> {
  try {
    const { mode, size } = await stat(file);
    if (size > MAX_FILE_BYTES) throw damaged(file);
    return { keys: decodeKeys(file, await readFile(file, "latin1")), isExposed: (mode & GROUP_AND_OTHERS) !== 0 };
  } catch (error) {
    if (error instanceof OpaqueKeysError) throw error;
    if (codeOf(error) === "ENOENT") return undefined;
    throw failed("unreadable", file, `cannot be read (${codeOf(error)}); check its owner and mode`);
  }
}

function decodeKeys(file: string, text: string): ServerKeys {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw damaged(file);
  }
  const [oprfSeed, privateKey] = ["oprf_seed", "private_key"].map((name) => {
    const value = typeof content === "object" && content !== null ? Reflect.get(content, name) : undefined;
    const bytes = Buffer.from(typeof value === "string" ? value : "", "base64");
    // Node passes over what is no base64, and would make other keys of it.
    if (bytes.length !== KEY_BYTES || bytes.toString("base64") !== value) throw damaged(file);
    return bytes;
  });
  if (oprfSeed === undefined || privateKey === undefined || !isScalar(privateKey)) throw damaged(file);
  return { oprfSeed, privateKey };
}

/** It appears whole or not at all, and replaces nothing. False when another server was first. */
async function writeKeys(file: string, { oprfSeed, privateKey }: ServerKeys): Promise<boolean> {
  const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const content = { oprf_seed: encode(oprfSeed), private_key: encode(privateKey) };
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(dirname(file), { mode: FOLDER_MODE }).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
    const handle = await open(temporary, "wx", MODE);
    try {
      await handle.writeFile(`${JSON.stringify(content)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw failed("cannot_write", file, `cannot be written (${codeOf(error)}); give another place with --opaque-keys`);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

function damaged(file: string): OpaqueKeysError {
  return failed("damaged", file, "holds no OPAQUE keys: bring it back from its backup, for no other will do");
}

function failed(problem: OpaqueKeysProblem, file: string, what: string): OpaqueKeysError {
  return new OpaqueKeysError(problem, `${file}: ${what}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
