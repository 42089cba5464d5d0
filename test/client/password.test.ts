// Passwords from standard input, and the quick check of a new one.
import t from "tap";
import {
  checkNewPassword,
  checkPasswordRules,
  MAX_PASSWORD_BYTES,
  readPasswordLine,
  readSecretLines,
} from "../../src/client/password.js";

async function* pieces(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}

const LINES: readonly (readonly [chunks: readonly string[], password: string])[] = [
  [["secret\n"], "secret"],
  [["secret"], "secret"],
  [["sec", "ret\n", "more"], "secret"],
  [["secret\r\n"], "secret"],
  [[" spaces and\ttabs \nsecond"], " spaces and\ttabs "],
  [["ends in a return\r"], "ends in a return"],
  [["grüße 日本\n"], "grüße 日本"],
];
for (const [chunks, password] of LINES) {
  t.test(`the first line of ${JSON.stringify(chunks)} is taken`, async (t) => {
    t.equal(await readPasswordLine(pieces(...chunks)), password);
  });
}

t.test("a character split over chunks is whole", async (t) => {
  const bytes = new TextEncoder().encode("日本\n");
  t.equal(await readPasswordLine(pieces(...Array.from(bytes, (byte) => Uint8Array.of(byte)))), "日本");
});

t.test("no more is read than the line needs", async (t) => {
  async function* endless() {
    yield new TextEncoder().encode("secret\n");
    t.fail("read on");
  }
  t.equal(await readPasswordLine(endless()), "secret");
});

for (const [what, chunk] of [
  ["nothing", ""],
  ["an empty line", "\nsecret"],
  ["a line without an end", "x".repeat(MAX_PASSWORD_BYTES + 1)],
  ["a line too long", `${"x".repeat(MAX_PASSWORD_BYTES + 1)}\n`],
  ["bytes that are not UTF-8", Uint8Array.of(0xc3, 0x28, 0x0a)],
] as const) {
  t.test(`${what} is a usage error`, async (t) => {
    await t.rejects(readPasswordLine(pieces(chunk)), { code: "usage" });
  });
}

const TWO: readonly (readonly string[])[] = [
  ["one\ntwo\n"],
  ["one\r\ntwo"],
  ["o", "ne\nt", "wo\nthree\n"],
  ["one\n", "two\n"],
];
for (const chunks of TWO) {
  t.test(`two lines come out of ${JSON.stringify(chunks)}`, async (t) => {
    t.same(await readSecretLines(pieces(...chunks), ["current password", "new password"]), ["one", "two"]);
  });
}

t.test("the line that is missing is named", async (t) => {
  const names = ["current password", "new password"];
  for (const text of ["one", "one\n", "one\n\ntwo\n"]) {
    await t.rejects(readSecretLines(pieces(text), names), { code: "usage", message: /no new password.* line 2/ });
  }
  await t.rejects(readSecretLines(pieces("\ntwo\n"), names), { message: /no current password.* line 1/ });
});

t.test("a new password is counted in code points after NFC", async (t) => {
  t.doesNotThrow(() => checkNewPassword("x".repeat(15)));
  t.doesNotThrow(() => checkNewPassword("𝄞".repeat(128)));
  t.doesNotThrow(() => checkNewPassword("e\u0301".repeat(128)));
  t.throws(() => checkNewPassword("x".repeat(14)), { code: "invalid_field", field: "password", message: /too short/ });
  t.throws(() => checkNewPassword("e\u0301".repeat(14)), { message: /too short/ });
  t.throws(() => checkNewPassword("x".repeat(129)), { message: /too long/ });
});

t.test("all rules hold for a password that no server will see, and the field is named", async (t) => {
  await t.resolves(checkPasswordRules("violin gravel comet 17", "alice", "password"));
  for (const [password, says] of [
    ["violin gravel", /^The new password is too short: /],
    ["v".repeat(129), /is too long/],
    ["correct horse battery staple", /is too common/],
    ["alice-in-wonderland!", /is too common/],
    ["violin gravel\ncomet 17", /has a character that is not allowed/],
  ] as const) {
    const refused = checkPasswordRules(password, "alice-in-wonderland", "new_password");
    await t.rejects(refused, { code: "invalid_field", field: "new_password", message: says }, password);
  }
});
