// The command `server`: reads its options, starts, says so in one line, and ends in order when it is told to.

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { addressLabel, type ListenAddress, RpcError } from "../rpc/index.js";
import { type AccountServer, createAccountServer } from "./account-server.js";
import { CertificateError } from "./certificate/certificate-error.js";
import { decodeListenAddress } from "./listen-option.js";
import { LogOutput } from "./log-output.js";
import { ServerLog } from "./server-log.js";
import { untilStopped } from "./stop-signals.js";
import { StoreError } from "./store/store-error.js";
import { openTransport, type TransportOptions } from "./transport-option.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const DEFAULT_LISTEN: readonly ListenAddress[] = [{ host: "127.0.0.1", port: 7443 }];
const DEFAULT_DATABASE = "earshot.db";
const EXAMPLES = `
Examples:
  server --cert certs/                        development certificates are made in certs/ on the first run
  server --cert /etc/earshot --listen 0.0.0.0:7443 --listen [::]:7443 --listen unix:/run/earshot.sock
  EARSHOT_DATABASE='mysql://app:secret@db.example:3306/app?tls=verify' server --cert certs/
`;

interface ServerOptions extends TransportOptions {
  readonly listen?: readonly ListenAddress[];
  readonly database: string;
  readonly scryptCost?: number;
  readonly throttle: "on" | "off";
  readonly reflection?: true;
}

/** Runs the command; `argv` is that of the process. Resolves with the exit code. */
export async function runServer(argv: readonly string[]): Promise<number> {
  // Who read our output went away, as `head` does, or the disk is full. That is no reason to stop serving.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  try {
    const command = serverCommand();
    command.parse(argv);
    return await run(command, command.opts<ServerOptions>());
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : EXIT_USAGE;
    }
    process.stderr.write(`server: ${sentence(error)}\n`);
    return error instanceof StoreError && error.code === "bad_url" ? EXIT_USAGE : EXIT_FAILED;
  }
}

function serverCommand(): Command {
  return new Command("server")
    .description("Accounts over TLS: register, log in, log out.")
    .option("--cert <folder>", "folder of the certificate and its key; made there when it holds none")
    .addOption(
      new Option(
        "--listen <address>",
        `HOST:PORT or unix:PATH; may be given several times; port 0 takes any free one (default: ${DEFAULT_LISTEN.map(addressLabel).join(" ")})`,
      ).argParser(listenOption),
    )
    .addOption(
      new Option(
        "--database <url>",
        "sqlite:FILE, a file's path, or mysql://USER:PASSWORD@HOST:PORT/NAME?tls=verify|off|CA-FILE",
      )
        .env("EARSHOT_DATABASE")
        .default(DEFAULT_DATABASE),
    )
    .addOption(new Option("--min-tls <version>", "oldest TLS version to accept").choices(["1.2", "1.3"]).default("1.3"))
    .option("--plaintext", "no TLS at all: everyone on the way reads the passwords; for the lab alone")
    .option("--reflection", "tell whoever connects the schema, for tools such as: client call --list")
    .addOption(new Option("--scrypt-cost <ln>", "log2 of scrypt's N, for tests").argParser(costOption).hideHelp())
    .addOption(
      new Option("--throttle <on|off>", "count attempts, or not, for tests")
        .choices(["on", "off"])
        .default("on")
        .hideHelp(),
    )
    .version(packageVersion())
    .allowExcessArguments(false)
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(server --help shows all options)")
    .exitOverride();
}

async function run(command: Command, options: ServerOptions): Promise<number> {
  if (options.cert === undefined && options.plaintext === undefined) {
    command.error("error: a folder for certificates is needed: server --cert certs/");
  }
  const output = new LogOutput(process.stderr);
  const log = new ServerLog((line) => output.write(line));
  const transport = await openTransport(options, log);
  const hashing = options.scryptCost === undefined ? {} : { cost: { ln: options.scryptCost, r: 8, p: 3 } };
  const server = await createAccountServer({
    ...transport.settings,
    database: options.database,
    hashing,
    throttle: options.throttle === "off" ? "off" : undefined,
    reflection: options.reflection,
  });
  log.follow(server);
  const stopped = untilStopped();
  const endReloading = transport.keepUpToDate(server);
  try {
    for (const address of options.listen ?? DEFAULT_LISTEN) {
      const taken = addressLabel(await server.listen(address));
      process.stdout.write(`listening on ${taken} (${transport.label}, database ${server.databaseLabel})\n`);
    }
    await stopped.first;
  } finally {
    endReloading();
    await closeOrForce(server, stopped.second);
  }
  return 0;
}

/** A second signal ends the grace of the first. */
async function closeOrForce(server: AccountServer, second: Promise<void>): Promise<void> {
  const isForced = await Promise.race([server.close().then(() => false), second.then(() => true)]);
  if (isForced) {
    process.exit(EXIT_FAILED);
  }
}

/** Each use of the option adds one. */
function listenOption(text: string, before: readonly ListenAddress[] = []): readonly ListenAddress[] {
  const address = decodeListenAddress(text);
  if (address === undefined) {
    throw new InvalidArgumentError(
      "Write HOST:PORT, such as 127.0.0.1:7443 or [::1]:7443, or unix:PATH, such as unix:/run/earshot.sock.",
    );
  }
  return [...before, address];
}

function costOption(text: string): number {
  const ln = Number(text);
  if (!/^\d{1,2}$/.test(text) || ln < 1 || ln > 17) {
    throw new InvalidArgumentError("Write a number from 1 to 17.");
  }
  return ln;
}

function sentence(error: unknown): string {
  if (error instanceof RpcError && error.reason === "address_in_use") {
    return `${error.message}; stop it, or choose another port with --listen`;
  }
  if (error instanceof RpcError || error instanceof CertificateError || error instanceof StoreError) {
    return error.message;
  }
  return error instanceof Error ? `unexpected error: ${error.stack ?? error.message}` : "unexpected error";
}

function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const hasVersion = typeof content === "object" && content !== null && "version" in content;
  return hasVersion ? String(content.version) : "unknown";
}
