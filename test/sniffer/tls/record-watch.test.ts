import t from "tap";
import {
  clientHelloRecord,
  extension,
  handshake,
  RETRY_RANDOM,
  record,
  serverHelloBody,
  serverHelloRecord,
  u16s,
} from "./hello-bytes.js";
import { findingLines, ofKind, type Turn, watch } from "./watched-talk.js";

const CHANGE = record(0x14, Buffer.from([1]));
const FINISHED = record(0x16, Buffer.alloc(40, 0x9f));
const DATA = record(0x17, Buffer.alloc(100, 0xd0));
const from = (side: "client" | "server", ...records: Uint8Array[]): Turn => ({ side, bytes: Buffer.concat(records) });
const tls13 = [extension.chosenVersion(0x0304), extension.other(0x33, Buffer.from("001d0000", "hex"))];

t.test("TLS 1.2: after change_cipher_spec handshakes and alerts are ciphertext, of that side only", async (t) => {
  const done = record(0x16, handshake(0x0e, Buffer.alloc(0)));
  const watched = watch([
    from("client", clientHelloRecord()),
    from("server", serverHelloRecord({ cipherSuite: 0xc02f })),
    from("client", CHANGE, FINISHED),
    from("server", done, CHANGE, FINISHED, DATA, record(0x15, Buffer.alloc(26, 3))),
  ]);
  t.equal(watched.tally.ciphertext, 40 + 40 + 100 + 26);
  t.equal(watched.tally.not_understood, 0);
  t.match(ofKind(watched, "alert"), [{ level: null, name: "encrypted" }]);
});

t.test("renegotiation shows as handshake records after application data", async (t) => {
  const watched = watch([
    from("client", clientHelloRecord()),
    from(
      "server",
      serverHelloRecord({ cipherSuite: 0xc02f }),
      CHANGE,
      FINISHED,
      DATA,
      FINISHED,
      record(0x14, Buffer.alloc(25)),
      FINISHED,
    ),
  ]);
  t.match(
    findingLines(watched).join("\n"),
    /metadata server: handshake records after application data: .*renegotiated/,
  );
  t.equal(findingLines(watched).filter((line) => line.includes("renegotiated")).length, 1);
});

t.test("alerts in the clear are put in words", async (t) => {
  const watched = watch([
    from("client", clientHelloRecord()),
    from("server", record(0x15, Buffer.from([2, 40]), 0x0301)),
    from("client", record(0x15, Buffer.from([1, 0])), record(0x15, Buffer.from([2, 48]))),
  ]);
  t.match(ofKind(watched, "alert"), [
    { side: "server", frame: 2, level: 2, description: 40, name: "handshake_failure" },
    { side: "client", level: 1, description: 0, name: "close_notify" },
    { side: "client", level: 2, description: 48, name: "unknown_ca" },
  ]);
});

t.test("a retry: two client hellos, dummy changes between, both read", async (t) => {
  const wanted = [extension.chosenVersion(0x0304), extension.other(0x33, u16s(0x0018))];
  const first = clientHelloRecord({ extensions: [extension.versions(0x0304), extension.keyShares(0x001d)] });
  const second = clientHelloRecord({ extensions: [extension.versions(0x0304), extension.keyShares(0x0018)] });
  const watched = watch([
    from("client", first),
    from("server", serverHelloRecord({ random: RETRY_RANDOM, extensions: wanted }), CHANGE),
    from("client", CHANGE, second),
    from("server", serverHelloRecord({ extensions: tls13 }), DATA),
    from("client", DATA),
  ]);
  t.same(
    ofKind(watched, "client_hello").map(({ key_shares }) => key_shares),
    [["x25519"], ["secp384r1"]],
  );
  t.match(ofKind(watched, "server_hello"), [
    { hello_retry: true, group: "secp384r1" },
    { hello_retry: false, group: "x25519" },
  ]);
  t.equal(watched.tally.ciphertext, 200);
});

t.test("a retry seen from the client's side alone: the second hello is still read", async (t) => {
  const hello = clientHelloRecord({ extensions: [extension.versions(0x0304)] });
  const watched = watch([from("client", hello), from("client", CHANGE, hello)]);
  t.equal(ofKind(watched, "client_hello").length, 2);
});

t.test("early data is flagged", async (t) => {
  const hello = clientHelloRecord({
    extensions: [extension.versions(0x0304), extension.other(0x2a), extension.other(0x29)],
  });
  const watched = watch([
    from("client", hello, CHANGE, DATA, DATA),
    from("server", serverHelloRecord({ extensions: tls13 })),
  ]);
  t.match(ofKind(watched, "client_hello"), [{ early_data: true, psk: true }]);
  t.equal(findingLines(watched).filter((line) => line.includes("replayable")).length, 1);
});

t.test("application data before encryption is not taken for ciphertext", async (t) => {
  const watched = watch([from("client", clientHelloRecord()), from("server", serverHelloRecord(), DATA)]);
  t.equal(watched.tally.not_understood, 100);
  t.match(findingLines(watched).join("\n"), /damaged server: application data before/);
});

t.test("a suite that encrypts nothing is said to be readable", async (t) => {
  const watched = watch([
    from("client", clientHelloRecord()),
    from("server", serverHelloRecord({ cipherSuite: 0x003b }), CHANGE, DATA),
  ]);
  const lines = findingLines(watched);
  t.match(lines.join("\n"), /readable server: application data is not encrypted/);
  t.notOk(lines.some((line) => line.startsWith("hidden")));
  t.equal(watched.tally.plaintext, 100);
});

t.test("the Heartbleed request is recognised, an honest heartbeat is not accused", async (t) => {
  const honest = record(0x18, Buffer.concat([Buffer.from([1, 0, 4]), Buffer.alloc(4 + 16)]));
  const greedy = record(0x18, Buffer.from([1, 0x40, 0]));
  const hello = from("client", clientHelloRecord());
  t.equal(findingLines(watch([hello, from("client", honest)])).length, 0);
  t.match(findingLines(watch([hello, from("client", greedy)])).join("\n"), /asks for 16384 bytes back.*Heartbleed/);
});

t.test("a record between the parts of a handshake message is damage", async (t) => {
  const hello = handshake(0x02, serverHelloBody());
  const watched = watch([
    from(
      "server",
      record(0x16, hello.subarray(0, 20)),
      record(0x15, Buffer.from([1, 0])),
      record(0x16, hello.subarray(20)),
    ),
  ]);
  t.match(findingLines(watched).join("\n"), /damaged server: alert stands between the parts of a handshake message/);
  t.equal(ofKind(watched, "server_hello").length, 0);
});

t.test("a record over the bound of TLS 1.3 is told, and read past", async (t) => {
  const big = record(0x17, Buffer.alloc(0x4000 + 257));
  const watched = watch([
    from("client", clientHelloRecord()),
    from("server", serverHelloRecord({ extensions: tls13 }), big, DATA),
  ]);
  t.match(findingLines(watched).join("\n"), /damaged server: a record is over the 16640 bytes/);
  t.equal(ofKind(watched, "record").length, 4);
});

t.test("a client's second hello may be fragmented, dummy change before it or not", async (t) => {
  const retry = [extension.chosenVersion(0x0304), extension.other(0x33, u16s(0x0018))];
  const hello = clientHelloRecord({ extensions: [extension.versions(0x0304)] });
  const halves = [record(0x16, hello.subarray(5, 30)), record(0x16, hello.subarray(30))];
  const watched = watch([
    from("client", hello, CHANGE),
    from("server", serverHelloRecord({ random: RETRY_RANDOM, extensions: retry })),
    from("client", ...halves),
  ]);
  t.equal(ofKind(watched, "client_hello").length, 2);
  t.equal(watched.tally.ciphertext, 0);
});
