// Hashing against scrypt-js and the vectors of RFC 7914, and what verifying gives away.

import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import scryptJs from "scrypt-js";
import t from "tap";
import { PasswordHasher } from "../../../src/server/password/password-hasher.js";
import { decodePhc, encodePhc } from "../../../src/server/password/phc-string.js";

const cost = { ln: 4, r: 8, p: 1 };
const hasher = new PasswordHasher({ cost });
const found = (stored: string | undefined) => async () => stored;
const given = (password: string) => async () => password;

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
    t.equal((await hasher.verify(vector.password, found(stored))).matches, isReadable);
    t.equal(isReadable, vector.salt.length >= 8);
  }
});

t.test("scrypt-js computes the same bytes", async (t) => {
  for (const password of ["correct horse", "p\u00e4ssw\u00f6rd \u{1F511}", " "]) {
    const phc = decodePhc(await hasher.hash(given(password)));
    t.ok(phc);
    if (phc !== undefined) {
      const { ln, r, p } = phc.cost;
      const expected = await scryptJs.scrypt(Buffer.from(password), phc.salt, 2 ** ln, r, p, 32);
      t.same(phc.hash, Buffer.from(expected));
    }
  }
});

t.test("every hash has its own salt, and only its password fits", async (t) => {
  const [one, two] = await Promise.all([hasher.hash(given("a password")), hasher.hash(given("a password"))]);
  t.not(one, two);
  t.same(await hasher.verify("a password", found(one)), { matches: true, outdated: false });
  t.same(await hasher.verify("a password ", found(one)), { matches: false, outdated: false });
});

t.test("a hash of other parameters verifies, and is told to be outdated", async (t) => {
  const stored = await new PasswordHasher({ cost: { ln: 3, r: 8, p: 1 } }).hash(given("a password"));
  t.same(await hasher.verify("a password", found(stored)), { matches: true, outdated: true });
});

t.test("without a stored hash, or with a hostile one, the answer is no after the same work", async (t) => {
  const hostile = (await hasher.hash(given("x"))).replace("ln=4", "ln=31");
  for (const stored of [undefined, "", "not a hash", hostile]) {
    t.equal((await hasher.verify("a password", found(stored))).matches, false);
  }
});

t.test("every kind of hash there is takes the same computations, and so does none", async (t) => {
  const made = new PasswordHasher({ cost });
  const kinds = [
    { ln: 3, r: 8, p: 1 },
    { ln: 4, r: 8, p: 2 },
  ];
  const stored = await Promise.all(kinds.map((kind) => new PasswordHasher({ cost: kind }).hash(given("a password"))));
  const present = await made.hash(given("a password"));
  for (const one of stored) {
    t.ok(made.learn(one), "a new kind");
    t.notOk(made.learn(one), "which is known then");
  }
  t.same(made.knownPrefixes, ["$scrypt$ln=4,r=8,p=1$", "$scrypt$ln=3,r=8,p=1$", "$scrypt$ln=4,r=8,p=2$"]);
  for (const hash of [...stored, present, undefined, "not a hash"]) {
    for (const password of ["a password", "another password"]) {
      const before = made.computations;
      const { matches } = await made.verify(password, found(hash));
      t.equal(made.computations - before, 3);
      t.equal(matches, password === "a password" && hash !== undefined && hash !== "not a hash");
    }
  }
});

t.test("so many kinds are made alike and no more, and others verify all the same", async (t) => {
  const made = new PasswordHasher({ cost });
  const kinds = [5, 6, 7, 8, 9, 10].map((p) => ({ ln: 1, r: 1, p }));
  for (const kind of kinds) {
    const stored = await new PasswordHasher({ cost: kind }).hash(given("a password"));
    t.match(await made.verify("a password", found(stored)), { matches: true, outdated: true });
  }
  t.equal(made.knownPrefixes.length, 5);
});

t.test("who is turned away is not looked up; who cannot be found gives the place back", async (t) => {
  const made = new PasswordHasher({ cost, maxWaitMs: 0, permits: 1 });
  let lookups = 0;
  const slowly = async (): Promise<undefined> => {
    lookups += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  };
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => made.verify("a password", slowly)));
  t.equal(all.filter(({ status }) => status === "fulfilled").length, 1);
  t.equal(lookups, 1);
  await t.rejects(
    made.verify("a password", () => Promise.reject(new Error("no database"))),
    /no database/,
  );
  t.equal(made.running, 0);
  t.match(await made.verify("a password", found(undefined)), { matches: false });
});

t.test("a network of IPv6 has the turns of one address", async (t) => {
  const made = new PasswordHasher({ cost: { ln: 10, r: 8, p: 1 }, permits: 1 });
  const from = (address: string, connectionId: number) =>
    made.hash(given("a password"), { address, connectionId }).catch((refusal: unknown) => refusal);
  const crowd = Array.from({ length: 60 }, (_, index) => from(`2001:db8::${index}`, index));
  const other = from("2001:db8:0:1::1", 100);
  t.type(await other, "string", "another one is served");
  t.ok((await Promise.all(crowd)).filter((result) => typeof result !== "string").length > 30);
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
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => small.hash(given("a password"))));
  const refused = results.filter((result) => result.status === "rejected");
  t.ok(refused.length > 0 && refused.length < 50, `${refused.length} of 50 refused`);
  for (const { reason } of refused) {
    t.match(reason, { name: "GateFull", retryAfterMs: Number });
  }
});
