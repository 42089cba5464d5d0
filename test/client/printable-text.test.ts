// What a server may make a terminal show.
import t from "tap";
import { printableJson, printableText } from "../../src/client/printable-text.js";

t.test("plain text of any script passes", async (t) => {
  t.equal(printableText("grüße, 日本 𝄞 / a\\b"), "grüße, 日本 𝄞 / a\\b");
});

t.test("control characters, overrides and line breaks do not", async (t) => {
  t.equal(printableText("a\x1b[2Jb\x07\r\nc\x9bd\u202ee\u2028f\u200bg\x7f"), "a?[2Jb???c?d?e?f?g?");
});

t.test("long text is cut", async (t) => {
  t.equal(printableText("x".repeat(20), 10), `${"x".repeat(10)}…`);
});

t.test("JSON keeps its meaning, and shows a terminal nothing to obey", async (t) => {
  const value = { text: "a\x1b[2J\x9b\x7f\u202e\u2028 grüße 𝄞\u{e0001}" };
  for (const indent of [undefined, 2]) {
    const json = printableJson(JSON.stringify(value, undefined, indent));
    t.same(JSON.parse(json), value);
    t.notMatch(json.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\u2028]/u);
    t.match(json, "grüße 𝄞");
  }
});
