// Decides how this server is to be trusted, before anything is sent: a flag, the pin of an earlier meeting, the
// authorities that Node ships, or a question to the user, in that order.
import { readFile } from "node:fs/promises";
import { type ClientTls, type ProbedServer, probeServer } from "../rpc/index.js";
import { AccountClient } from "./account-client.js";
import { ClientError } from "./client-error.js";
import { translateError } from "./error-translation.js";
import type { KnownServers } from "./known-servers.js";
import { printableText } from "./printable-text.js";
import type { ServerAddress } from "./server-address.js";
import type { Terminal } from "./terminal.js";

export interface TrustFlags {
  readonly ca?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly plaintext?: boolean | undefined;
  readonly acceptNew?: boolean | undefined;
}

export interface TrustOptions {
  readonly address: ServerAddress;
  readonly flags: TrustFlags;
  readonly knownServers: KnownServers;
  /** Opens the terminal for a question; undefined when nobody can be asked. */
  readonly terminal: () => Terminal | undefined;
  /** Versions and key log, which hold whatever is decided here. */
  readonly tls: ClientTls;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
  readonly now: () => Date;
}

/** How to connect. */
export type Transport = { readonly plaintext: true } | { readonly tls: ClientTls };

/** Throws ClientError "server_not_trusted" when nobody vouches for a new server. */
export async function decideTransport(options: TrustOptions): Promise<Transport> {
  const { flags, address, knownServers, tls } = options;
  if (flags.plaintext === true) {
    options.warn("--plaintext: everyone between here and the server reads the password and the token.");
    return { plaintext: true };
  }
  if (flags.insecure === true) {
    options.warn("--insecure: the server is not verified, so whoever answers reads the password and the token.");
    return { tls: { ...tls, insecure: true } };
  }
  if (flags.ca !== undefined) return { tls: { ...tls, ca: await readAuthorities(flags.ca) } };
  const pin = await knownServers.find(address.text);
  // A pin decides alone, as in ssh: an authority that is talked into a second certificate changes nothing.
  if (pin !== undefined) return { tls: { ...tls, pin } };
  if (await isVouchedFor(options)) return { tls };
  return { tls: { ...tls, pin: await acceptNewServer(options) } };
}

async function readAuthorities(path: string): Promise<string> {
  const unusable = (cause?: unknown) =>
    new ClientError("file_unusable", `Could not read ${path}; --ca takes a file of PEM certificates.`, { cause });
  const pem = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unusable(cause);
  });
  // OpenSSL passes over what is no PEM, and would then call every server untrusted.
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) throw unusable();
  return pem;
}

/** Whether an authority that Node ships (NODE_EXTRA_CA_CERTS adds more) made the certificate for this name. */
async function isVouchedFor({ address, tls, timeoutMs, signal }: TrustOptions): Promise<boolean> {
  try {
    const { host, port } = address;
    const client = await AccountClient.connect({ host, port, tls, timeoutMs, signal });
    await client.close();
    return true;
  } catch (error) {
    if (error instanceof ClientError && error.code === "server_not_trusted") return false;
    throw error;
  }
}

/** The pin of a server met for the first time, once someone vouches for it; it is stored. */
async function acceptNewServer(options: TrustOptions): Promise<string> {
  const { address, flags, knownServers, warn, timeoutMs } = options;
  const server = await probe(address, timeoutMs);
  if (flags.acceptNew !== true) await askWhetherToTrust(server, options);
  await knownServers.add(address.text, server.pin, options.now());
  warn(`The key of ${address.text} is now kept in ${knownServers.path}.`);
  return server.pin;
}

async function probe(address: ServerAddress, timeoutMs: number): Promise<ProbedServer> {
  try {
    return await probeServer({ host: address.host, port: address.port, timeoutMs });
  } catch (error) {
    throw translateError(error, { server: address.text });
  }
}

async function askWhetherToTrust(server: ProbedServer, { address, terminal }: TrustOptions): Promise<void> {
  const person = terminal();
  if (person === undefined) {
    throw new ClientError(
      "server_not_trusted",
      `${address.text} is not known yet and nobody can be asked; give --ca certs/ca.pem, or --accept-new to keep its key.`,
    );
  }
  person.write(introduction(server, address));
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = (await person.ask("Trust it from now on (yes, no, or the fingerprint)? ")).trim();
    if (/^yes$/i.test(answer) || answer === `sha256/${server.pin}` || answer === server.pin) return;
    if (/^no?$/i.test(answer)) break;
  }
  throw new ClientError("server_not_trusted", `${address.text} was not accepted, so nothing was sent.`);
}

function introduction(server: ProbedServer, { text }: ServerAddress): string {
  const names = server.names.map((name) => printableText(name, 80)).slice(0, 8);
  return [
    `This is the first meeting with ${text}, and no authority known here vouches for it.`,
    `  key      sha256/${server.pin}`,
    `  subject  ${printableText(server.subject)}`,
    `  names    ${names.join(", ") || "none"}`,
    `  valid    ${day(server.validFrom)} to ${day(server.validTo)}`,
    "Whoever runs the server can tell you its key.\n",
  ].join("\n");
}

function day(time: Date | string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString().slice(0, 10);
}

/** The banner shown when a known server presents another key, in the manner of ssh. */
export function changedKeyBanner({ text }: ServerAddress, knownServersPath: string): string {
  return banner("@    WARNING: THE KEY OF THIS SERVER IS NOT THE ONE KEPT FOR IT     @", [
    "Someone may be between you and the server, reading everything you send.",
    "It is also possible that the server was given a new key: ask whoever runs it.",
    `Nothing was sent. If the new key is right, delete the line of ${text} from`,
    `${knownServersPath} and connect again.`,
  ]);
}

/** The same for the key of OPAQUE, which a server has beside that of TLS. */
export function changedOpaqueKeyBanner({ text }: ServerAddress, opaqueAccountsPath: string): string {
  return banner("@  WARNING: THE OPAQUE KEY OF THIS SERVER IS NOT THE ONE KEPT FOR IT  @", [
    "Someone may be between you and the server, to make you use your password on theirs.",
    "It is also possible that the server has lost its keys, and with them every account",
    "made by OPAQUE: ask whoever runs it. Your password was not sent. If the new key is",
    `right, delete the line "${text} key …" from`,
    `${opaqueAccountsPath} and make the account, or its password, anew.`,
  ]);
}

function banner(title: string, lines: readonly string[]): string {
  const rule = "@".repeat(title.length);
  return ["", rule, title, rule, ...lines].join("\n");
}
