// PHC strings: what is written is read, and what is hostile is refused before any memory is taken.

import t from "tap";
import { decodePhc, encodePhc, isBearable, scryptMemoryBytes } from "../../../src/server/password/phc-string.js";

const salt = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
const hash = Buffer.alloc(32, 0xa5);
const cost = { ln: 15, r: 8, p: 3 };
const text = "$scrypt$ln=15,r=8,p=3$AAECAwQFBgcICQoLDA0ODw$paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU";

t.test("a hash is written in the PHC form and read back", async (t) => {
  t.equal(encodePhc({ cost, salt, hash }), text);
  t.same(decodePhc(text), { cost, salt, hash });
});

t.test("every cut and every flipped bit is refused or reads as another bearable hash", async (t) => {
  for (let length = 0; length < text.length; length += 1) {
    checkBearable(text.slice(0, length));
  }
  for (let index = 0; index < text.length; index += 1) {
    for (let bit = 0; bit < 7; bit += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit));
      checkBearable(text.slice(0, index) + flipped + text.slice(index + 1));
    }
  }
  function checkBearable(changed: string): void {
    const decoded = decodePhc(changed);
    if (decoded !== undefined && (!isBearable(decoded.cost) || encodePhc(decoded) !== changed)) {
      t.fail(changed);
    }
  }
});

t.test("parameters that would take gigabytes or minutes are refused", async (t) => {
  for (const parameters of ["ln=40,r=8,p=1", "ln=20,r=99,p=1", "ln=99,r=99,p=99", "ln=0,r=8,p=1", "ln=15,r=0,p=1"]) {
    t.equal(decodePhc(text.replace("ln=15,r=8,p=3", parameters)), undefined, parameters);
  }
  for (const parameters of ["ln=15,r=8,p=99", "ln=1e1,r=8,p=1", "ln=-1,r=8,p=1", "ln=15,r=8", "ln=015,r=8,p=3"]) {
    t.equal(decodePhc(text.replace("ln=15,r=8,p=3", parameters)), undefined, parameters);
  }
  t.notOk(isBearable({ ln: 2.5, r: 8, p: 1 }), "a fraction is no exponent");
});

t.test("other schemes, other alphabets and trailing text are refused", async (t) => {
  const others = [
    text.replace("scrypt", "argon2id"),
    `${text}=`,
    `${text}\n`,
    text.replaceAll("$", ":"),
    text.replace("AAEC", "AAE-"),
  ];
  for (const other of [...others, "", "$", "plain"]) {
    t.equal(decodePhc(other), undefined, other);
  }
});

t.test("the memory of the default cost is 32 MiB and a little", async (t) => {
  t.equal(Math.floor(scryptMemoryBytes(cost) / 1024 / 1024), 32);
});
