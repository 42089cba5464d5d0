// The packed word list: its form, and that it holds what it should, common words first.

import t from "tap";
import { packedWords } from "../../src/gen/password-words.js";
import { unpackWords } from "../../src/password/packed-words.js";

t.test("each word is a letter for what it shares with the one before, and the rest", async (t) => {
  t.same(unpackWords("AabcDdBx\nAtwo"), ["abc", "abcd", "ax", "two"]);
  t.same(unpackWords(""), []);
});

t.test("the list that is shipped holds common words and leaked passwords, in lower case, each once", async (t) => {
  const words = unpackWords(packedWords);
  t.ok(words.length > 50_000 && words.length < 200_000, `${words.length} words`);
  t.equal(new Set(words).size, words.length);
  t.notOk(words.find((word) => word.length < 3 || word !== word.toLowerCase()));
  t.ok(words.indexOf("password") < 100);
  for (const word of ["dragon", "smith", "jennifer", "1qaz2wsx3edc4rfv", "manchester"]) {
    t.ok(words.includes(word), word);
  }
});
