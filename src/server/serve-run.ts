// `server` without a command: starts, says so in one line, and ends in order when it is told to.

import type { Command } from "commander";
import { addressLabel } from "../rpc/index.js";
import { type AccountServer, createAccountServer } from "./account-server.js";
import { linesOf } from "./log-lines.js";
import { LogOutput } from "./log-output.js";
import { MetricsEndpoint } from "./metrics/metrics-endpoint.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { chooseOpaqueKeys } from "./opaque/opaque-keys-option.js";
import { DEFAULT_LISTEN, type ServeOptions } from "./serve-options.js";
import { ServerLog } from "./server-log.js";
import { untilStopped } from "./stop-signals.js";
import { openTransport } from "./transport-option.js";

const EXIT_FAILED = 1;

/** Resolves when it has ended. @throws CertificateError, StoreError, RpcError, CommandError */
export async function serve(command: Command, options: ServeOptions): Promise<void> {
  if (options.cert === undefined && options.plaintext === undefined) {
    command.error("error: a folder for certificates is needed: server --cert certs/");
  }
  const log = openLog(options);
  const transport = await openTransport(options, log);
  const metrics = options.metrics === undefined ? undefined : new ServerMetrics();
  const { database, migrate, reflection, padding } = options;
  const hashing = options.scryptCost === undefined ? {} : { cost: { ln: options.scryptCost, r: 8, p: 3 } };
  const server = await createAccountServer({
    ...transport.settings,
    padding,
    database,
    opaqueKeys: (isNeeded) => chooseOpaqueKeys(options, log, isNeeded),
    migrate,
    hashing,
    throttle: options.throttle === "off" ? "off" : undefined,
    reflection,
    metrics,
  });
  log.follow(server);
  const stopped = untilStopped();
  const endReloading = transport.keepUpToDate(server);
  let endpoint: MetricsEndpoint | undefined;
  try {
    endpoint = await openMetrics(options, metrics, log);
    for (const address of options.listen ?? DEFAULT_LISTEN) {
      const taken = addressLabel(await server.listen(address));
      process.stdout.write(`listening on ${taken} (${transport.label}, database ${server.databaseLabel})\n`);
    }
    await stopped.first;
  } finally {
    endReloading();
    await closeOrForce(server, stopped.second);
    await endpoint?.close();
  }
}

function openLog({ logFormat, logLevel: level }: ServeOptions): ServerLog {
  const lines = linesOf(logFormat);
  const output = new LogOutput(process.stderr, lines);
  return new ServerLog((line) => output.write(line), { lines, level });
}

async function openMetrics(
  { metrics: address }: ServeOptions,
  metrics: ServerMetrics | undefined,
  log: ServerLog,
): Promise<MetricsEndpoint | undefined> {
  if (address === undefined || metrics === undefined) {
    return undefined;
  }
  const endpoint = await MetricsEndpoint.open(address, metrics.registry);
  if (endpoint.isExposed) {
    const message = "--metrics: whoever reaches this address reads the metrics, without TLS and without a password";
    log.line("warning", "metrics_exposed", { address: endpoint.url, message });
  }
  process.stdout.write(`metrics on ${endpoint.url}\n`);
  return endpoint;
}

/** A second signal ends the grace of the first. */
async function closeOrForce(server: AccountServer, second: Promise<void>): Promise<void> {
  const isForced = await Promise.race([server.close().then(() => false), second.then(() => true)]);
  if (isForced) {
    process.exit(EXIT_FAILED);
  }
}
