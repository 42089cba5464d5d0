// Runs the conformance table with a client that writes bytes by hand: whole, byte by byte, and through a proxy that hands
// on one byte at a time in both directions; and, as far as a lawful client can produce its rows, with ours.

import t, { type Test } from "tap";
import { connect } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { ByteProxy } from "../helpers/byte-proxy.js";
import { startEchoServer } from "../helpers/echo-service.js";
import { type RawClient, rawClient } from "../helpers/raw-client.js";
import type { RunningServer } from "../helpers/rpc-pair.js";
import { type ConformanceCase, describeFrame, LIMITS, type Step } from "./conformance/conformance-case.js";
import { CASES } from "./conformance/conformance-cases.js";
import { OUR_CLIENT_CASES } from "./conformance/our-client-cases.js";

/** How bytes get to the server. In plaintext every chunk reaches the decoder as it was cut; TLS would join them again. */
interface Way {
  readonly name: string;
  readonly plaintext: boolean;
  readonly write: (client: RawClient, bytes: Uint8Array) => void;
  readonly proxied: boolean;
  /** The only rows that go this way; default all. */
  readonly only?: readonly string[];
}

const whole = (client: RawClient, bytes: Uint8Array): void => {
  client.write(bytes);
};
/** Long rows are cut at the front, where their frames' heads are. */
const byteByByte = (client: RawClient, bytes: Uint8Array): void => {
  for (const byte of bytes.subarray(0, 2_000)) {
    client.socket.write(Uint8Array.of(byte));
  }
  client.socket.write(bytes.subarray(2_000));
};

const WAYS: readonly Way[] = [
  { name: "over TLS", plaintext: false, write: whole, proxied: false },
  { name: "over TLS, a record for each byte", plaintext: false, write: byteByByte, proxied: false },
  { name: "through a proxy that splits everything", plaintext: true, write: whole, proxied: true },
  {
    name: "over TLS through that proxy",
    plaintext: false,
    write: whole,
    proxied: true,
    // TLS puts together again what the proxy took apart, so that a session of each kind is enough.
    only: ["a Hello pipelined with a request", "a stream of responses", "a stream of requests", "a stream both ways"],
  },
];

/** Rows that run at the same time. */
const AT_ONCE = 16;

t.test("names are unique, and there are enough", async (t) => {
  t.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length);
  t.comment(`${CASES.length} rows`);
});

for (const way of WAYS) {
  t.test(way.name, async (t) => {
    const shared = await startServer(t, way, {});
    const rows = rowsOf(way);
    const work = async (): Promise<void> => {
      for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
        await check(t, way, row, isAlone(row) ? await startServer(t, way, row) : shared);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
}

for (const way of WAYS) {
  if (way.write === whole) {
    t.test(`our client, ${way.name}`, async (t) => {
      const rows = rowsOf(way).filter(({ name }) => OUR_CLIENT_CASES.has(name));
      t.equal(rows.length, way.only?.length ?? OUR_CLIENT_CASES.size, "each stands in the table");
      const work = async (): Promise<void> => {
        for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
          await checkOurs(t, await startServer(t, way, row), way, row.name);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    });
  }
}

async function checkOurs(t: Test, { server, host, port, ca }: RunningServer, way: Way, name: string): Promise<void> {
  const settings = way.plaintext ? ({ plaintext: true } as const) : { tls: { ca } };
  const limits = { streamWindowBytes: 65_536, minPingIntervalMs: 10 };
  const connection = await connect({ host, port, ...settings, limits, reconnect: false });
  const row = OUR_CLIENT_CASES.get(name);
  const told = await row?.call({ echo: connection.client(EchoServiceDefinition), connection, server });
  t.equal(told, row?.told, name);
  await connection.close({ graceMs: 0 });
}

function rowsOf({ only }: Way): ConformanceCase[] {
  return CASES.filter(({ name }) => only?.includes(name) ?? true);
}

/** Such a row needs a server that serves no other. */
function isAlone({ limits, send }: ConformanceCase): boolean {
  return limits !== undefined || send.some((step) => "serverClosesMs" in step);
}

/** A server, and where to reach it. */
async function startServer(t: Test, way: Way, row: Partial<ConformanceCase>): Promise<RunningServer> {
  // Byte by byte through a proxy, on a busy machine: only rows about these times have short ones.
  const patience = { firstFrameTimeoutMs: 120_000, frameTimeoutMs: 120_000 };
  const limits = { ...patience, ...LIMITS, ...row.limits };
  const running = await startEchoServer(t, { limits, ...(way.plaintext ? { plaintext: true } : {}) });
  if (!way.proxied) {
    return running;
  }
  const proxy = await ByteProxy.start(t, running.port, { chunkBytes: 1 });
  return { ...running, port: proxy.port };
}

async function check(t: Test, way: Way, row: ConformanceCase, running: RunningServer): Promise<void> {
  const client = await rawClient(t, running, way.plaintext);
  for (const step of row.send) {
    await take(step, way, client, running);
  }
  const isGoneAway = row.expect.at(-1)?.startsWith("go_away") && !row.expect.at(-1)?.startsWith("go_away OK");
  const frames = await client.frames((got) => got.length >= row.expect.length);
  t.same(frames.map(describeFrame), row.expect, row.name);
  if (row.ends || isGoneAway) {
    await client.closed;
    t.equal((await client.frames()).length, row.expect.length, `${row.name}: it ends there`);
  }
  client.socket.destroy();
}

async function take(step: Step, way: Way, client: RawClient, { server }: RunningServer): Promise<void> {
  if (step instanceof Uint8Array) {
    way.write(client, step);
  } else if ("after" in step) {
    await client.frames((got) => got.length >= step.after);
  } else if ("reply" in step) {
    way.write(client, step.reply(await client.frames(() => true)));
  } else {
    server.close({ graceMs: step.serverClosesMs });
  }
}
