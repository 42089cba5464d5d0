import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import t from "tap";
import { RelaySource } from "../../../src/sniffer/capture/relay-source.js";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import type { RawPacket } from "../../../src/sniffer/packet/raw-packet.js";
import { lastingPort } from "../../helpers/lasting-port.js";
import { of, sniff } from "../played-capture.js";

interface Rig {
  relayPort: number;
  packets: RawPacket[];
  notes: string[];
  relay: RelaySource;
  events(): SnifferEvent[];
}

interface Teardown {
  teardown(end: () => unknown): void;
}

async function rig(
  t: Teardown,
  serve: (socket: Socket) => void,
  options: { maxConnections?: number; host?: string } = {},
): Promise<Rig & { server: Server }> {
  const host = options.host ?? "127.0.0.1";
  const server = createServer({ allowHalfOpen: true }, serve).listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { ...(await relayTo(t, { host, port }, options)), server: closing(t, server) };
}

async function relayTo(
  t: Teardown,
  target: { host: string; port: number },
  options: { maxConnections?: number } = {},
): Promise<Rig> {
  const packets: RawPacket[] = [];
  const notes: string[] = [];
  const listen = { host: target.host, port: 0 };
  const relay = new RelaySource({
    route: { listen, target },
    maxConnections: options.maxConnections ?? 10,
    note: (line) => notes.push(line),
  });
  const line = await relay.start((packet) => packets.push(packet));
  t.teardown(() => relay.stop());
  const said = /^relaying \S+:(\d+) -> /.exec(line);
  return { relayPort: Number(said?.[1]), packets, notes, relay, events: () => sniff(packets) };
}

function closing(t: Teardown, server: Server): Server {
  t.teardown(() => server.close());
  return server;
}

async function readAll(socket: Socket): Promise<Buffer> {
  // Not by for await: that destroys the socket at the end of its reading side.
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

/** However it closes: once() would reject at an error. */
function closed(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

for (const host of ["127.0.0.1", "::1"]) {
  t.test(`bytes pass both ways unchanged, and the capture has the same (${host})`, async (t) => {
    const there = randomBytes(3_000_000);
    const back = randomBytes(2_000_000);
    let received: Promise<Buffer> | undefined;
    const { relayPort, relay, events } = await rig(
      t,
      (socket) => {
        received = readAll(socket);
        socket.end(back);
      },
      { host },
    );
    const socket = connect({ port: relayPort, host, allowHalfOpen: true });
    socket.end(there);
    t.ok((await readAll(socket)).equals(back));
    t.ok((await received)?.equals(there));
    await relay.stop();
    t.match(of(events(), "conversation"), [
      {
        client_bytes: there.length,
        server_bytes: back.length,
        client_sha256: sha256(there),
        server_sha256: sha256(back),
        state: "fin",
        gaps: 0,
      },
    ]);
  });
}

t.test("a client that ends first still hears the answer", async (t) => {
  const { relayPort } = await rig(t, (socket) => {
    void readAll(socket).then((asked) => socket.end(`you said ${asked}`));
  });
  const socket = connect({ port: relayPort, host: "127.0.0.1", allowHalfOpen: true });
  socket.end("hello");
  t.equal(String(await readAll(socket)), "you said hello");
});

t.test("a reader that does not read makes the writer wait, and memory stays", async (t) => {
  let asleep: Socket | undefined;
  const { relayPort, packets } = await rig(t, (socket) => {
    socket.pause();
    asleep = socket;
  });
  const socket = connect(relayPort, "127.0.0.1");
  const chunk = Buffer.alloc(0x100000);
  let written = 0;
  let full = false;
  // Until neither side's kernel nor the relay takes more: the wait for drain then has no end.
  while (!full && written < 200) {
    written += 1;
    if (socket.write(chunk)) continue;
    full = await Promise.race([
      once(socket, "drain").then(() => false),
      new Promise<boolean>((resolve) => setTimeout(resolve, 300, true)),
    ]);
  }
  t.ok(full, "the writer was made to wait");
  const captured = packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
  t.ok(captured < 64 * 0x100000, `${captured} bytes were taken in`);
  asleep?.destroy();
  socket.destroy();
});

t.test("a reset passes on as a reset, both ways", async (t) => {
  for (const who of ["client", "server"] as const) {
    const accepted: Socket[] = [];
    const { relayPort, relay, events } = await rig(t, (socket) => {
      accepted.push(socket);
      socket.on("error", () => {});
      socket.write("x");
    });
    const socket = connect(relayPort, "127.0.0.1");
    await once(socket, "data");
    const [served] = accepted;
    const failed = once(who === "client" ? (served as Socket) : socket, "error");
    (who === "client" ? socket : served)?.resetAndDestroy();
    t.match((await failed)[0], { code: "ECONNRESET" });
    await relay.stop();
    t.match(of(events(), "conversation"), [{ state: "rst" }]);
  }
});

t.test("a target that refuses is said to, and the client is reset", async (t) => {
  const port = await lastingPort();
  const { relayPort, notes, events, relay } = await relayTo(t, { host: "127.0.0.1", port });
  const socket = connect(relayPort, "127.0.0.1");
  await closed(socket);
  t.match(notes[0], /no connection to 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  await relay.stop();
  t.match(of(events(), "conversation"), [{ state: "rst", client_bytes: 0 }]);
});

t.test("connections are bounded", async (t) => {
  const { relayPort, notes } = await rig(t, (socket) => socket.write("x"), { maxConnections: 1 });
  const first = connect(relayPort, "127.0.0.1");
  await once(first, "data");
  const second = connect(relayPort, "127.0.0.1");
  await closed(second);
  t.match(notes[0], /refused a connection: 1 are open/);
  first.destroy();
});

t.test("an address that cannot be listened on is an error with words", async (t) => {
  const { relayPort } = await rig(t, () => {});
  const route = { listen: { host: "127.0.0.1", port: relayPort }, target: { host: "127.0.0.1", port: 1 } };
  const relay = new RelaySource({ route, maxConnections: 1, note: () => {} });
  await t.rejects(
    relay.start(() => {}),
    { name: "LiveError", code: "cannot_listen", message: /it is in use; choose another port/ },
  );
});

t.test("stopping ends open connections", async (t) => {
  const { relayPort, relay } = await rig(t, (socket) => socket.write("x"));
  const socket = connect(relayPort, "127.0.0.1");
  await once(socket, "data");
  const over = closed(socket);
  await relay.stop();
  await over;
  t.pass("closed");
});
