import t from "tap";
import { SecretList, SecretSearch } from "../../../src/sniffer/finding/secret-search.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, randomChunks, whole } from "../../helpers/stage-feeding.js";

const seed = chooseSeed();
t.comment(`seed ${seed}`);
const SECRET = "correct horse/battery+é";
const bytes = Buffer.from(SECRET);
const b64 = (before: string, after: string) => Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);

const FORMS: [form: string, on: Uint8Array][] = [
  ["as it is", bytes],
  ["base64", Buffer.from(b64("", "").toString("base64"))],
  ["base64", Buffer.from(b64("u", ":p").toString("base64"))],
  ["base64", Buffer.from(b64("us", "").toString("base64url"))],
  ["hex", Buffer.from(bytes.toString("hex"))],
  ["hex", Buffer.from(bytes.toString("hex").toUpperCase())],
  ["URL-encoded", Buffer.from(encodeURIComponent(SECRET))],
  ["UTF-16", Buffer.from(SECRET, "utf16le")],
];

for (const chunking of [whole, byteByByte, randomChunks(new RandomSource(seed), 9)]) {
  for (const [form, on] of FORMS) {
    t.test(`a secret ${form} is found across any border (${chunking.name || "random"})`, async (t) => {
      const search = new SecretSearch(new SecretList([bytes]));
      const stream = Buffer.concat([Buffer.alloc(50, "x"), on, Buffer.alloc(50, "y")]);
      const found = [];
      let offset = 1000;
      for (const chunk of chunking(stream)) {
        found.push(...search.push(chunk, offset));
        offset += chunk.length;
      }
      t.equal(found.length, 1);
      t.match(found[0], { secret: 1, form });
      const at = (found[0]?.offset ?? 0) - 1000;
      t.ok(at >= 50 && at <= 53, "the place is that of the form");
      t.notMatch(JSON.stringify(found), SECRET);
    });
  }
}

t.test("each is told once, and which of the list it was", async (t) => {
  const list = SecretList.decode(Buffer.from("first one\r\n\nsecond one\n"));
  t.equal(list.count, 2);
  const search = new SecretSearch(list);
  t.same(
    search.push(Buffer.from("second one, second one"), 0).map(({ secret }) => secret),
    [2],
  );
  t.same(
    search.push(Buffer.from("second one, first one"), 22).map(({ secret }) => secret),
    [1],
  );
});

t.test("nothing is found across a hole", async (t) => {
  const search = new SecretSearch(new SecretList([Buffer.from("abcdef")]));
  search.push(Buffer.from("abc"), 0);
  search.gap();
  t.same(search.push(Buffer.from("def"), 10), []);
});

t.test("bytes that are no text are secrets too", async (t) => {
  const secret = Uint8Array.of(0xff, 0xfe, 0x00, 0x80);
  t.equal(new SecretSearch(new SecretList([secret])).push(Buffer.from([1, ...secret]), 0).length, 1);
});

t.test("no form of a secret is left in a line that is printed", async (t) => {
  const list = new SecretList([bytes]);
  for (const [, on] of FORMS.slice(0, 7)) {
    const text = list.redact(`x ${Buffer.from(on).toString()} y`);
    t.match(text, "[secret]");
    t.notMatch(text, Buffer.from(on).toString());
  }
  t.equal(list.redact("nothing here"), "nothing here");
});

t.test("an empty list finds nothing", async (t) => {
  t.same(new SecretSearch(new SecretList([])).push(Buffer.from("anything"), 0), []);
});

t.test("a list may hold more secrets than a call can take arguments", async (t) => {
  const secrets = Array.from({ length: 50_000 }, (_, at) => Buffer.from(`secret ${at}`));
  t.equal(new SecretList(secrets).count, 50_000);
});
