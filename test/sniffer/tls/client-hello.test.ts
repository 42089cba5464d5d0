import t from "tap";
import { BytesError } from "../../../src/bytes/bytes-error.js";
import { decodeClientHello } from "../../../src/sniffer/tls/client-hello.js";
import { TlsError } from "../../../src/sniffer/tls/tls-error.js";
import { clientHelloBody, extension, u16s, vector } from "./hello-bytes.js";
import { illustratedRecord } from "./illustrated-talk.js";

const FULL = clientHelloBody({
  sessionId: new Uint8Array(32).fill(9),
  cipherSuites: [0x1301, 0x0a0a],
  extensions: [
    extension.other(0x1a1a),
    extension.serverName("mail.example"),
    extension.alpn("earshot/1", "h2"),
    extension.groups(0x11ec, 0x001d),
    extension.keyShares(0x11ec, 0x001d),
    extension.pointFormats(0, 1),
    extension.signatureAlgorithms(0x0403, 0x0804),
    extension.versions(0x0a0a, 0x0304),
  ],
});

t.test("every field is read, GREASE kept where it stands", async (t) => {
  const hello = decodeClientHello(FULL);
  t.same(hello.cipherSuites, [0x1301, 0x0a0a]);
  t.same(hello.extensions, [0x1a1a, 0x00, 0x10, 0x0a, 0x33, 0x0b, 0x0d, 0x2b]);
  t.equal(Buffer.from(hello.serverName ?? []).toString(), "mail.example");
  t.same(
    hello.alpn.map((name) => Buffer.from(name).toString()),
    ["earshot/1", "h2"],
  );
  t.same(hello.groups, [0x11ec, 0x001d]);
  t.same(hello.keyShares, [0x11ec, 0x001d]);
  t.same(hello.pointFormats, [0, 1]);
  t.same(hello.signatureAlgorithms, [0x0403, 0x0804]);
  t.same(hello.supportedVersions, [0x0a0a, 0x0304]);
  t.equal(hello.sessionId.length, 32);
  t.same(hello.blemishes, []);
});

t.test("a hello without an extension block is whole", async (t) => {
  const hello = decodeClientHello(clientHelloBody({ legacyVersion: 0x0300, extensions: null }));
  t.equal(hello.legacyVersion, 0x0300);
  t.equal(hello.supportedVersions, null);
  t.same(hello.extensions, []);
});

t.test("a broken extension leaves the others readable", async (t) => {
  const broken = extension.other(0x000d, Uint8Array.of(0, 9, 1));
  const hello = decodeClientHello(clientHelloBody({ extensions: [broken, extension.serverName("b.example")] }));
  t.same(hello.signatureAlgorithms, []);
  t.equal(Buffer.from(hello.serverName ?? []).toString(), "b.example");
  t.same(hello.blemishes, ["extension signature_algorithms is malformed"]);
});

t.test("only host_name is a server name", async (t) => {
  const body = vector(2, Buffer.concat([Buffer.from([7]), vector(2, Buffer.from("not a host"))]));
  t.equal(decodeClientHello(clientHelloBody({ extensions: [extension.other(0, body)] })).serverName, null);
});

t.test("bytes behind the extensions are told", async (t) => {
  const hello = decodeClientHello(Buffer.concat([clientHelloBody(), u16s(0, 0)]));
  t.same(hello.blemishes, ["4 bytes follow the extensions"]);
});

t.test(
  "cut before its extensions it fails with a typed error, amid them it says so and keeps what came before",
  async (t) => {
    for (const body of [FULL, illustratedRecord("13", "clienthello").subarray(9)]) {
      for (let length = 0; length < body.length; length++) {
        const begun = length - (body.length - 2 - extensionBytes(body));
        try {
          const { blemishes } = decodeClientHello(body.subarray(0, length));
          t.ok(begun >= 0, `cut to ${length} bytes it must not pass`);
          t.equal(blemishes.length > 0, begun > 0, `cut to ${length} bytes it must say so`);
        } catch (error) {
          if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
          t.ok(begun < 0, `cut to ${length} bytes it must pass`);
        }
      }
    }
  },
);

t.test("what an extension that reaches too far left out does not hide the others", async (t) => {
  const whole = clientHelloBody({ extensions: [extension.serverName("c.example"), extension.alpn("h2", "http/1.1")] });
  const hello = decodeClientHello(whole.subarray(0, -9));
  t.equal(Buffer.from(hello.serverName ?? []).toString(), "c.example");
  t.same(hello.extensions, [0x0000, 0x0010]);
  t.same(hello.blemishes, [
    "its extensions reach beyond it",
    "extension application_layer_protocol_negotiation reaches beyond the others",
    "extension application_layer_protocol_negotiation is malformed",
  ]);
});

t.test("any byte flipped, it decodes or fails with a typed error", async (t) => {
  let decoded = 0;
  for (let at = 0; at < FULL.length; at++) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const flipped = Uint8Array.from(FULL);
      flipped[at] = (flipped[at] ?? 0) ^ mask;
      try {
        decodeClientHello(flipped);
        decoded += 1;
      } catch (error) {
        if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
      }
    }
  }
  t.ok(decoded > 0 && decoded < FULL.length * 3, "some flips are seen as damage, others change values only");
});

/** Length of the extension block, found by trying: the block's length field counts to the end. */
function extensionBytes(body: Uint8Array): number {
  let at = 34;
  at += 1 + (body[at] ?? 0);
  at += 2 + (((body[at] ?? 0) << 8) | (body[at + 1] ?? 0));
  at += 1 + (body[at] ?? 0);
  return body.length - at - 2;
}
