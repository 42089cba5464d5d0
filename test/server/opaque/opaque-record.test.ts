import { randomBytes } from "node:crypto";
import t from "tap";
import { OpaqueServer } from "../../../src/opaque/opaque-server.js";
import { decodeRecord, encodeRecord, isOpaqueRecord, keyIdOf } from "../../../src/server/opaque/opaque-record.js";
import { decodePhc } from "../../../src/server/password/phc-string.js";

t.test("a record is stored in a form that is no password's, and read under its own keys alone", async (t) => {
  const [keys, others] = [OpaqueServer.newKeys(), OpaqueServer.newKeys()];
  const record = randomBytes(129);
  const stored = encodeRecord(record, keyIdOf(keys));
  t.ok(stored.length <= 255, "it fits its column");
  t.equal(isOpaqueRecord(stored), true);
  t.equal(decodePhc(stored), undefined);
  t.same(decodeRecord(stored, keyIdOf(keys)), record);
  t.equal(decodeRecord(stored, keyIdOf(others)), undefined);
  for (const broken of [
    "",
    stored.slice(1),
    `${stored}A`,
    stored.replace("k=", "k=00"),
    "$scrypt$ln=4,r=8,p=1$AA$AA",
  ]) {
    t.equal(decodeRecord(broken, keyIdOf(keys)), undefined, broken);
  }
});

t.test("the name of keys tells them apart", async (t) => {
  const keys = OpaqueServer.newKeys();
  const other = OpaqueServer.newKeys();
  const ids = [keys, { ...keys, oprfSeed: other.oprfSeed }, { ...keys, privateKey: other.privateKey }].map(keyIdOf);
  t.equal(new Set(ids).size, 3);
  t.equal(keyIdOf({ ...keys }), ids[0]);
});
