// What is cut out of a text, and what it counts for.

import t from "tap";
import { squeeze } from "../../src/password/squeezed-text.js";

t.test("repeats are cut out wherever they stand", async (t) => {
  t.match(squeeze("aaaaaaaaaaaa"), { rest: "a", guessesLog10: 1 });
  t.match(squeeze("tigertiger"), { rest: "tiger", guessesLog10: 1 });
  t.match(squeeze("tiger lamp tiger"), { rest: "tiger lamp ", guessesLog10: 1 });
  t.match(squeeze("abc.abc"), { rest: "abc.abc", guessesLog10: 0 }, "three characters are no repeat");
});

t.test("phrases are cut out from their start on, finished or not, with lookalikes too", async (t) => {
  t.match(squeeze("maytheforcebewithyou1"), { rest: "1", guessesLog10: 3.5 });
  t.match(squeeze("m4yth3f0rceb"), { rest: "", guessesLog10: 3.5 });
  t.match(squeeze("xmaytheforce"), { rest: "x", guessesLog10: 3.5 });
  t.match(squeeze("maythef"), { rest: "maythef", guessesLog10: 0 }, "too short to be one");
});

t.test("what is neither stays as it is", async (t) => {
  t.same(squeeze(""), { rest: "", guessesLog10: 0 });
  t.same(squeeze("tiger lamp ocean 42"), { rest: "tiger lamp ocean 42", guessesLog10: 0 });
});
