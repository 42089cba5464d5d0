// The options of `server` without a command.

import { type Command, InvalidArgumentError, Option } from "commander";
import { addressLabel, type ListenAddress, PADDING_POLICIES, type PaddingPolicy } from "../rpc/index.js";
import { databaseOption } from "./database-option.js";
import { decodeListenAddress } from "./listen-option.js";
import { LOG_FORMATS, LOG_LEVELS, type LogLevel } from "./log-lines.js";
import type { MetricsAddress } from "./metrics/metrics-endpoint.js";
import { decodeMetricsAddress } from "./metrics/metrics-option.js";
import { OPAQUE_KEYS_FILE } from "./opaque/opaque-keys-option.js";
import type { TransportOptions } from "./transport-option.js";

export const DEFAULT_LISTEN: readonly ListenAddress[] = [{ host: "127.0.0.1", port: 7443 }];

export interface ServeOptions extends TransportOptions {
  readonly listen?: readonly ListenAddress[];
  readonly padding?: PaddingPolicy;
  readonly database: string;
  readonly opaqueKeys?: string;
  readonly migrate: boolean;
  readonly metrics?: MetricsAddress;
  readonly logLevel: LogLevel;
  readonly reflection?: true;
  readonly scryptCost?: number;
  readonly throttle: "on" | "off";
}

export function addServeOptions(program: Command): Command {
  return program
    .option("--cert <folder>", "folder of the certificate and its key; made there when it holds none")
    .addOption(
      new Option(
        "--listen <address>",
        `HOST:PORT or unix:PATH; may be given several times; port 0 takes any free one (default: ${DEFAULT_LISTEN.map(addressLabel).join(" ")})`,
      ).argParser(listenOption),
    )
    .addOption(databaseOption())
    .option(
      "--opaque-keys <file>",
      `keys of OPAQUE, made there on the first run; lost with them are the accounts that use it (default: ${OPAQUE_KEYS_FILE} in the folder of --cert)`,
    )
    .option("--no-migrate", "refuse a database whose tables are not up to date (see: server migrate)")
    .addOption(new Option("--min-tls <version>", "oldest TLS version to accept").choices(["1.2", "1.3"]).default("1.3"))
    .option("--plaintext", "no TLS at all: everyone on the way reads the passwords; for the lab alone")
    .addOption(
      new Option(
        "--padding <policy>",
        "how the lengths of answers are hidden from who watches the wire (default: buckets; off with --plaintext)",
      ).choices(PADDING_POLICIES),
    )
    .addOption(
      new Option(
        "--metrics <address>",
        "serve metrics for Prometheus at http://HOST:PORT/metrics; a port alone is one of 127.0.0.1",
      ).argParser(metricsOption),
    )
    .addOption(
      new Option("--log-format <format>", "form of the log on standard error").choices(LOG_FORMATS).default("text"),
    )
    .addOption(
      new Option("--log-level <level>", "lowest level to log; debug has a line for every call")
        .choices(LOG_LEVELS)
        .default("info"),
    )
    .option("--reflection", "tell whoever connects the schema, for tools such as: client call --list")
    .addOption(new Option("--scrypt-cost <ln>", "log2 of scrypt's N, for tests").argParser(costOption).hideHelp())
    .addOption(
      new Option("--throttle <on|off>", "count attempts, or not, for tests")
        .choices(["on", "off"])
        .default("on")
        .hideHelp(),
    );
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

function metricsOption(text: string): MetricsAddress {
  const address = decodeMetricsAddress(text);
  if (address === undefined) {
    throw new InvalidArgumentError("Write a port, such as 9464, or HOST:PORT, such as 127.0.0.1:9464 or [::1]:9464.");
  }
  return address;
}

function costOption(text: string): number {
  const ln = Number(text);
  if (!/^\d{1,2}$/.test(text) || ln < 1 || ln > 17) {
    throw new InvalidArgumentError("Write a number from 1 to 17.");
  }
  return ln;
}
