// Where secrets come from when nobody is asked.
import t from "tap";
import { givenSecrets, type Secret } from "../../src/client/secret.js";

const CURRENT: Secret = { name: "current password", variable: "EARSHOT_PASSWORD", question: "Current? " };
const NEW: Secret = {
  name: "new password",
  variable: "EARSHOT_NEW_PASSWORD",
  question: "New? ",
  newField: "new_password",
};
const GOOD = "violin gravel comet 17";

t.test("the environment gives each by its variable, and leaves open what it lacks", async (t) => {
  t.same(await given({ EARSHOT_PASSWORD: "old", EARSHOT_NEW_PASSWORD: GOOD }), ["old", GOOD]);
  t.same(await given({ EARSHOT_NEW_PASSWORD: GOOD }), [undefined, GOOD]);
  t.same(await given({ EARSHOT_PASSWORD: "" }), [undefined, undefined]);
});

t.test("standard input gives a line each, and the environment then nothing", async (t) => {
  t.same(await given({ EARSHOT_PASSWORD: "other" }, `old\n${GOOD}\n`), ["old", GOOD]);
  await t.rejects(given({ EARSHOT_NEW_PASSWORD: GOOD }, "old\n"), { code: "usage", message: /no new password/ });
});

t.test("a new password that cannot be one is refused at once, an old one is not judged", async (t) => {
  const refusal = { code: "invalid_field", field: "new_password" };
  await t.rejects(given({ EARSHOT_PASSWORD: "old", EARSHOT_NEW_PASSWORD: "short" }), refusal);
  await t.rejects(given({}, "old\nshort\n"), refusal);
});

t.test("a terminal is no standard input to read passwords from", async (t) => {
  await t.rejects(given({}, "", true), { code: "usage", message: /is a terminal/ });
});

function given(env: NodeJS.ProcessEnv, input?: string, isTTY = false) {
  const bytes = (async function* () {
    yield Buffer.from(input ?? "");
  })();
  return givenSecrets([CURRENT, NEW], input !== undefined, {
    env,
    stdin: () => Object.assign(bytes, { isTTY }),
    print: async () => true,
    warn: () => undefined,
    signal: new AbortController().signal,
  });
}
