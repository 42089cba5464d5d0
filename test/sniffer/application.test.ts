import t from "tap";
import {
  chooseApplication,
  chooseDatagramApplication,
  type FirstBytes,
  isClientHello,
} from "../../src/sniffer/application.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { RandomSource } from "../helpers/random-source.js";
import { toBytes } from "./played-capture.js";

const HELLO = Buffer.from(`160301002f0100002b0303${"11".repeat(32)}000002130101000000`, "hex");

function request(method: string, streamId = 1): Uint8Array {
  const { head, payload } = encodeFrame({
    kind: "request",
    streamId,
    method,
    timeoutMs: 0,
    open: false,
    credit: 0,
    metadata: [],
    payload: Buffer.from("0a01", "hex"),
  });
  return Buffer.concat([head, payload]);
}

interface Case {
  what: string;
  client?: string | Uint8Array;
  server?: string | Uint8Array;
  rest?: Partial<FirstBytes>;
  expected: string | undefined;
}

const FINAL = { final: true };
const SERVER_FIRST = { spokeFirst: "server" } as const;

const CASES: Case[] = [
  { what: "nothing yet", expected: undefined },
  { what: "nothing ever", rest: FINAL, expected: "unknown" },
  { what: "a ClientHello", client: HELLO, expected: "tls" },
  { what: "the first byte of a ClientHello", client: HELLO.subarray(0, 1), expected: undefined },
  {
    what: "a ServerHello whose client was not captured",
    server: Buffer.from("160303004a020000460303", "hex"),
    expected: "tls",
  },
  { what: "a record that is no handshake", client: Buffer.from("17030300100011", "hex"), expected: "unknown" },
  {
    what: "TLS joined midway, two records in a row",
    client: Buffer.from("1703030002aaaa1703030002bbbb", "hex"),
    rest: { midstream: true },
    expected: "tls",
  },
  {
    what: "noise joined midway",
    client: Buffer.alloc(64, 0x55),
    rest: { midstream: true, final: true },
    expected: "unknown",
  },
  { what: "our Request", client: request("a.b.Service/Method"), expected: "earshot" },
  { what: "our Request, half of it", client: request("a.b.Service/Method").subarray(0, 9), expected: undefined },
  { what: "a Request whose method is none", client: request("not a method"), expected: "unknown" },
  { what: "a Request with an even id", client: request("a.b.Service/Method", 2), expected: "unknown" },
  { what: "our Hello, empty", client: Buffer.from("025a00", "hex"), expected: "earshot" },
  { what: "a Response first", client: Buffer.from("0408012a00", "hex"), expected: "unknown" },
  {
    what: "our Request joined midway: boundaries are not guessed",
    client: request("a.b.Service/Method"),
    rest: { midstream: true, final: true },
    expected: "unknown",
  },
  { what: "an HTTP request", client: "GET / HTTP/1.1\r\n", expected: "http" },
  { what: "an HTTP request, begun", client: "GET /inde", expected: undefined },
  { what: "an HTTP request, version begun", client: "GET /index.html HTT", expected: undefined },
  { what: "an HTTP request with more spaces than one", client: "GET   /a HTTP/1.1\r\n", expected: "http" },
  { what: "an HTTP method of WebDAV", client: "PROPFIND /a HTTP/1.1\r\n", expected: "http" },
  { what: "an HTTP answer alone", server: "HTTP/1.1 200 OK\r\n", expected: "http" },
  { what: "words that are no request line", client: "GET OFF MY LAWN\r\n", expected: "unknown" },
  { what: "the preface of HTTP/2", client: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", expected: "http2" },
  { what: "SSH from the server", server: "SSH-2.0-OpenSSH_9.2\r\n", rest: SERVER_FIRST, expected: "ssh" },
  { what: "SMTP by its banner", server: "220 mx.example.com ESMTP Postfix\r\n", rest: SERVER_FIRST, expected: "smtp" },
  {
    what: "SMTP by the client's first command",
    server: "220 hello there\r\n",
    client: "EHLO me\r\n",
    rest: SERVER_FIRST,
    expected: "smtp",
  },
  {
    what: "SMTP by its port",
    server: "220 hello there\r\n",
    rest: { ...SERVER_FIRST, serverPort: 587 },
    expected: "smtp",
  },
  { what: "FTP by its banner", server: "220 (vsFTPd 3.0.3)\r\n", rest: SERVER_FIRST, expected: "ftp" },
  {
    what: "FTP by the client's first command",
    server: "220 ready\r\n",
    client: "AUTH TLS\r\n",
    rest: SERVER_FIRST,
    expected: "ftp",
  },
  { what: "a 220 of nobody", server: "220 ready\r\n", client: "XYZZY\r\n", rest: SERVER_FIRST, expected: "unknown" },
  { what: "a 220 that nobody has answered", server: "220 ready\r\n", rest: SERVER_FIRST, expected: undefined },
  { what: "POP3", server: "+OK ready\r\n", rest: SERVER_FIRST, expected: "pop3" },
  { what: "IMAP", server: "* OK [CAPABILITY IMAP4rev1]\r\n", rest: SERVER_FIRST, expected: "imap" },
  { what: "a banner when the client spoke first", server: "+OK ready\r\n", client: "hello\r\n", expected: "unknown" },
  {
    what: "MySQL's handshake",
    server: Buffer.from("4a0000000a382e302e333600", "hex"),
    rest: SERVER_FIRST,
    expected: "mysql",
  },
  {
    what: "MySQL's handshake, begun",
    server: Buffer.from("4a0000000a382e", "hex"),
    rest: SERVER_FIRST,
    expected: undefined,
  },
  { what: "PostgreSQL's SSLRequest", client: Buffer.from("0000000804d2162f", "hex"), expected: "postgresql" },
  { what: "PostgreSQL's StartupMessage", client: Buffer.from("0000000900030000", "hex"), expected: "postgresql" },
  { what: "redis", client: "*1\r\n$4\r\nPING\r\n", expected: "redis" },
  { what: "RTSP", client: "OPTIONS rtsp://h/ RTSP/1.0\r\n", expected: "rtsp" },
  { what: "SIP over TCP", client: "REGISTER sip:h SIP/2.0\r\n", expected: "sip" },
  { what: "an LDAP bind", client: "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0", expected: "ldap" },
  { what: "SOCKS 5", client: "\x05\x01\0", server: "\x05\0", expected: "socks" },
  { what: "SOCKS 4", client: "\x04\x01\0\x50\x01\x02\x03\x04\0", server: "\0\x5a", expected: "socks" },
  {
    what: "a server that speaks first in an unknown tongue",
    server: "hello\r\n",
    rest: SERVER_FIRST,
    expected: undefined,
  },
  { what: "zeros", client: new Uint8Array(64), expected: "unknown" },
];

for (const { what, client = "", server = "", rest, expected } of CASES) {
  t.test(`${what} is ${expected ?? "undecided"}`, async (t) => {
    const first: FirstBytes = {
      client: toBytes(client),
      server: toBytes(server),
      spokeFirst: client.length === 0 && server.length > 0 ? "server" : "client",
      serverPort: 9999,
      midstream: false,
      final: false,
      ...rest,
    };
    t.equal(chooseApplication(first), expected);
  });
}

t.test("every beginning of what is chosen was undecided or the same", async (t) => {
  for (const { what, client = "", server = "", rest, expected } of CASES) {
    if (expected === undefined || expected === "unknown" || server.length > 0) continue;
    const bytes = toBytes(client);
    for (let length = 0; length < bytes.length; length += 1) {
      const first = { client: bytes.subarray(0, length), server: new Uint8Array(0), serverPort: 9999 };
      const rested = { spokeFirst: "client", midstream: false, final: false, ...rest } as const;
      const choice = chooseApplication({ ...first, ...rested });
      if (choice !== undefined && choice !== expected) t.fail(`${what}, ${length} bytes: ${choice}`);
    }
  }
});

t.test("random bytes are hardly ever taken for anything", async (t) => {
  const random = new RandomSource(7);
  const rest = {
    server: new Uint8Array(0),
    spokeFirst: "client",
    serverPort: 1,
    midstream: false,
    final: true,
  } as const;
  for (let i = 0; i < 2000; i += 1) {
    t.equal(chooseApplication({ client: random.bytes(1 + random.below(100)), ...rest }), "unknown");
  }
});

t.test("a ClientHello is recognised anywhere, and only that", async (t) => {
  t.equal(isClientHello(HELLO), true);
  t.equal(isClientHello(HELLO.subarray(0, 10)), false);
  t.equal(isClientHello(Buffer.from("160303004a020000460303", "hex")), false);
});

t.test("datagrams are told by their first one", async (t) => {
  const quic = Buffer.from(`c300000001${"00".repeat(20)}`, "hex");
  const dtls = Buffer.from(`16fefd0000000000000000${"00".repeat(20)}`, "hex");
  t.equal(chooseDatagramApplication(quic, 40_000, 443), "quic");
  t.equal(chooseDatagramApplication(dtls, 40_000, 4433), "dtls");
  t.equal(chooseDatagramApplication(Uint8Array.of(1, 2), 40_000, 53), "dns");
  t.equal(chooseDatagramApplication(new Uint8Array(0), 40_000, 40_001), "unknown");
});
