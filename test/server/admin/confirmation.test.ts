// Asking before what cannot be undone: only the name itself is a yes.

import { PassThrough } from "node:stream";
import t from "tap";
import { isConfirmed } from "../../../src/server/admin/confirmation.js";

function terminal(isTTY: boolean) {
  return { input: Object.assign(new PassThrough(), { isTTY }), output: new PassThrough() };
}

t.test("the name is a yes; anything else, nothing, and the end are a no", async (t) => {
  for (const [typed, expected] of [
    ["alice\n", true],
    ["  alice \n", true],
    ["y\n", false],
    ["\n", false],
    ["alic", false],
  ] as const) {
    const asking = terminal(true);
    const answer = isConfirmed("Delete alice? ", "alice", asking);
    asking.input.end(typed);
    t.equal(await answer, expected, JSON.stringify(typed));
    t.match(String(asking.output.read()), /^Delete alice\? /);
  }
});

t.test("where nobody can be asked, that is a mistake of usage", async (t) => {
  const asking = terminal(false);
  await t.rejects(isConfirmed("Delete? ", "alice", asking), { name: "CommandError", code: "usage", message: /--yes/ });
  t.equal(asking.output.read(), null, "nothing was asked");
});
