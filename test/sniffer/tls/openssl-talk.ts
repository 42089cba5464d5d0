// The openssl command talking to itself through a relay, for tests: what crossed the wire, and what openssl says of it.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { tap } from "./tapped-connection.js";
import type { Turn } from "./watched-talk.js";

export const NO_OPENSSL = hasOpenssl() ? false : "no openssl command";

export interface OpensslWish {
  readonly server: readonly string[];
  /** Arguments of each connection, one after the other. */
  readonly clients: readonly (readonly string[])[];
  /** The server says nothing: openssl takes early data only so. */
  readonly mute?: boolean;
  /** A file that s_client writes before it may go. */
  readonly awaited?: string;
  /** No handshake comes about. */
  readonly fails?: boolean;
}

export interface OpensslTalk {
  /** Of the last connection. */
  readonly turns: readonly Turn[];
  readonly said: string;
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Words that give s_server or s_client a key of this kind, and a certificate that signs itself. */
export function makeIdentity(folder: string, kind: readonly string[]): string[] {
  const name = join(folder, kind.join("").replace(/\W/g, ""));
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  const words = ["req", "-x509", "-nodes", "-newkey", ...kind, "-subj", "/CN=localhost", "-days", "9", ...files];
  execFileSync("openssl", words, { stdio: "ignore" });
  return ["-cert", `${name}.pem`, "-key", `${name}.key`];
}

/** The same with a certificate that an authority signed. */
export async function makeSignedIdentity(folder: string): Promise<string[]> {
  const { cert, key } = await makeCertificate(await makeAuthority());
  writeFileSync(join(folder, "cert.pem"), cert);
  writeFileSync(join(folder, "key.pem"), key);
  return ["-cert", join(folder, "cert.pem"), "-key", join(folder, "key.pem")];
}

export async function talkOpenssl(wish: OpensslWish): Promise<OpensslTalk> {
  const rev = wish.mute === true ? [] : ["-rev"];
  const program = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...rev, ...wish.server], { stdio: "pipe" });
  const greeting = await heard(program, /ACCEPT \S+:(\d+)\s/);
  const relay = await tap(Number(/ACCEPT \S+:(\d+)/.exec(greeting)?.[1]));
  let said = "";
  for (const words of wish.clients) said = await converse(["-connect", `127.0.0.1:${relay.port}`, ...words], wish);
  await relay.close();
  program.kill();
  await once(program, "close");
  return { turns: relay.talks.at(-1) ?? [], said };
}

async function converse(words: readonly string[], { mute, awaited, fails }: OpensslWish): Promise<string> {
  const program = spawn("openssl", ["s_client", ...words], { stdio: "pipe" });
  const closed = once(program, "close");
  const text = textOf(program);
  program.stdin.on("error", () => {});
  if (fails === true) {
    await closed;
    return text();
  }
  program.stdin.write("question\n");
  while (!text().includes(mute === true ? "Verify return code" : "noitseuq")) await setTimeout(5);
  while (awaited !== undefined && !existsSync(awaited)) await setTimeout(5);
  program.stdin.end();
  await closed;
  return text();
}

/** Resolves once the program has printed the text from now on; gives what it printed. */
export async function heard(program: ChildProcess, text: string | RegExp): Promise<string> {
  let said = "";
  for (const stream of [program.stdout, program.stderr]) stream?.setEncoding("latin1");
  return await new Promise((resolve, reject) => {
    const listen = (part: string) => {
      said += part;
      if (typeof text === "string" ? said.includes(text) : text.test(said)) resolve(said);
    };
    for (const stream of [program.stdout, program.stderr]) stream?.on("data", listen);
    program.once("close", () => reject(new Error(`openssl ended: ${said}`)));
  });
}

function textOf(program: ChildProcess): () => string {
  let said = "";
  for (const stream of [program.stdout, program.stderr]) {
    stream?.setEncoding("latin1").on("data", (part: string) => {
      said += part;
    });
  }
  return () => said;
}
