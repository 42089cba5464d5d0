// Padding on the wire: what is seen of calls are TLS records, so those are counted here, by a tap between client and server.

import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import t, { type Test } from "tap";
import { connect, type PaddingPolicy, RpcServer, type ServiceClient } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { ECHO_HANDLERS } from "../helpers/echo-service.js";
import { testAuthority } from "../helpers/rpc-pair.js";

const KIB = 1024;
/** Content type and tag of TLS 1.3. */
const SEALED_BYTES = 17;
const APPLICATION_DATA = 23;
const ALERT_BYTES = 19;

/** Hands on bytes, and keeps them. */
class Tap {
  readonly #bytes: Record<"up" | "down", Buffer[]> = { up: [], down: [] };

  async listen(t: Test, port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (client) => {
      const upstream = connectTcp({ host: "127.0.0.1", port, noDelay: true });
      this.#pass("up", client, upstream);
      this.#pass("down", upstream, client);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => server.close());
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Lengths of what the records of one side hold, the handshake's left out. */
  said(side: "up" | "down"): number[] {
    const bytes = Buffer.concat(this.#bytes[side]);
    const lengths: number[] = [];
    for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
      const length = bytes.readUInt16BE(at + 3);
      if (bytes[at] === APPLICATION_DATA && length !== ALERT_BYTES) {
        lengths.push(length - SEALED_BYTES);
      }
    }
    return lengths.filter((length) => length >= KIB);
  }

  #pass(side: "up" | "down", from: Socket, to: Socket): void {
    from.on("data", (chunk) => {
      this.#bytes[side].push(chunk);
      to.write(chunk);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
  }
}

type Echo = ServiceClient<typeof EchoServiceDefinition>;

/** What goes over a connection of its own while `use` runs. */
async function records(t: Test, padding: PaddingPolicy, use: (echo: Echo) => Promise<unknown>) {
  const { ca, server: certificate } = await testAuthority();
  const server = new RpcServer({ tls: certificate, padding });
  server.serve(EchoServiceDefinition, ECHO_HANDLERS);
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const tap = new Tap();
  const connection = await connect({ host: "127.0.0.1", port: await tap.listen(t, port), tls: { ca }, padding });
  await use(connection.client(EchoServiceDefinition));
  await connection.close();
  await server.close();
  return { up: tap.said("up"), down: tap.said("down") };
}

t.test("a call looks the same however long it is, however soon it is answered, and however it ends", async (t) => {
  const calls: Record<string, (echo: Echo) => Promise<unknown>> = {
    short: (echo) => echo.unary({ text: "a" }),
    longer: (echo) => echo.unary({ text: "a".repeat(800) }),
    late: (echo) => echo.unary({ text: "a", delayMs: 30 }),
    refused: (echo) => echo.unary({ text: "fail" }).catch(() => undefined),
  };
  for (const [name, call] of Object.entries(calls)) {
    t.same(await records(t, "buckets", call), { up: [KIB], down: [KIB, KIB] }, name);
    t.same(await records(t, "uniform", call), { up: [16 * KIB], down: [16 * KIB, 16 * KIB] }, name);
  }
});

t.test("of what is long only its bucket shows, whatever the records are that it is cut into", async (t) => {
  const sum = (lengths: readonly number[]): number => lengths.reduce((all, length) => all + length, 0);
  for (const [one, other] of [
    [9_000, 15_000],
    [20_900, 22_000],
    [1_000_000, 1_005_000],
  ] as const) {
    const [seen, seenOther] = await Promise.all(
      [one, other].map((bytes) => records(t, "buckets", (echo) => echo.unary({ data: new Uint8Array(bytes) }))),
    );
    t.ok(sum(seen?.up ?? []) > one, `${one}`);
    t.same(
      [seen?.up, seen?.down].map((lengths) => sum(lengths ?? [])),
      [seenOther?.up, seenOther?.down].map((lengths) => sum(lengths ?? [])),
    );
  }
  const { up } = await records(t, "uniform", (echo) => echo.unary({ data: new Uint8Array(100_000) }));
  t.ok(
    up.every((length) => length === 16 * KIB),
    "all records are full",
  );
});

t.test("without padding lengths are as they are", async (t) => {
  const { down } = await records(t, "off", (echo) => echo.unary({ text: "a".repeat(3_000) }));
  t.ok(down.some((length) => length % KIB !== 0));
});

t.test("what is no policy is refused", async (t) => {
  const padding = "some" as PaddingPolicy;
  t.throws(() => new RpcServer({ plaintext: true, padding }), { name: "RpcError", message: /padding must be one of/ });
  await t.rejects(connect({ host: "127.0.0.1", port: 1, padding }), {
    name: "RpcError",
    message: /padding must be one of/,
  });
});
