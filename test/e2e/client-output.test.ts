// Where the client's words cannot be written, the exit status still tells what happened.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { runClient } from "../client/client-program.js";
import { startServer } from "../client/server-program.js";

const MAIN = fileURLToPath(new URL("../../src/client/main.js", import.meta.url));
const PASSWORD = "stapler-Battery-horse-9";
/** Linux: every write to it fails with ENOSPC. */
const FULL = "/dev/full";
const onlyLinux = { skip: process.platform !== "linux" };

t.test("an answer that went nowhere is a failure", onlyLinux, async (t) => {
  const { home, flags } = await loggedIn(t);
  t.match(await intoFull("stdout", ["whoami", ...flags], home), { status: 1, other: /could not be written.*ENOSPC/ });
});

t.test("a sentence that went nowhere changes no exit status", onlyLinux, async (t) => {
  const home = t.testdir({});
  t.match(await intoFull("stderr", ["frob"], home), { status: 2 });
  t.match(await intoFull("stderr", ["whoami"], home), { status: 5 });
  t.match(await intoFull("stdout", ["frob", "--json"], home), { status: 2 });
});

async function loggedIn(t: Test) {
  const folder = t.testdir({});
  const server = await startServer(t, folder);
  const home = join(folder, "home");
  const flags = ["--server", server.address, "--ca", server.ca];
  for (const command of ["register", "login"]) {
    t.match(await runClient([command, "alice", ...flags], { home, password: PASSWORD }), { status: 0 });
  }
  return { home, flags };
}

/** Runs the client with one of its outputs on a full disk; `other` is what the other one showed. */
function intoFull(full: "stdout" | "stderr", args: readonly string[], home: string) {
  const disk = openSync(FULL, "w");
  const stdio = full === "stdout" ? (["ignore", disk, "pipe"] as const) : (["ignore", "pipe", disk] as const);
  const env = { ...process.env, EARSHOT_HOME: home };
  const child = spawn(process.execPath, [MAIN, ...args], { detached: true, env, stdio: [...stdio] });
  closeSync(disk);
  let other = "";
  const shown = full === "stdout" ? child.stderr : child.stdout;
  shown?.on("data", (chunk: Buffer) => {
    other += chunk.toString();
  });
  return new Promise<{ status: number | null; other: string }>((resolve, reject) => {
    child.on("error", reject).on("close", (status) => resolve({ status, other }));
  });
}
