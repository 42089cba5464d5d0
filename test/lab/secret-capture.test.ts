import t from "tap";
import { insertSecrets } from "../../src/lab/secret-capture.js";

/** A section header and nothing else, as draft-ietf-opsawg-pcapng section 4.1 lays it out. */
const section = Buffer.from("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000", "hex");
const rest = Buffer.from("0100000014000000650000000000040014000000", "hex");

t.test("the secrets stand behind the section header, padded to four bytes, before all else", async (t) => {
  const keylog = Buffer.from("CLIENT_RANDOM aa bb\n");
  const result = insertSecrets(Buffer.concat([section, rest]), keylog.subarray(0, 18));
  t.strictSame(result.subarray(0, section.length), section);
  t.equal(result.readUInt32LE(section.length), 0x0a);
  const blockLength = result.readUInt32LE(section.length + 4);
  t.equal(blockLength, 12 + 8 + 20);
  t.equal(result.readUInt32LE(section.length + 12), 18);
  t.strictSame(result.subarray(section.length + blockLength), rest);
});

t.test("anything but a pcapng file is refused", async (t) => {
  t.throws(() => insertSecrets(Buffer.alloc(40), Buffer.from("x")), { code: "bad_capture" });
  t.throws(() => insertSecrets(Buffer.alloc(3), Buffer.from("x")), { code: "bad_capture" });
});
