// Estimates of guesses: what is cheap, what is not, and that no text takes long to judge.

import t from "tap";
import { guessesLog10, loadWords } from "../../src/password/guess-estimate.js";

const ENOUGH = 10;
const MAX_CODE_POINTS = 128;
/** Of a machine that does nothing else. */
const MAX_MS = 5;
const ROUNDS = 8;

const guesses = (password: string, username = "alice"): number => guessesLog10(password, username, ENOUGH);

t.before(loadWords);

t.test("leaked and common long passwords are cheap", async (t) => {
  const leaked = [
    "1qaz2wsx3edc4rfv",
    "qazwsxedcrfvtgb",
    "zxcvbnm123456789",
    "111222333444555",
    "mailcreated5240",
    "passwordstandard",
    "manchesterunited",
    "michaeljennifer",
    "january february",
    "drowssapdrowssap1",
    "l3tm31nl3tm31n12",
    "11.11.2011 12.12.2012",
    "liverpoolfootballclub",
    "qwertzuiopasdfgh",
    "azertyuiopqsdfgh",
  ];
  for (const password of leaked) {
    t.ok(guesses(password) < ENOUGH, `${password} ${guesses(password)}`);
  }
});

t.test("the name, its parts and the service's name count for nothing", async (t) => {
  for (const password of ["zaphod.beeblebrox1", "beeblebrox zaphod", "Earshot_zaphod_99", "xorbelbeebxorbelbeeb"]) {
    t.ok(guesses(password, "zaphod.beeblebrox") < ENOUGH, password);
    t.ok(guesses(password, "alice") > guesses(password, "zaphod.beeblebrox"), password);
  }
});

t.test("a long predictable start does not hide what follows, nor does what follows hide it", async (t) => {
  const noise = "xK4vQ9zRw2Lp";
  t.ok(guesses(`${"a".repeat(100)}${noise}`) >= ENOUGH);
  t.ok(guesses(`passwordpassword${noise}`) >= ENOUGH);
  t.ok(guesses(`${"abcdefgh".repeat(15)}12345678`) < ENOUGH);
});

t.test("words that every JavaScript object seems to have are words like others", async (t) => {
  for (const word of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "toLocaleString"]) {
    for (const username of ["alice", word.toLowerCase(), `x-${word}`]) {
      for (const text of [word.repeat(2), `${word} 12345`, `${word}${word.toUpperCase()}`, `${word}.prototype`]) {
        t.equal(typeof guesses(text, username), "number", text);
        t.notOk(Number.isNaN(guesses(text, username)), `${text} of ${username}`);
      }
    }
  }
  t.ok(guesses("__proto____proto__") < ENOUGH);
  t.ok(guesses("constructorconstructor") < ENOUGH);
});

t.test("what was found once is found again: nothing is kept from one password to the next", async (t) => {
  const first = guesses("tiger lamp ocean 42");
  guesses("/(.+)\\1+/g.exec($&)");
  t.equal(guesses("tiger lamp ocean 42"), first);
});

t.test(`the worst texts of ${MAX_CODE_POINTS} code points take less than ${MAX_MS} ms`, async (t) => {
  for (const [name, make] of Object.entries(hostile())) {
    let leastMs = Number.POSITIVE_INFINITY;
    const text = Array.from(make()).slice(0, MAX_CODE_POINTS).join("");
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedMs = performance.now();
      guesses(text, "a.b-c_".repeat(5));
      leastMs = Math.min(leastMs, performance.now() - startedMs);
    }
    t.ok(leastMs < MAX_MS, `${name}: ${leastMs.toFixed(2)} ms`);
  }
});

/** Each aims at a loop within a loop: of the matchers, of the scoring, of our own cutting. */
function hostile(): Record<string, () => string> {
  const of = (parts: string[]) => () => Array.from({ length: 128 }, () => pick(parts)).join("");
  return {
    "one letter": () => "a".repeat(128),
    "one pair": () => "ab".repeat(64),
    "repeats within repeats": () => "aabaabcaabaabd".repeat(10),
    Fibonacci: () => fibonacci("a", "ab"),
    "one letter, but for the last": () => `${"a".repeat(127)}b`,
    "random letters and digits": of([..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]),
    "random digits": of([..."0123456789"]),
    "digits like dates": of([..."0129"]),
    "dates with separators": of(["1.1.1999", "31/12/2020", "1-2-3", "2000.", "/", "."]),
    separators: of([..." -_.,/;:"]),
    "lookalikes of many letters": of([..."@48({[<369&#!1|/0$57+%2?*"]),
    "lookalikes that are several characters": of(["|<", "vv", "/\\", "|_|", "()", "|)", "\\/", "ph", "uu"]),
    "two letters at random": of(["a", "b"]),
    "common short words": of(["love", "the", "pass", "word", "you", "me", "god", "sex", "12", "123"]),
    "one letter words": of(["a", "i", " ", "o"]),
    "keyboard walks": of(["qwerty", "asdf", "zxcv", "!QAZ", "2wsx", "0okm", "7890"]),
    sequences: of(["abcdefg", "zyxwv", "13579", "98765", "ace"]),
    "words reversed": of(["drowssap", "yeknom", "nogard", "evol"]),
    "beginnings of phrases": of(["correcthorse", "tobeornotto", "maytheforc", "thequickbro", "iloveyouve"]),
    "keys beyond the first plane": () => "\u{1F511}".repeat(128),
    "beyond the first plane, mixed": of(["\u{1F511}", "\u{1F512}", "\u{1F513}", "a"]),
    "letters that grow in lower case": () => "\u0130".repeat(128),
    "marks that combine": of(["e\u0301", "\u0300", "\u0301", "\u200d"]),
    "all Latin letters": of(Array.from({ length: 190 }, (_, index) => String.fromCharCode(0xc0 + index))),
    "capitals at random": of(["PassWord", "pASSwORD", "MonKEY", "dRaGoN"]),
  };
}

function pick(parts: readonly string[]): string {
  return parts[Math.floor(Math.random() * parts.length)] ?? "";
}

function fibonacci(a: string, b: string): string {
  return b.length > 128 ? b : fibonacci(b, b + a);
}
