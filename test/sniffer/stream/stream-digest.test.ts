import { createHash } from "node:crypto";
import t from "tap";
import { StreamDigest } from "../../../src/sniffer/stream/stream-digest.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const bytes = (text: string) => new TextEncoder().encode(text);

t.test("the hash is that of all bytes so far, and may be asked for at any time", async (t) => {
  const digest = new StreamDigest();
  t.equal(digest.sha256(), sha256(""));
  digest.update(bytes("hel"));
  t.equal(digest.sha256(), sha256("hel"));
  digest.update(bytes("lo"));
  t.equal(digest.sha256(), sha256("hello"));
});

t.test("holes next to each other are one", async (t) => {
  const digest = new StreamDigest();
  t.equal(digest.noteGap(0, 10), true);
  t.equal(digest.noteGap(10, 5), false);
  t.equal(digest.noteGap(20, 1), true);
});
