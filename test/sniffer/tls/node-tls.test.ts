// Real connections of Node's own TLS, tapped on the wire: what both ends say of themselves is what must be read.
import { once } from "node:events";
import { connect, createServer, type DetailedPeerCertificate, type TLSSocket, type TlsOptions } from "node:tls";
import t from "tap";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { listen, tap } from "./tapped-connection.js";
import { findingLines, ofKind, type Watched, watch } from "./watched-talk.js";

type Version = "TLSv1.2" | "TLSv1.3";

const authority = await makeAuthority();
const identity = await makeCertificate(authority);
const clientIdentity = await makeCertificate(authority, { names: ["client.example"] });
const SECRET = "the words nobody else may read";

interface Talk {
  readonly watched: Watched;
  readonly protocol: string | null;
  readonly suite: string;
  readonly alpn: string | false | null;
  readonly reused: boolean;
  readonly peer: DetailedPeerCertificate;
}

/** One echo over TLS; `sessions` above 1 connects again with the first connection's session. */
async function talk(version: Version, options: TlsOptions = {}, sessions = 1): Promise<Talk[]> {
  const server = createServer({
    ...identity,
    ca: authority.cert,
    minVersion: version,
    maxVersion: version,
    ALPNProtocols: ["earshot/1"],
    ...options,
  });
  server.on("secureConnection", (socket) => socket.pipe(socket));
  server.on("tlsClientError", () => {});
  const relay = await tap(await listen(server));
  const talks: Talk[] = [];
  let session: Buffer | undefined;
  for (let round = 0; round < sessions; round++) {
    const socket = connect({
      port: relay.port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: authority.cert,
      ALPNProtocols: ["earshot/1", "h2"],
      ...clientIdentity,
      ...(session === undefined ? {} : { session }),
    });
    const ticket = once(socket, "session").then(([bytes]) => bytes as Buffer);
    await once(socket, "secureConnect");
    const facts = factsOf(socket);
    socket.write(SECRET);
    await once(socket, "data");
    // A resumed connection need not bring a new ticket, so only the first is waited for.
    session ??= await ticket;
    socket.end();
    await once(socket, "close");
    talks.push({ watched: watch(relay.talks[round] ?? []), ...facts });
  }
  await relay.close();
  server.close();
  return talks;
}

function factsOf(socket: TLSSocket): Omit<Talk, "watched"> {
  return {
    protocol: socket.getProtocol(),
    suite: socket.getCipher().standardName,
    alpn: socket.alpnProtocol,
    reused: socket.isSessionReused(),
    peer: socket.getPeerCertificate(true),
  };
}

const plain = (fingerprint: string) => fingerprint.replaceAll(":", "").toLowerCase();

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  t.test(`${version}: what is read off the wire is what the client says it agreed on`, async (t) => {
    const [first] = await talk(version);
    if (first === undefined) throw new Error("nobody talked");
    const { watched } = first;
    t.equal(watched.tally.not_understood + watched.tally.gap, 0);
    t.match(ofKind(watched, "client_hello"), [{ sni: "localhost", alpn: ["earshot/1", "h2"] }]);
    const [hello] = ofKind(watched, "server_hello");
    t.equal(hello?.version, version === "TLSv1.2" ? "0x0303" : "0x0304");
    t.equal(hello?.alpn, version === "TLSv1.2" ? first.alpn : null);
    t.equal(hello?.resumed, false);
    t.same(
      findingLines(watched).filter((line) => line.startsWith("damaged") || line.startsWith("readable")),
      [],
    );
    t.notOk(JSON.stringify(watched.events).includes(SECRET));
  });
}

t.test("TLS 1.2: the certificates of both ends are those that Node presents", async (t) => {
  const [first] = await talk("TLSv1.2", { requestCert: true, rejectUnauthorized: false });
  if (first === undefined) throw new Error("nobody talked");
  const [theirs, ours] = ofKind(first.watched, "certificate");
  t.equal(theirs?.chain[0]?.sha256, plain(first.peer.fingerprint256));
  t.equal(theirs?.chain[0]?.sha1, plain(first.peer.fingerprint));
  t.equal(theirs?.chain[0]?.not_after, new Date(first.peer.valid_to).toISOString());
  t.equal(ours?.side, "client");
  t.equal(ours?.chain[0]?.subject, "CN=client.example");
  t.same(ours?.chain[0]?.names.includes("client.example"), true);
});

t.test("TLS 1.3: no certificate is seen, though both ends sent one", async (t) => {
  const [first] = await talk("TLSv1.3", { requestCert: true, rejectUnauthorized: false });
  t.same(ofKind(first?.watched ?? watch([]), "certificate"), []);
  t.equal(ofKind(first?.watched ?? watch([]), "server_hello").length, 1);
});

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  t.test(`${version}: a resumed session is known as such`, async (t) => {
    const talks = await talk(version, {}, 2);
    t.same(
      talks.map(({ watched }) => ofKind(watched, "server_hello")[0]?.resumed),
      talks.map(({ reused }) => reused),
    );
    t.equal(talks[1]?.reused, true);
  });
}

t.test("a server that shares no version answers with an alert that is read", async (t) => {
  const server = createServer({ ...identity, minVersion: "TLSv1.3" });
  server.on("tlsClientError", () => {});
  const relay = await tap(await listen(server));
  const socket = connect({ port: relay.port, host: "127.0.0.1", ca: authority.cert, maxVersion: "TLSv1.2" });
  await once(socket, "error");
  const watched = watch(relay.talks[0] ?? []);
  t.match(ofKind(watched, "alert"), [{ side: "server", level: 2, name: "protocol_version" }]);
  await relay.close();
  server.close();
});

t.test("a hello retry is seen when the server wants another group", async (t) => {
  const server = createServer({ ...identity, ecdhCurve: "P-384", minVersion: "TLSv1.3" });
  const relay = await tap(await listen(server));
  const socket = connect({
    port: relay.port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.cert,
    ecdhCurve: "P-256:P-384",
  });
  await once(socket, "secureConnect");
  socket.destroy();
  const watched = watch(relay.talks[0] ?? []);
  t.match(
    ofKind(watched, "server_hello").map(({ hello_retry, group }) => ({ hello_retry, group })),
    [
      { hello_retry: true, group: "secp384r1" },
      { hello_retry: false, group: "secp384r1" },
    ],
  );
  t.same(
    ofKind(watched, "client_hello").map(({ key_shares }) => key_shares),
    [["secp256r1"], ["secp384r1"]],
  );
  await relay.close();
  server.close();
});
