import t from "tap";
import { decodeClientHello } from "../../../src/sniffer/tls/client-hello.js";
import { ja4, ja4Raw } from "../../../src/sniffer/tls/ja4.js";
import { type ClientHelloShape, clientHelloBody, extension } from "./hello-bytes.js";

const CHROME_SUITES = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f,
  0x0035,
];
const CHROME_SCHEMES = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];

function fingerprint(shape: ClientHelloShape, transport?: "t" | "q" | "d"): string {
  return ja4(decodeClientHello(clientHelloBody(shape)), transport);
}

// Both vectors are in FoxIO-LLC/ja4: rust/ja4/src/tls.rs and python/test/testdata/sigalg-grease.pcapng.json.
t.test("FoxIO's own vectors come out", async (t) => {
  const plain = [0x0017, 0x002d, 0x0005, 0x0023, 0x0012, 0xff01, 0x0015, 0x001b, 0x4469].map((type) =>
    extension.other(type),
  );
  const chrome: ClientHelloShape = {
    cipherSuites: CHROME_SUITES,
    extensions: [
      ...plain,
      extension.serverName("example.com"),
      extension.alpn("h2", "http/1.1"),
      extension.keyShares(0x001d),
      extension.versions(0x0304, 0x0303),
      extension.signatureAlgorithms(...CHROME_SCHEMES),
      extension.groups(0x001d),
      extension.pointFormats(0),
    ],
  };
  t.equal(fingerprint(chrome), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  t.equal(
    ja4Raw(decodeClientHello(clientHelloBody(chrome))),
    "t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_" +
      "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601",
  );
});

t.test("GREASE is ignored wherever it stands, in the signature algorithms too", async (t) => {
  const order = [0xfe0d, 0x0017, 0x44cd, 0xff01, 0x0023, 0xca34, 0x002d, 0x0005, 0x001b, 0x0012];
  const shape: ClientHelloShape = {
    cipherSuites: [0x9a9a, ...CHROME_SUITES],
    extensions: [
      extension.other(0x3a3a),
      ...order.map((type) => extension.other(type)),
      extension.alpn("h2", "http/1.1"),
      extension.keyShares(0x2a2a, 0x11ec, 0x001d),
      extension.groups(0x2a2a, 0x11ec, 0x001d),
      extension.signatureAlgorithms(0x6a6a, 0x0904, 0x0905, 0x0906, ...CHROME_SCHEMES),
      extension.versions(0xfafa, 0x0304, 0x0303),
      extension.pointFormats(0),
      extension.serverName("optimizationguide-pa.googleapis.com"),
      extension.other(0xbaba, Uint8Array.of(0)),
    ],
  };
  t.equal(fingerprint(shape), "t13d1517h2_8daaf6152771_cb7bf5808d99");
});

t.test("nothing to hash gives zeros", async (t) => {
  t.equal(fingerprint({ cipherSuites: [], extensions: null }), "t12i000000_000000000000_000000000000");
  const onlyName = { cipherSuites: [0x0a0a], extensions: [extension.serverName("a")] };
  t.equal(fingerprint(onlyName), "t12d000100_000000000000_000000000000");
});

t.test("the version is the highest offered that is not GREASE", async (t) => {
  const version = (shape: ClientHelloShape) => fingerprint(shape).slice(1, 3);
  t.equal(version({ extensions: [extension.versions(0x0303, 0x8a8a, 0x0304)] }), "13");
  t.equal(version({ extensions: [extension.versions(0x0301, 0x0302)] }), "11");
  t.equal(version({ legacyVersion: 0x0301 }), "10");
  t.equal(version({ legacyVersion: 0x0300 }), "s3");
  t.equal(version({ legacyVersion: 0x0002 }), "s2");
  t.equal(version({ legacyVersion: 0x0999 }), "00");
  t.equal(version({ extensions: [extension.versions(0x0a0a)] }), "00");
});

t.test("DTLS and QUIC have their own letter, and DTLS counts versions downwards", async (t) => {
  t.equal(fingerprint({ legacyVersion: 0xfefd }, "d").slice(0, 3), "dd2");
  t.equal(fingerprint({ legacyVersion: 0xfeff }, "d").slice(0, 3), "dd1");
  t.equal(fingerprint({ extensions: [extension.versions(0xfefc, 0xfefd)] }, "d").slice(0, 3), "dd3");
  t.equal(fingerprint({ extensions: [extension.versions(0x0304)] }, "q").slice(0, 3), "q13");
});

t.test("counts stop at 99", async (t) => {
  const suites = Array.from({ length: 120 }, (_, index) => 0xc000 + index);
  t.equal(fingerprint({ cipherSuites: suites }).slice(4, 8), "9900");
});

// The examples in the specification's section on the ALPN extension value.
t.test("the ALPN part is the first name's first and last character, or hex digits", async (t) => {
  const part = (...names: (string | Uint8Array)[]) =>
    fingerprint({ extensions: [extension.alpn(...names)] }).slice(8, 10);
  t.equal(part("h2"), "h2");
  t.equal(part("http/1.1", "h2"), "h1");
  t.equal(part("H2C"), "HC");
  t.equal(part("a"), "aa");
  t.equal(part(Uint8Array.of(0xab)), "ab");
  t.equal(part(Uint8Array.of(0xab, 0xcd)), "ad");
  t.equal(part(Uint8Array.of(0x30, 0xab)), "3b");
  t.equal(part(Uint8Array.of(0x30, 0x31, 0xab, 0xcd)), "3d");
  t.equal(part(Uint8Array.of(0x30, 0xab, 0xcd, 0x31)), "01");
  t.equal(part(Uint8Array.of(0x1a, 0x1a), "h2"), "h2");
  t.equal(part(Uint8Array.of(0x0a, 0x0a)), "00");
  t.equal(part("h_"), "6f");
  t.equal(part(""), "00");
  t.equal(part(), "00");
  t.equal(fingerprint({}).slice(8, 10), "00");
});
