// Metadata: a multimap with lawful keys.

import t from "tap";
import { Metadata, type MetadataInit, metadataBytes, wellFormed } from "../../src/rpc/metadata.js";

t.test("keys may have several values, of text and of bytes, in order", async (t) => {
  const bytes = Uint8Array.of(1, 2);
  const metadata = Metadata.from({ a: ["1", bytes, "2"], b: "3" });
  t.equal(metadata.get("a"), "1");
  t.same(metadata.getBinary("a"), bytes);
  t.same(metadata.getAll("a"), ["1", bytes, "2"]);
  t.equal(metadata.get("absent"), undefined);
  t.equal(metadata.getBinary("b"), undefined);
  t.equal(metadata.size, 4);
  metadata.set("a", "only");
  t.same(metadata.getAll("a"), ["only"]);
  metadata.delete("a");
  t.equal(metadata.size, 1);
  t.equal(Metadata.from(metadata), metadata);
});

t.test("keys that are malformed or reserved are refused by name", async (t) => {
  for (const key of ["", "Upper", "with space", "x".repeat(65), "earshot.delivery", "ключ"]) {
    t.match(
      t.throws(() => Metadata.from({ [key]: "v" })),
      { reason: "bad_options", delivery: "not_sent" },
      key,
    );
  }
  t.doesNotThrow(() => Metadata.from({ [`a-b_c.9${"x".repeat(57)}`]: "v" }));
});

t.test("a peer's entries are counted in bytes and judged by form", async (t) => {
  const entries = [
    { key: "key", value: { $case: "text" as const, value: "ü" } },
    { key: "k", value: { $case: "binary" as const, value: new Uint8Array(10) } },
  ];
  t.equal(metadataBytes(entries), 3 + 2 + 1 + 10);
  t.ok(wellFormed(entries));
  t.notOk(wellFormed([{ key: "KEY", value: { $case: "text", value: "" } }]));
  t.notOk(wellFormed([{ key: "key", value: undefined }]));
});

t.test("what is neither text nor bytes is refused at once, as programs without types may give it", async (t) => {
  for (const value of [undefined, null, 3, {}, true, [undefined]]) {
    const init = { token: value } as unknown as MetadataInit;
    t.match(
      t.throws(() => Metadata.from(init)),
      { reason: "bad_options", delivery: "not_sent" },
      String(value),
    );
  }
  t.equal(Metadata.from({ none: [] }).size, 0);
});
