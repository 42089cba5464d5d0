// What keys mean: every table row is typed whole, byte by byte and in random chunks.
import t from "tap";
import { LineEditor, type LineOutcome } from "../../src/client/line-editor.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { byteByByte, randomChunks } from "../helpers/stage-feeding.js";

const MAX_BYTES = 32;
const random = new RandomSource(chooseSeed());
t.comment(`seed ${random.seed}`);
const chunked = randomChunks(random, 5);

const line = (text: string): LineOutcome => ({ kind: "line", text });
const CASES: readonly { does: string; keys: string | Uint8Array; gives: readonly LineOutcome[] }[] = [
  { does: "ends a line at Enter", keys: "secret\r", gives: [line("secret")] },
  { does: "ends a line at a line feed", keys: "secret\n", gives: [line("secret")] },
  { does: "counts CR LF once", keys: "one\r\ntwo\r\n", gives: [line("one"), line("two")] },
  { does: "gives the empty line", keys: "\r", gives: [line("")] },
  { does: "keeps spaces, tabs and quotes", keys: ' a\tb" \r', gives: [line(' a\tb" ')] },
  { does: "keeps several pasted lines apart", keys: "one\rone\r", gives: [line("one"), line("one")] },
  { does: "rubs out with DEL and with Ctrl-H", keys: "abxx\x7f\x08c\r", gives: [line("abc")] },
  { does: "rubs out one code point of many bytes", keys: "añ\x7f日\x7f𝄞\x7fb\r", gives: [line("ab")] },
  { does: "rubs out nothing on an empty line", keys: "\x7f\x7fa\r", gives: [line("a")] },
  { does: "rubs out the line with Ctrl-U", keys: "wrong\x15right\r", gives: [line("right")] },
  { does: "takes UTF-8 of two, three and four bytes", keys: "ñ日𝄞\r", gives: [line("ñ日𝄞")] },
  { does: "stops at Ctrl-C", keys: "sec\x03", gives: [{ kind: "interrupted" }] },
  { does: "stops at Ctrl-\\", keys: "\x1c", gives: [{ kind: "interrupted" }] },
  { does: "ends at Ctrl-D on an empty line", keys: "\x04", gives: [{ kind: "end" }] },
  { does: "passes over Ctrl-D within a line", keys: "a\x04b\r", gives: [line("ab")] },
  { does: "passes over arrow and function keys", keys: "a\x1b[Db\x1bOPc\x1b[1;5Cd\x1b[15~\r", gives: [line("abcd")] },
  { does: "passes over the marks of a bracketed paste", keys: "\x1b[200~pasted\x1b[201~\r", gives: [line("pasted")] },
  { does: "is not led astray by a lone Escape", keys: "a\x1b\rb\r", gives: [line("a"), line("b")] },
  { does: "keeps a character of many bytes after Escape", keys: "\x1bñ\r", gives: [line("ñ")] },
  {
    does: "takes a line of the greatest length",
    keys: `${"x".repeat(MAX_BYTES)}\r`,
    gives: [line("x".repeat(MAX_BYTES))],
  },
  {
    does: "refuses a longer line whole",
    keys: `${"x".repeat(MAX_BYTES + 1)}\rok\r`,
    gives: [{ kind: "too_long" }, line("ok")],
  },
  { does: "starts afresh after Ctrl-U on a line too long", keys: `${"x".repeat(99)}\x15ok\r`, gives: [line("ok")] },
  { does: "tells bytes that are not UTF-8", keys: Uint8Array.of(0x61, 0xff, 0x0d), gives: [{ kind: "not_utf8" }] },
  { does: "tells a character that is cut short", keys: Uint8Array.of(0xe6, 0x97, 0x0d), gives: [{ kind: "not_utf8" }] },
];

for (const { does, keys, gives } of CASES) {
  t.test(does, async (t) => {
    const bytes = typeof keys === "string" ? new TextEncoder().encode(keys) : keys;
    t.same(typed([bytes]), gives, "whole");
    t.same(typed(byteByByte(bytes)), gives, "byte by byte");
    t.same(typed(chunked(bytes)), gives, "in random chunks");
  });
}

t.test("a terminal that goes away ends the line", async (t) => {
  const editor = new LineEditor({ maxBytes: MAX_BYTES });
  editor.push(new TextEncoder().encode("half"));
  t.equal(editor.next(), undefined);
  editor.finish();
  t.same(editor.next(), line("half"));
  t.same(editor.next(), { kind: "end" });
});

t.test("any bytes at all give outcomes, never an error, and lines within the limit", async (t) => {
  for (let round = 0; round < 200; round++) {
    const bytes = random.bytes(100);
    for (const outcome of typed(chunked(bytes))) {
      if (outcome.kind === "line") t.ok(Buffer.byteLength(outcome.text) <= MAX_BYTES);
    }
  }
});

function typed(chunks: readonly Uint8Array[]): LineOutcome[] {
  const editor = new LineEditor({ maxBytes: MAX_BYTES });
  const outcomes: LineOutcome[] = [];
  for (const chunk of chunks) {
    editor.push(chunk);
    for (let outcome = editor.next(); outcome !== undefined; outcome = editor.next()) outcomes.push(outcome);
  }
  return outcomes;
}
