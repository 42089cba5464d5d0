// Every example of --help and of the documents is run, in a folder of its own and against a real server.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import t from "tap";
import { lastingPort } from "../helpers/lasting-port.js";
import { captureFile, play } from "../sniffer/played-capture.js";
import { allExamples, programOf } from "./example-list.js";
import { ServerProcess } from "./server-program.js";

const PASSWORD = "stapler-Battery-horse-9";
const isRoot = process.getuid?.() === 0;

/** Examples that are not run here, and why. */
const LEFT: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^npm /, "CI runs these themselves"],
  [/mysql:\/\//, "the contract tests run with a MySQL-compatible server"],
  [/accounts\.example/, "somebody's server"],
  [/EchoService|OrderService/, "somebody's service; client-call.test.ts calls one of the kind"],
  [/--guess/, "needs what npm run lengths records; guess-run.test.ts has it"],
  [/^tshark/, "test/wireshark runs the plug-in"],
];

/** What every example is changed in, so that it fits here: other people's programs, ports, waiting times. */
const CHANGES: readonly (readonly [pattern: RegExp, to: string])[] = [
  [/\| (?:jq|less|zeek-cut)\b.*$/, "| cat"],
  [/^pass show \w+/, "cat password"],
  [/\/etc\/earshot/g, "etc-earshot"],
  [/unix:\/run\/\w+\.sock/g, "unix:server.sock"],
  [/^(server (?!admin|migrate|completion).*)$/, "$1 --scrypt-cost 8"],
  [/^server --cert certs\/(?!.*--listen)/, "server --listen 127.0.0.1:0 --cert certs/"],
  [/(0\.0\.0\.0|\[::\]):7443/g, "127.0.0.1:0"],
  [/--metrics 9464/g, "--metrics 0"],
  [/--timeout 60/g, "--timeout 1"],
  [/\b(?:60|10)\b(?= --)|(?<=--seconds )60|(?<=lo )(?:60|10)\b/g, "1"],
  [/127\.0\.0\.1:7443|(?<==)127\.0\.0\.1:7443/g, "127.0.0.1:SERVER"],
  [/port 7443/g, "port SERVER"],
  [/(?:127\.0\.0\.1:)?7000(?==)/g, "127.0.0.1:RELAY"],
  [/127\.0\.0\.1:7000/g, "127.0.0.1:SERVER"],
];

/** What goes on until it is told to end, by what it says once it runs. */
const ENDLESS: readonly (readonly [pattern: RegExp, says: RegExp, signal: NodeJS.Signals, code: number])[] = [
  [/^server (?!admin|migrate|completion)/, /listening on/, "SIGTERM", 0],
  [/--relay/, /relay|passing|listening/i, "SIGINT", 0],
  [/--web/, /capturing on/, "SIGTERM", 0],
  [/^client watch/, /./, "SIGINT", 0],
  [/--follow/, /./, "SIGINT", 0],
];

/** Other ends than 0: deadlines that are what the example shows. */
const CODES: readonly (readonly [pattern: RegExp, code: number])[] = [[/Health\/Watch/, 3]];

/** These need an account of their own, since they change or end it. */
const OWN_ACCOUNT =
  /^(?:cat password \| )?client (register|logout|revoke|passwd|upgrade|reset-password|delete-account)|^server admin (reset|disable|enable|delete)/;

/** No example takes a fraction of it; one that does not end is killed, and so fails. */
const MAX_MS = 60_000;

const folder = t.testdir({});
const bin = join(folder, "bin");
mkdirSync(bin);
for (const name of ["server", "client", "sniffer"]) {
  writeFileSync(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${programOf(name)}" "$@"\n`);
  chmodSync(join(bin, name), 0o755);
}
const server = new ServerProcess(t as never, [
  "--cert",
  join(folder, "certs"),
  "--database",
  join(folder, "earshot.db"),
  "--listen",
  "127.0.0.1:0",
  "--scrypt-cost",
  "8",
  "--reflection",
]);
const port = await server.listening();
const relayPort = await lastingPort();
const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env["PATH"]}`,
  EARSHOT_SERVER: `localhost:${port}`,
  EARSHOT_DATABASE: join(folder, "earshot.db"),
  EARSHOT_PASSWORD: PASSWORD,
  EARSHOT_NEW_PASSWORD: `${PASSWORD}-new`,
  EARSHOT_HOME: join(folder, "home"),
  NODE_EXTRA_CA_CERTS: join(folder, "certs/ca.pem"),
  NO_COLOR: "1",
};
const capture = captureFile(
  play([
    ["client", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["server", "HTTP/1.1 204 No\r\n\r\n"],
  ]),
);
writeFileSync(join(folder, "capture.pcapng"), capture);
writeFileSync(join(folder, "keys.txt"), "");
writeFileSync(join(folder, "password"), `${PASSWORD}\n`);
writeFileSync(join(folder, "both-passwords"), `${PASSWORD}\n${PASSWORD}-new\n`);
writeFileSync(join(folder, "login.json"), JSON.stringify({ username: "alice", password: PASSWORD }));
const shell = (command: string, more: NodeJS.ProcessEnv = {}): string =>
  execFileSync("bash", ["-c", command], {
    cwd: folder,
    env: { ...env, ...more },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
for (const name of ["before", "after"])
  writeFileSync(join(folder, `${name}.json`), shell("sniffer -r capture.pcapng --json"));
shell("client register alice --ca certs/ca.pem && client login alice --ca certs/ca.pem");

t.test("examples", async (t) => {
  const examples = allExamples();
  t.ok(examples.length > 60, `${examples.length} examples were found`);
  let accounts = 0;
  for (const { from, command } of examples) {
    const reason = LEFT.find(([pattern]) => pattern.test(command))?.[1];
    const needsRoot = /sniffer.* -i lo/.test(command) && !isRoot && "needs root";
    if (reason !== undefined || needsRoot) {
      t.comment(`${from}: ${command}: left out: ${reason ?? needsRoot}`);
      continue;
    }
    let changed = CHANGES.reduce((text, [pattern, to]) => text.replace(pattern, to), command);
    changed = changed.replaceAll("SERVER", String(port)).replaceAll("RELAY", String(relayPort));
    const [, ofClient, ofServer] = OWN_ACCOUNT.exec(changed) ?? [];
    const own = ofClient ?? ofServer;
    accounts += own === undefined ? 0 : 1;
    const more = own === undefined ? {} : ownAccount(own, `user${accounts}`);
    const { code, output } = await run(own === undefined ? changed : personal(changed, `user${accounts}`, more), more);
    const expected = CODES.find(([pattern]) => pattern.test(command))?.[1];
    const ending = ENDLESS.find(([pattern]) => pattern.test(changed));
    // Of an interrupted pipeline it is the shell's.
    const ended = ending !== undefined && changed.includes("|") ? 130 : ending?.[3];
    t.equal(code, expected ?? ended ?? 0, `${from}: ${changed}\n${output}`);
  }
  for (const made of [
    "capture.html",
    "page.html",
    "logs/conn.log",
    "streams",
    "calls.pcapng",
    "alice.json",
    "certs/ca.pem",
  ]) {
    t.ok(existsSync(join(folder, made)), `${made} was made`);
  }
});

/** Registers and logs in as this command needs it; gives what stands in its environment. */
function ownAccount(command: string, name: string): NodeJS.ProcessEnv {
  const more: NodeJS.ProcessEnv = { EARSHOT_HOME: join(folder, name) };
  if (command === "register") return more;
  shell(`client register ${name}`, more);
  if (command === "reset-password") {
    const code = /^\s*([A-Z0-9-]{8,})\s*$/m.exec(shell(`server admin reset ${name}`))?.[1];
    return { ...more, EARSHOT_RESET_CODE: code, EARSHOT_NEW_PASSWORD: `${PASSWORD}-new` };
  }
  shell(`client login ${name}`, more);
  return more;
}

/** The example for this account and one of its sessions. */
function personal(command: string, name: string, more: NodeJS.ProcessEnv): string {
  const named = command.replace(/\balice\b(?!\.json)/g, name);
  if (!command.startsWith("client revoke"))
    return named.replace("delete-account", "delete-account --yes").replace("--yes --yes", "--yes");
  const id = /"session_id":"([^"]+)"/.exec(shell("client sessions --json", more))?.[1] ?? "none";
  return named.replace("019a2b3c4d5e", id);
}

async function run(command: string, more: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const child = spawn("bash", ["-c", command], {
    cwd: folder,
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  let isEnding = false;
  const ending = ENDLESS.find(([pattern]) => pattern.test(command));
  const heard = (data: unknown): void => {
    output += String(data);
    const isUp = ending?.[1].test(output) === true && listens(output) >= listens(command, "--listen");
    // A second signal would end it at once.
    if (isUp && !isEnding) end(child, ending?.[2] ?? "SIGTERM");
    isEnding ||= isUp;
  };
  const limit = setTimeout(() => end(child, "SIGKILL"), MAX_MS);
  child.stdout.on("data", heard);
  child.stderr.on("data", heard);
  const stirring = /^client watch|--follow/.test(command) ? setInterval(stir, 700) : undefined;
  const [code, signal] = await once(child, "close");
  clearTimeout(limit);
  clearInterval(stirring);
  return { code: code ?? (signal === "SIGINT" ? 130 : null), output };
}

/** How many addresses a server says that it listens on, or is told to. */
function listens(text: string, word = "listening on"): number {
  return text.split(word).length - 1;
}

/** Something that a watcher sees, once it watches: on a busy machine that may take a while. */
function stir(): void {
  spawn("bash", ["-c", "client login alice"], {
    cwd: folder,
    env: { ...env, EARSHOT_HOME: join(folder, "stirrer") },
    stdio: "ignore",
  });
}

/** The whole pipeline. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
