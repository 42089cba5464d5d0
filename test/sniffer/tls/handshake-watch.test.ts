import { X509Certificate } from "node:crypto";
import t from "tap";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { clientHelloRecord, extension, handshake, record, serverHelloRecord, vector } from "./hello-bytes.js";
import { findingLines, ofKind, type Turn, watch } from "./watched-talk.js";

const from = (side: "client" | "server", ...records: Uint8Array[]): Turn => ({ side, bytes: Buffer.concat(records) });
const opening = [from("client", clientHelloRecord()), from("server", serverHelloRecord({ cipherSuite: 0xc02f }))];

function certificateRecord(...chain: Uint8Array[]): Uint8Array {
  return record(0x16, handshake(0x0b, vector(3, ...chain.map((der) => vector(3, der)))));
}

t.test("a server's and a client's certificates are told with hashes, dates and names", async (t) => {
  const authority = await makeAuthority("Test CA");
  const names = { names: ["a.example", "b.example"], addresses: ["127.0.0.1", "::1"] };
  const server = new X509Certificate((await makeCertificate(authority, names)).cert);
  const root = new X509Certificate(authority.cert);
  const watched = watch([
    ...opening,
    from("server", certificateRecord(server.raw, root.raw), record(0x16, handshake(0x0d, Buffer.alloc(8)))),
    from("client", certificateRecord(server.raw)),
  ]);
  const [theirs, ours] = ofKind(watched, "certificate");
  const plain = (fingerprint: string) => fingerprint.replaceAll(":", "").toLowerCase();
  t.match(theirs, {
    side: "server",
    chain: [
      {
        subject: "CN=a.example",
        issuer: "CN=Test CA",
        sha256: plain(server.fingerprint256),
        sha1: plain(server.fingerprint),
        not_before: new Date(server.validFrom).toISOString(),
        not_after: new Date(server.validTo).toISOString(),
      },
      { subject: "CN=Test CA", sha256: plain(root.fingerprint256) },
    ],
  });
  t.ok(["a.example", "b.example", "127.0.0.1"].every((name) => theirs?.chain[0]?.names.includes(name)));
  t.equal(ours?.side, "client");
  t.match(findingLines(watched).join("\n"), /metadata server: certificate of a\.example/);
  t.match(findingLines(watched).join("\n"), /the server asks for a client certificate/);
});

t.test("bytes that are no certificate are hashed and reported", async (t) => {
  const rubbish = Buffer.from("3003020101", "hex");
  for (const der of [rubbish, Buffer.from("30820fff00", "hex"), Buffer.from("00", "hex"), Buffer.alloc(0)]) {
    const watched = watch([...opening, from("server", certificateRecord(der))]);
    t.match(ofKind(watched, "certificate")[0]?.chain, [{ subject: "", sha256: /^[0-9a-f]{64}$/, names: [] }]);
    t.match(findingLines(watched).join("\n"), /damaged server: certificate: it/);
  }
});

t.test("a certificate flipped at any byte throws nothing", async (t) => {
  const certificate = new X509Certificate((await makeAuthority()).cert).raw;
  let read = 0;
  for (let at = 0; at < certificate.length; at++) {
    const flipped = Uint8Array.from(certificate);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    const watched = watch([...opening, from("server", certificateRecord(flipped))]);
    if (ofKind(watched, "certificate")[0]?.chain[0]?.subject !== "") read += 1;
  }
  t.ok(read > 0 && read < certificate.length);
});

t.test("a chain of a hundred certificates is told whole", async (t) => {
  const long = certificateRecord(...Array.from({ length: 100 }, () => Buffer.from("3000", "hex")));
  const [certificate] = ofKind(watch([...opening, from("server", long)]), "certificate");
  t.equal(certificate?.chain.length, 100);
});

t.test("a chain is bounded in certificates and in bytes", async (t) => {
  const long = certificateRecord(...Array.from({ length: 5 }, () => Buffer.from("3000", "hex")));
  const watched = watch([...opening, from("server", long)], { limits: { maxCertificates: 4 } });
  t.equal(ofKind(watched, "certificate").length, 0);
  t.match(findingLines(watched).join("\n"), /damaged server: certificate is malformed: a chain of over 4/);
  const big = watch([...opening, from("server", long)], { limits: { maxCertificateBytes: 10 } });
  t.match(findingLines(big).join("\n"), /damaged server: certificate of 28 bytes is over the limit of 10/);
});

t.test("a message over its limit is told once, and what follows it is read", async (t) => {
  const limits = { maxMessageBytes: 200 };
  const watched = watch(
    [from("client", record(0x16, handshake(0x10, Buffer.alloc(5000)))), from("client", clientHelloRecord())],
    { limits },
  );
  t.match(findingLines(watched)[0], /damaged client: client_key_exchange of 5000 bytes is over the limit of 200/);
  t.equal(ofKind(watched, "client_hello").length, 1);
});

t.test("a resumed session of TLS 1.2 is known by the session id that comes back", async (t) => {
  const sessionId = Buffer.alloc(32, 5);
  const talk = (echo: Uint8Array, offered: Uint8Array) => [
    from("client", clientHelloRecord({ sessionId: offered })),
    from("server", serverHelloRecord({ sessionId: echo, cipherSuite: 0xc02f })),
  ];
  const resumed = (turns: Turn[]) => ofKind(watch(turns), "server_hello")[0]?.resumed;
  t.equal(resumed(talk(sessionId, sessionId)), true);
  t.equal(resumed(talk(Buffer.alloc(32, 6), sessionId)), false);
  t.equal(resumed(talk(new Uint8Array(0), new Uint8Array(0))), false);
});

t.test("TLS 1.3 echoes every session id: there the pre-shared key tells", async (t) => {
  const sessionId = Buffer.alloc(32, 5);
  for (const psk of [true, false]) {
    const extensions = [extension.chosenVersion(0x0304), ...(psk ? [extension.other(0x29, Buffer.from([0, 0]))] : [])];
    const turns = [
      from("client", clientHelloRecord({ sessionId })),
      from("server", serverHelloRecord({ sessionId, extensions })),
    ];
    t.equal(ofKind(watch(turns), "server_hello")[0]?.resumed, psk);
  }
});

t.test("a ticket in the clear is told with its size", async (t) => {
  const ticket = record(0x16, handshake(0x04, Buffer.alloc(190)));
  t.match(
    findingLines(watch([...opening, from("server", ticket)])).join("\n"),
    /a session ticket of 190 bytes is issued/,
  );
});

t.test("a server name never carries control characters out", async (t) => {
  const name = Buffer.from("a\u001b[31m\\\n\u00e9", "utf8");
  const watched = watch([
    from(
      "client",
      clientHelloRecord({ extensions: [extension.serverName(name), extension.alpn(Buffer.from([0x1b, 0xff]))] }),
    ),
  ]);
  t.match(ofKind(watched, "client_hello"), [{ sni: "a\\x1b[31m\\x5c\\x0a\\xc3\\xa9", alpn: ["\\x1b\\xff"] }]);
  t.notOk(findingLines(watched).join("").includes("\u001b"));
});

t.test("an unknown handshake type ends the reading of handshakes, not of records", async (t) => {
  const odd = record(0x16, handshake(0x2a, Buffer.alloc(10)));
  const watched = watch([from("client", odd, clientHelloRecord(), record(0x15, Buffer.from([1, 0])))]);
  t.equal(ofKind(watched, "client_hello").length, 0);
  t.equal(ofKind(watched, "record").length, 3);
  t.equal(watched.tally.not_understood, 14 + clientHelloRecord().length - 5);
});

t.test("a broken hello is damage with its place", async (t) => {
  const watched = watch([from("client", record(0x16, handshake(0x01, Buffer.alloc(20, 3))))]);
  t.match(ofKind(watched, "finding"), [
    { visibility: "damaged", side: "client", evidence: { frame: 1, offset: 0, length: 24 } },
  ]);
});

t.test("the findings of one side are bounded, whatever its damage says", async (t) => {
  const records = Array.from({ length: 500 }, (_, index) =>
    record(0x16, handshake(0x01, Buffer.alloc(20 + (index % 400), 3))),
  );
  const watched = watch([from("client", ...records)]);
  t.ok(findingLines(watched).length <= 64);
});

t.test("what belongs to certificates but is none is named", async (t) => {
  const compressed = (algorithm: number) =>
    record(0x16, handshake(0x19, Buffer.from([0, algorithm, 0, 8, 0, 0, 0, 2, 7, 7])));
  const status = record(0x16, handshake(0x16, Buffer.alloc(30)));
  const lines = findingLines(watch([...opening, from("server", compressed(2), compressed(9), status)])).join("\n");
  t.match(lines, /a certificate compressed with brotli, of 2048 bytes unpacked: not read/);
  t.match(lines, /a certificate compressed with algorithm 9/);
  t.match(lines, /a certificate status \(OCSP\) of 30 bytes is stapled/);
  const cut = record(0x16, handshake(0x19, Buffer.from([0, 2, 0])));
  t.match(findingLines(watch([...opening, from("server", cut)])).join("\n"), /compressed_certificate is malformed/);
});

t.test("hidden server names are told as hidden, by either extension", async (t) => {
  for (const [type, words] of [
    [0xfe0d, /an inner hello may hide the true server name/],
    [0xffce, /the server name is hidden/],
  ] as const) {
    const hello = clientHelloRecord({ extensions: [extension.other(type)] });
    t.match(findingLines(watch([from("client", hello)])).join("\n"), words);
  }
});
