// Hashing against scrypt-js and the vectors of RFC 7914, and what verifying gives away.

import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import scryptJs from "scrypt-js";
import t from "tap";
import { PasswordHasher } from "../../../src/server/password/password-hasher.js";
import { decodePhc, encodePhc } from "../../../src/server/password/phc-string.js";

const cost = { ln: 4, r: 8, p: 1 };
const hasher = new PasswordHasher({ cost });

t.test("the vectors of RFC 7914, section 12, verify", async (t) => {
  const vectors = [
    {
      password: "password",
      salt: "NaCl",
      cost: { ln: 10, r: 8, p: 16 },
      hash:
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162" +
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    },
    {
      password: "pleaseletmein",
      salt: "SodiumChloride",
      cost: { ln: 14, r: 8, p: 1 },
      hash:
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    },
  ];
  for (const vector of vectors) {
    const derive = promisify<string, string, number, object, Buffer>(scrypt);
    const { ln, r, p } = vector.cost;
    const hash = await derive(vector.password, vector.salt, 64, { N: 2 ** ln, r, p, maxmem: 2 ** 26 });
    t.equal(hash.toString("hex"), vector.hash);
    // The vectors' salts are shorter than a PHC string of ours allows; "SodiumChloride" is long enough.
    const stored = encodePhc({ cost: vector.cost, salt: Buffer.from(vector.salt), hash });
    const isReadable = decodePhc(stored) !== undefined;
    t.equal((await hasher.verify(vector.password, stored)).matches, isReadable);
    t.equal(isReadable, vector.salt.length >= 8);
  }
});

t.test("scrypt-js computes the same bytes", async (t) => {
  for (const password of ["correct horse", "p\u00e4ssw\u00f6rd \u{1F511}", " "]) {
    const phc = decodePhc(await hasher.hash(password));
    t.ok(phc);
    if (phc !== undefined) {
      const { ln, r, p } = phc.cost;
      const expected = await scryptJs.scrypt(Buffer.from(password), phc.salt, 2 ** ln, r, p, 32);
      t.same(phc.hash, Buffer.from(expected));
    }
  }
});

t.test("every hash has its own salt, and only its password fits", async (t) => {
  const [one, two] = await Promise.all([hasher.hash("a password"), hasher.hash("a password")]);
  t.not(one, two);
  t.same(await hasher.verify("a password", one), { matches: true, outdated: false });
  t.same(await hasher.verify("a password ", one), { matches: false, outdated: false });
});

t.test("a hash of other parameters verifies, and is told to be outdated", async (t) => {
  const stored = await new PasswordHasher({ cost: { ln: 3, r: 8, p: 1 } }).hash("a password");
  t.same(await hasher.verify("a password", stored), { matches: true, outdated: true });
});

t.test("without a stored hash, or with a hostile one, the answer is no after the same work", async (t) => {
  const hostile = (await hasher.hash("x")).replace("ln=4", "ln=31");
  for (const stored of [undefined, "", "not a hash", hostile]) {
    t.equal((await hasher.verify("a password", stored)).matches, false);
  }
  const slow = new PasswordHasher({ cost: { ln: 14, r: 8, p: 1 } });
  const stored = await slow.hash("a password");
  const workOf = async (hash: string | undefined): Promise<number> => {
    const before = process.cpuUsage();
    await slow.verify("another password", hash);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const known = Math.min(...(await Promise.all([workOf(stored)])), await workOf(stored), await workOf(stored));
  const unknown = Math.min(await workOf(undefined), await workOf(undefined), await workOf(undefined));
  t.ok(unknown > known / 3, `the work for an unknown name (${unknown} us) is that for a known one (${known} us)`);
});

t.test("a cost out of range is refused when the server starts", async (t) => {
  for (const bad of [
    { ln: 25, r: 8, p: 1 },
    { ln: 0, r: 8, p: 1 },
    { ln: 18, r: 64, p: 1 },
  ]) {
    t.throws(() => new PasswordHasher({ cost: bad }), RangeError);
  }
});

t.test("a flood is bounded: some are served, the others are told when to retry", async (t) => {
  const small = new PasswordHasher({ cost: { ln: 10, r: 8, p: 1 }, maxWaitMs: 0 });
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => small.hash("a password")));
  const refused = results.filter((result) => result.status === "rejected");
  t.ok(refused.length > 0 && refused.length < 50, `${refused.length} of 50 refused`);
  for (const { reason } of refused) {
    t.match(reason, { name: "GateFull", retryAfterMs: Number });
  }
});
