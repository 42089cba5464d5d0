import t from "tap";
import { BytesError } from "../../../src/bytes/bytes-error.js";
import { decodeServerHello } from "../../../src/sniffer/tls/server-hello.js";
import { TlsError } from "../../../src/sniffer/tls/tls-error.js";
import { extension, RETRY_RANDOM, serverHelloBody, u16s, vector } from "./hello-bytes.js";

t.test("the chosen version stands in the extension where there is one", async (t) => {
  const extensions = [extension.chosenVersion(0x0304), extension.other(0x33, Buffer.from("001d0000", "hex"))];
  const hello = decodeServerHello(serverHelloBody({ extensions }));
  t.equal(hello.version, 0x0304);
  t.equal(hello.legacyVersion, 0x0303);
  t.equal(hello.group, 0x001d);
  t.equal(hello.isRetry, false);
});

t.test("TLS 1.2 says version and ALPN in the clear", async (t) => {
  const hello = decodeServerHello(serverHelloBody({ cipherSuite: 0xc02f, extensions: [extension.alpn("h2")] }));
  t.equal(hello.version, 0x0303);
  t.equal(hello.cipherSuite, 0xc02f);
  t.equal(Buffer.from(hello.alpn ?? []).toString(), "h2");
});

t.test("a hello retry request is known by its random and names the group wanted", async (t) => {
  const extensions = [extension.chosenVersion(0x0304), extension.other(0x33, u16s(0x0018))];
  const hello = decodeServerHello(serverHelloBody({ random: RETRY_RANDOM, extensions }));
  t.equal(hello.isRetry, true);
  t.equal(hello.group, 0x0018);
});

t.test("up to draft 22 the key share stood at 40", async (t) => {
  const share = Buffer.concat([u16s(0x28), vector(2, u16s(0x001d, 0))]);
  const early = Buffer.concat([u16s(0x7f10), Buffer.alloc(32, 1), u16s(0x1301), vector(2, share)]);
  t.equal(decodeServerHello(early).group, 0x001d);
  const oldShare = extension.other(0x28, u16s(0x001d, 0));
  const late = serverHelloBody({ extensions: [extension.chosenVersion(0x7f16), oldShare] });
  t.match(decodeServerHello(late), { version: 0x7f16, group: 0x001d });
  t.equal(decodeServerHello(serverHelloBody({ extensions: [oldShare] })).group, null, "elsewhere it is none");
});

t.test("early drafts of TLS 1.3 had neither session id nor compression", async (t) => {
  const body = Buffer.concat([u16s(0x7f12), Buffer.alloc(32, 1), u16s(0x1301), vector(2, u16s(0x28, 0))]);
  const hello = decodeServerHello(body);
  t.equal(hello.version, 0x7f12);
  t.equal(hello.cipherSuite, 0x1301);
  t.same(hello.extensions, [0x28]);
});

t.test("a session id over 32 bytes is refused", async (t) => {
  t.throws(() => decodeServerHello(serverHelloBody({ sessionId: new Uint8Array(33) })), { code: "malformed" });
});

t.test("cut or flipped anywhere, only typed errors come out", async (t) => {
  const body = serverHelloBody({
    sessionId: new Uint8Array(32),
    extensions: [extension.chosenVersion(0x0304), extension.alpn("h2")],
  });
  const attempt = (bytes: Uint8Array) => {
    try {
      decodeServerHello(bytes);
      return true;
    } catch (error) {
      if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
      return false;
    }
  };
  const passed = [...body.keys()].filter((length) => attempt(body.subarray(0, length)));
  const fixedBytes = 2 + 32 + 1 + 32 + 2 + 1;
  t.equal(passed[0], fixedBytes, "what stands before the extensions is needed");
  t.equal(passed.length, body.length - fixedBytes, "the extensions may be cut");
  for (let at = 0; at < body.length; at++) {
    const flipped = Uint8Array.from(body);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    attempt(flipped);
  }
  t.ok(attempt(body));
});
