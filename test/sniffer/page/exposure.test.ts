import t from "tap";
import type { ClientHelloEvent, FindingEvent, ServerHelloEvent, SnifferEvent } from "../../../src/sniffer/event.js";
import { ConversationFacts } from "../../../src/sniffer/page/conversation-facts.js";
import { exposureOf } from "../../../src/sniffer/page/exposure.js";
import { ExposureTally } from "../../../src/sniffer/page/exposure-tally.js";
import type { Matrix } from "../../../src/sniffer/page/page-model.js";
import type { Conversation } from "../../../src/sniffer/stream/stream-event.js";

const CLIENT_HELLO: ClientHelloEvent = {
  event: "client_hello",
  conversation: 3,
  frame: 4,
  sni: "shop.example",
  alpn: ["h2"],
  versions: ["0x0304"],
  cipher_suites: ["0x1301"],
  extensions: [],
  groups: [],
  signature_algorithms: [],
  key_shares: [],
  session_id_length: 0,
  ech: false,
  psk: false,
  early_data: false,
  ja3: "",
  ja4: "",
};

const SERVER_HELLO: ServerHelloEvent = {
  event: "server_hello",
  conversation: 3,
  frame: 6,
  version: "0x0304",
  cipher_suite: "0x1301",
  alpn: null,
  group: "x25519",
  hello_retry: false,
  resumed: false,
  ja3s: "",
};

const DATA: SnifferEvent = {
  event: "record",
  conversation: 3,
  frame: 9,
  side: "client",
  content_type: 23,
  version: "0x0303",
  length: 80,
};

const CLOSED: SnifferEvent = {
  event: "conversation",
  id: 3,
  protocol: "udp",
  client: "10.0.0.1:1",
  server: "10.0.0.2:443",
  community_id: "",
  first_frame: 4,
  last_frame: 20,
  client_bytes: 1,
  server_bytes: 1,
  client_sha256: "",
  server_sha256: "",
  gaps: 0,
  state: "open",
  application: "quic",
};

function finding(extra: Partial<FindingEvent>): FindingEvent {
  const evidence = { frame: 9, offset: 12, length: 4 };
  return { event: "finding", conversation: 3, side: "client", visibility: "readable", what: "x", evidence, ...extra };
}

function exposure(events: readonly SnifferEvent[], application = "tls"): Matrix {
  const conversation: Conversation = {
    id: 3,
    protocol: "tcp",
    client: "10.0.0.1:5",
    server: "10.0.0.2:443",
    clientPort: 5,
    serverPort: 443,
    communityId: "",
    firstFrame: 1,
    lastFrame: 9,
    bytes: { client: 1, server: 1 },
    gaps: 0,
    unwatched: { client: 0, server: 0 },
    midstream: false,
    state: "open",
    application,
    summary: () => {},
  };
  const facts = new ConversationFacts(conversation);
  for (const event of events) facts.push(event);
  return exposureOf(facts);
}

t.test("a client that refuses a certificate is not fooled by an impostor, and that is seen", async (t) => {
  const alert: SnifferEvent = {
    event: "alert",
    conversation: 3,
    frame: 8,
    side: "client",
    level: 2,
    description: 48,
    name: "unknown_ca",
  };
  const { content } = exposure([CLIENT_HELLO, SERVER_HELLO, DATA, alert]);
  t.match(content.impersonator, { level: "hidden", seen: true, place: { frame: 8 } });
  t.match(content.trusted_ca, { level: "readable", seen: false });
  const { content: fooled } = exposure([CLIENT_HELLO, SERVER_HELLO, DATA, { ...alert, name: "close_notify" }]);
  t.match(fooled.impersonator, { level: "readable", seen: false });
});

t.test("an encrypted hello leaves the outer name's presence", async (t) => {
  t.match(exposure([{ ...CLIENT_HELLO, ech: true }]).server_name.passive, { level: "presence" });
  t.match(exposure([{ ...CLIENT_HELLO, sni: null }]).server_name.passive, { level: "absent", seen: true });
  t.match(exposure([DATA]).server_name.passive, { level: "unknown", seen: false });
  t.match(exposure([], "http").server_name.passive, { level: "absent" });
});

t.test("without ALPN only that something speaks inside shows", async (t) => {
  const { protocol } = exposure([{ ...CLIENT_HELLO, alpn: [] }, SERVER_HELLO, DATA]);
  t.match([protocol.passive.level, protocol.keys.level], ["presence", "readable"]);
});

t.test("a resumed session sends no certificate", async (t) => {
  t.match(exposure([CLIENT_HELLO, { ...SERVER_HELLO, resumed: true }]).certificate.passive, {
    level: "absent",
    seen: true,
  });
  t.match(exposure([CLIENT_HELLO]).certificate.passive, { level: "unknown", seen: false });
});

t.test("OPAQUE keeps the password from everyone, not the token", async (t) => {
  const method = "earshot.accounts.v1.OpaqueService/LoginStart";
  const message: SnifferEvent = {
    event: "message",
    conversation: 3,
    side: "client",
    frame: 9,
    kind: "request",
    stream_id: 1,
    method,
    fields: {},
    decrypted: true,
  };
  const token = finding({ what: "session token", value: "[redacted: 43 bytes]", decrypted: true });
  const { password, token: tokens } = exposure([CLIENT_HELLO, SERVER_HELLO, DATA, message, token]);
  t.same(
    Object.values(password).map(({ level }) => level),
    ["hidden", "hidden", "hidden", "hidden"],
  );
  t.match(tokens.keys, { level: "readable", seen: true, place: { offset: 12, opened: true } });
  t.match(tokens.passive, { level: "hidden", seen: false });
});

t.test("handshakes without data said nothing", async (t) => {
  const { content, password } = exposure([CLIENT_HELLO, SERVER_HELLO]);
  t.same([content.passive.level, content.keys.level, password.trusted_ca.level], ["absent", "absent", "absent"]);
});

t.test("what was said before STARTTLS counts as readable", async (t) => {
  const user = finding({ what: "username", value: "alice" });
  t.match(exposure([user, CLIENT_HELLO, SERVER_HELLO, DATA], "smtp").content.passive, {
    level: "readable",
    seen: true,
  });
});

t.test("SSH hides what it says and shows how much", async (t) => {
  const { content, protocol, password } = exposure([], "ssh");
  t.same([content.passive.level, protocol.passive.level, password.passive.level], ["length", "readable", "hidden"]);
});

t.test("QUIC and DTLS 1.3 hide content without telling of records", async (t) => {
  const evidence = { frame: 11, offset: 2400, length: 900 };
  const what = "QUIC is encrypted: 3 packets, 900 bytes";
  const hidden = finding({ visibility: "hidden", what, evidence });
  const { content, password } = exposure([CLIENT_HELLO, SERVER_HELLO, hidden, CLOSED], "quic");
  t.match(content.passive, { level: "length", seen: true, place: { frame: 11, offset: 2400 } });
  t.match(password.passive, { level: "hidden" });
  t.match(exposure([CLIENT_HELLO, SERVER_HELLO], "quic").content.passive, { level: "length" }, "while it goes on");
  t.match(exposure([CLIENT_HELLO, CLOSED], "quic").content.passive, { level: "absent" }, "nobody answered");
});

t.test("SSH has no hello and no CA: nothing is said of either", async (t) => {
  const { server_name: name, certificate, content } = exposure([], "ssh");
  t.same([name.passive.level, certificate.passive.level, content.trusted_ca.level], ["absent", "absent", "hidden"]);
  t.match(content.impersonator.why, "the host's key");
});

t.test("a certificate that was not captured is not one that was not sent", async (t) => {
  t.match(exposure([CLIENT_HELLO, DATA]).certificate.passive, { level: "unknown", seen: false });
});

t.test("a suite that encrypts nothing hides no password", async (t) => {
  const clear = finding({ what: "application data is not encrypted: the cipher suite only authenticates" });
  const { content, password } = exposure([CLIENT_HELLO, { ...SERVER_HELLO, version: "0x0303" }, clear, DATA]);
  t.same([content.passive.level, password.passive.level], ["readable", "unknown"]);
  t.notMatch(password.passive.why, "it is encrypted");
});

t.test("names of any length are cut", async (t) => {
  const { server_name: name } = exposure([{ ...CLIENT_HELLO, sni: "x".repeat(5000) }]);
  t.ok(name.passive.why.length < 600);
});

t.test("what only a port told is not said of first bytes", async (t) => {
  t.match(exposure([], "dns").protocol.passive.why, "by its port");
});

t.test("of several conversations the worst counts, and how many are like that", async (t) => {
  const tally = new ExposureTally();
  tally.add(exposure([CLIENT_HELLO, SERVER_HELLO, DATA]));
  tally.add(exposure([finding({ what: "password", value: "[redacted: 4 bytes]" })], "http"));
  tally.add(exposure([], "http"));
  t.match(tally.matrix.content.passive, { level: "readable", count: 2 });
  t.match(tally.matrix.password.passive, { level: "readable", count: 1, seen: true });
  const copy = new ExposureTally(tally);
  copy.add(exposure([], "http"));
  t.equal(copy.matrix.content.passive.count, 3);
  t.equal(tally.matrix.content.passive.count, 2, "the copy is its own");
  t.match(new ExposureTally().matrix.content.passive, { level: "absent", count: 0 });
});
