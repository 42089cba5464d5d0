// Whose rights are enough once a capture has begun: packets come from strangers, and what reads them need not be root.
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { LiveError } from "./live-error.js";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What is opened only later, and so by that user. */
export interface LaterNeeds {
  readonly read: readonly string[];
  readonly writeIn: readonly string[];
}

/** Undefined where there are no rights to give up, or where all are to be kept. Throws LiveError. */
export function chooseUser(wanted: string | undefined, env: NodeJS.ProcessEnv): User | undefined {
  if (process.getuid?.() !== 0) {
    if (wanted === undefined || wanted === "root") return undefined;
    throw new LiveError("bad_user", `-Z ${wanted}: only root can go on as somebody else`);
  }
  const { SUDO_USER } = env;
  const name = wanted ?? (SUDO_USER === undefined || SUDO_USER === "" ? "nobody" : SUDO_USER);
  if (name === "root") return undefined;
  try {
    return { name, uid: idOf("-u", name), gid: idOf("-g", name) };
  } catch (error) {
    if (wanted === undefined) return undefined;
    throw new LiveError("bad_user", `-Z ${name}: there is no such user`, { cause: error });
  }
}

/** The system's own answer: users need not stand in /etc/passwd. */
function idOf(kind: "-u" | "-g", name: string): number {
  const text = execFileSync("id", [kind, "--", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  if (!/^\d+\n$/.test(text)) throw new Error(`id says ${JSON.stringify(text)}`);
  return Number(text);
}

/** What that user could not do, or undefined; asked by trying it as that user. */
export function whatNeedsRoot({ uid, gid }: User, needs: LaterNeeds): string | undefined {
  const { geteuid, getegid, seteuid, setegid } = process;
  if (geteuid === undefined || getegid === undefined || seteuid === undefined || setegid === undefined)
    return undefined;
  const [rootUid, rootGid, rootGroups] = [geteuid(), getegid(), process.getgroups?.() ?? []];
  process.setgroups?.([gid]);
  setegid(gid);
  seteuid(uid);
  try {
    return needs.read.find((path) => !canRead(path)) ?? needs.writeIn.find((folder) => !canWriteIn(folder));
  } finally {
    seteuid(rootUid);
    setegid(rootGid);
    process.setgroups?.(rootGroups);
  }
}

/** Without waiting, should it be a pipe that nobody writes to any more. */
function canRead(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

function canWriteIn(folder: string): boolean {
  try {
    rmdirSync(mkdtempSync(join(folder, ".sniffer-")));
    return true;
  } catch {
    return false;
  }
}

/** For good. Throws LiveError when they could be had again. */
export function giveUpRights({ name, uid, gid }: Pick<User, "name" | "uid" | "gid">): void {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  if (process.getuid?.() === uid && process.geteuid?.() === uid && !canBeRoot()) return;
  throw new LiveError("bad_user", `root's rights could not be given up for those of ${name}`);
}

function canBeRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}
