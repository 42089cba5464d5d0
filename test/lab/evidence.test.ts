import t from "tap";
import { collectProofs, decodeEvents } from "../../src/lab/evidence.js";

const finding = (what: string, visibility = "readable", frame = 9, offset = 12) =>
  JSON.stringify({
    event: "finding",
    conversation: 0,
    side: "client",
    visibility,
    what,
    evidence: { frame, offset, length: 5 },
  });

t.test("a readable field becomes a proof with its packet and byte", async (t) => {
  const proofs = collectProofs(decodeEvents(`${finding("password: [redacted: 24 bytes]")}\n`), "wire");
  t.match(proofs.get("password"), { frame: 9, offset: 12 });
  t.equal(proofs.size, 1);
});

t.test("the first proof of a thing is the one that is kept", async (t) => {
  const proofs = collectProofs(
    decodeEvents([finding("username: alice", "readable", 4), finding("username: alice")].join("\n")),
    "wire",
  );
  t.equal(proofs.get("username")?.frame, 4);
});

t.test("what is hidden or only metadata proves nothing readable", async (t) => {
  const lines = [finding("password field", "hidden"), finding("password field", "metadata")].join("\n");
  t.equal(collectProofs(decodeEvents(lines), "wire").size, 0);
});

t.test("a hello without SNI and ALPN gives neither away", async (t) => {
  const hello = { event: "client_hello", conversation: 0, frame: 4, sni: null, alpn: [] };
  t.equal(collectProofs(decodeEvents(JSON.stringify(hello)), "wire").size, 0);
  const telling = { ...hello, sni: "localhost", alpn: ["earshot/1"] };
  t.strictSame(
    [...collectProofs(decodeEvents(JSON.stringify(telling)), "wire").keys()],
    ["server name (SNI)", "protocol (ALPN)"],
  );
});

t.test("only a server's certificate and only application data count", async (t) => {
  const lines = [
    { event: "certificate", conversation: 0, frame: 5, side: "client", chain: [] },
    { event: "record", conversation: 0, frame: 6, side: "client", content_type: 22, version: "0x0303", length: 40 },
  ];
  t.equal(collectProofs(decodeEvents(lines.map((line) => JSON.stringify(line)).join("\n")), "wire").size, 0);
});
