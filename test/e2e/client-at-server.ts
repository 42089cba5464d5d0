// A user who is logged in at a real server of the test's own, and the client program to go on with.
import { join } from "node:path";
import type { Test } from "tap";
import { type Finished, type RunOptions, runClient } from "../client/client-program.js";
import { startServer } from "../client/server-program.js";

export const PASSWORD = "stapler-Battery-horse-9";

type Words = (string | Partial<RunOptions>)[];

/** `outputs` is all that the client and the server showed. */
export async function loggedIn(t: Test) {
  const atServer = await clientAtServer(t);
  for (const command of ["register", "login"]) {
    t.match(await atServer.client(command, "alice"), { status: 0 }, command);
  }
  return atServer;
}

/** The same without an account. */
export async function clientAtServer(t: Test) {
  const folder = t.testdir({ home: {} });
  const home = join(folder, "home");
  const server = await startServer(t, folder);
  let all = "";
  const client = async (...words: Words): Promise<Finished> => {
    const args = words.filter((word) => typeof word === "string");
    const options = words.find((word) => typeof word === "object");
    const flags = args.includes("--server") ? [] : ["--server", server.address, "--ca", server.ca];
    const finished = await runClient([...args, ...flags], { home, password: PASSWORD, ...options });
    all += finished.stdout + finished.stderr;
    return finished;
  };
  return { client, folder, home, server, outputs: () => all + server.log() };
}

export function json({ stdout }: Finished): Record<string, unknown> {
  return JSON.parse(stdout);
}
