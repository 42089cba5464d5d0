// The flags that every command has: which server, how it is trusted, how long to wait.
import { InvalidArgumentError, Option } from "commander";
import { PADDING_POLICIES, type PaddingPolicy } from "../wire/padding.js";
import { DEFAULT_SERVER } from "./server-address.js";

export interface ConnectionFlags {
  readonly server: string;
  readonly ca?: string;
  readonly acceptNew?: boolean;
  readonly insecure?: boolean;
  readonly plaintext?: boolean;
  readonly json?: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly padding?: PaddingPolicy;
  readonly maxTls?: "1.2" | "1.3";
  readonly keylog?: string;
}

/** `own` are those of the one command; they stand in the middle of the help. */
export function connectionOptions(own: readonly Option[], timeout: Option): Option[] {
  return [
    new Option("--server <HOST:PORT>", "the server").env("EARSHOT_SERVER").default(DEFAULT_SERVER),
    new Option("--ca <FILE>", "PEM file of the authorities to trust"),
    new Option("--accept-new", "keep the key of a new server without asking"),
    ...own,
    timeout.argParser(seconds),
    new Option("--padding <POLICY>", "how lengths are hidden (default: buckets)").choices(PADDING_POLICIES),
    lab(new Option("--insecure", "do not verify the server").conflicts(["ca", "acceptNew"])),
    lab(new Option("--plaintext", "no TLS at all").conflicts(["ca", "acceptNew", "insecure", "maxTls", "keylog"])),
    lab(new Option("--max-tls <VERSION>", "1.2 or 1.3").choices(["1.2", "1.3"])),
    lab(new Option("--keylog <FILE>", "append the TLS secrets of this connection to FILE")),
  ];
}

function lab(option: Option): Option {
  return option.helpGroup("For the lab, which shows what goes wrong:");
}

const MAX_SECONDS = 300;

function seconds(written: string): number {
  const value = Number(written);
  if (written.trim() === "" || !(value > 0 && value <= MAX_SECONDS)) {
    throw new InvalidArgumentError(`it takes seconds, above 0 and up to ${MAX_SECONDS}.`);
  }
  return value;
}
