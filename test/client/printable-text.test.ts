// What a server may make a terminal show.
import t from "tap";
import { printableText } from "../../src/client/printable-text.js";

t.test("plain text of any script passes", async (t) => {
  t.equal(printableText("grüße, 日本 𝄞 / a\\b"), "grüße, 日本 𝄞 / a\\b");
});

t.test("control characters, overrides and line breaks do not", async (t) => {
  t.equal(printableText("a\x1b[2Jb\x07\r\nc\x9bd\u202ee\u2028f\u200bg\x7f"), "a?[2Jb???c?d?e?f?g?");
});

t.test("long text is cut", async (t) => {
  t.equal(printableText("x".repeat(20), 10), `${"x".repeat(10)}…`);
});
