// A program: the client of a load. It writes down every call that it makes, and what it is told of it.

import { once } from "node:events";
import { openSync } from "node:fs";
import { type CallOptions, connect, RpcError, type ServiceClient } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { CALL_ID_KEY } from "../helpers/echo-service.js";
import type { CallName, ClientOrder, Report } from "./rpc-load-process.js";
import { type Told, writeLine } from "./rpc-load-record.js";

/** The handlers take this long at least, so that calls are always under way. */
const MAX_DELAY_MS = 8;
const MESSAGES = 3;

const [order]: ClientOrder[] = await once(process, "message");
if (order === undefined) {
  throw new Error("no order came");
}
const { file, port, ca, limits, callers, timeoutMs, reconnect } = order;
const fd = openSync(file, "a");
const connection = await connect({
  host: "127.0.0.1",
  port,
  tls: { ca },
  limits,
  ...(reconnect ? {} : { reconnect: false }),
});
const echo = connection.client(EchoServiceDefinition);
let calls = 0;
let stopping = false;
process.once("SIGTERM", () => {
  stopping = true;
  connection.close({ graceMs: timeoutMs }).then(() => process.exit(0));
});
await Promise.all(callers.map(callOnAndOn));
report({ what: "finished" });
if (!stopping) {
  process.disconnect();
  await connection.close({ graceMs: 0 });
}

/** Calls until the connection is of no more use; where it is made anew, until this program is asked to end. */
async function callOnAndOn(name: CallName, caller: number): Promise<void> {
  for (let count = 1; ; count += 1) {
    const id = `${name}-${caller}-${count}`;
    writeLine(fd, { what: "called", id });
    const told = await outcome(name, id, count);
    writeLine(fd, told);
    calls += 1;
    report({ what: "progress", calls });
    const isLost = told.code === "UNAVAILABLE" || told.reason === "deadline";
    if (stopping || (isLost && !reconnect)) {
      return;
    }
  }
}

/** Every seventh call is cancelled by its caller on the way. */
async function outcome(name: CallName, id: string, count: number): Promise<Told> {
  const signal = count % 7 === 0 ? AbortSignal.timeout(1 + (count % 5)) : undefined;
  try {
    await call(echo, name, { timeoutMs, signal, metadata: { [CALL_ID_KEY]: id } });
    return { what: "told", id, delivery: "answered", code: "OK", reason: undefined };
  } catch (error) {
    if (!(error instanceof RpcError)) {
      throw error;
    }
    const { delivery, codeName: code, reason } = error;
    return { what: "told", id, delivery, code, reason };
  }
}

async function call(
  client: ServiceClient<typeof EchoServiceDefinition>,
  name: CallName,
  options: CallOptions,
): Promise<unknown> {
  const delayMs = Math.floor(Math.random() * MAX_DELAY_MS);
  switch (name) {
    case "unary":
      return client.unary({ delayMs }, options);
    case "serverStream":
      return readAll(client.serverStream({ count: MESSAGES, delayMs, size: 100 }, options));
    case "clientStream":
      return client.clientStream(messages(delayMs), options);
    case "bidi":
      return readAll(client.bidi(messages(delayMs), options));
  }
}

async function* messages(delayMs: number) {
  for (let count = 0; count < MESSAGES; count += 1) {
    yield { delayMs, data: new Uint8Array(100) };
  }
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) {
    // Only that it ends counts.
  }
}

function report(what: Report): void {
  if (process.connected) {
    process.send?.(what);
  }
}
