import { createHash } from "node:crypto";
import t from "tap";
import { LocalHash, NO_HASHES, type StreamHash } from "../../../src/sniffer/stream/stream-hash.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const bytes = (text: string) => new TextEncoder().encode(text);

function hexOf(hash: StreamHash): string | undefined {
  let result: string | undefined;
  hash.sha256((hex) => {
    result = hex;
  });
  return result;
}

t.test("the hash is that of all bytes so far, and may be asked for at any time", async (t) => {
  const hash = new LocalHash();
  t.equal(hexOf(hash), sha256(""));
  hash.update(bytes("hel"));
  t.equal(hexOf(hash), sha256("hel"));
  hash.update(bytes("lo"));
  t.equal(hexOf(hash), sha256("hello"));
});

t.test("bytes that are known by their place alone must be given to a hash that is made here", async (t) => {
  t.equal(new LocalHash().pass(), false);
  t.equal(NO_HASHES.newHash().pass(10, 0), true);
});

t.test("where nobody wants a hash, there is none", async (t) => {
  const hash = NO_HASHES.newHash();
  hash.update(bytes("hello"), 0);
  t.equal(hexOf(hash), "");
});
