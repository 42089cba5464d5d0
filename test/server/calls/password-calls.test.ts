// Changing a password, and exchanging a code for one, over a real connection and a real database.

import t from "tap";
import { InvalidField, InvalidField_Reason as Reason } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../../src/rpc/index.js";
import { administrativeEvent } from "../../../src/server/audit-event.js";
import { createResetCode, RESET_CODE_LIFE_MS } from "../../../src/server/reset-code.js";
import {
  failure,
  loggedIn,
  login,
  OTHER_PASSWORD,
  PASSWORD,
  type Running,
  startAccounts,
} from "../../fixtures/running-accounts.js";

const ENDED = { code: StatusCode.UNAUTHENTICATED };

t.test("a changed password is the only one, and only the session that changed it goes on", async (t) => {
  const running = await startAccounts(t);
  const { accounts, events } = running;
  const [mine, other] = [await loggedIn(running, "alice"), await login(running, "alice")];
  await accounts.changePassword({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }, mine.session);
  t.match(events.at(-1), { kind: "password_changed", username: "alice", address: "127.0.0.1" });
  await accounts.whoAmI({}, mine.session);
  await t.rejects(accounts.whoAmI({}, other.session), ENDED);
  await t.rejects(login(running, "alice"), ENDED);
  await t.resolves(login(running, "alice", OTHER_PASSWORD));
});

t.test("without the present password nothing changes, and it is told of", async (t) => {
  const running = await startAccounts(t);
  const { accounts, events } = running;
  const [mine, other] = [await loggedIn(running, "alice"), await login(running, "alice")];
  for (const currentPassword of [OTHER_PASSWORD, "short", "x".repeat(50_000)]) {
    const error = await failure(
      accounts.changePassword({ currentPassword, newPassword: OTHER_PASSWORD }, mine.session),
    );
    t.equal(error.code, StatusCode.PERMISSION_DENIED);
    t.match(error.detail(InvalidField), { field: "current_password", reason: Reason.REASON_WRONG });
    t.match(events.at(-1), { kind: "password_refused", username: "alice" });
  }
  await accounts.whoAmI({}, other.session);
  await t.resolves(login(running, "alice"));
});

t.test("a new password keeps the rules, and the refusal names its field", async (t) => {
  const running = await startAccounts(t);
  const { session } = await loggedIn(running, "alice");
  const cases: [object, string, Reason][] = [
    [{ currentPassword: PASSWORD }, "new_password", Reason.REASON_REQUIRED],
    [{ currentPassword: PASSWORD, newPassword: "short" }, "new_password", Reason.REASON_TOO_SHORT],
    [{ currentPassword: PASSWORD, newPassword: "alicealicealice" }, "new_password", Reason.REASON_COMMON],
    [{ newPassword: OTHER_PASSWORD }, "current_password", Reason.REASON_REQUIRED],
  ];
  for (const [request, field, reason] of cases) {
    const error = await failure(running.accounts.changePassword(request, session));
    t.equal(error.code, StatusCode.INVALID_ARGUMENT);
    t.match(error.detail(InvalidField), { field, reason });
  }
});

t.test("of two changes at once one is done, and the other is told that its session ended", async (t) => {
  const running = await startAccounts(t);
  const { accounts } = running;
  const [one, two] = [await loggedIn(running, "alice"), await login(running, "alice")];
  const change = (newPassword: string, { session }: typeof one) =>
    accounts.changePassword({ currentPassword: PASSWORD, newPassword }, session);
  const results = await Promise.allSettled([change(OTHER_PASSWORD, one), change("harbour pencil quartz 8", two)]);
  const lost = results.filter((result) => result.status === "rejected");
  t.equal(lost.length, 1);
  t.match(lost[0]?.reason, { code: /^(7|16)$/ });
  const works = await Promise.allSettled(
    [OTHER_PASSWORD, "harbour pencil quartz 8"].map((p) => login(running, "alice", p)),
  );
  t.equal(works.filter(({ status }) => status === "fulfilled").length, 1);
});

t.test("a code exchanges for a new password, once; until then the old one works", async (t) => {
  const running = await startAccounts(t);
  const { accounts, events } = running;
  const { session } = await loggedIn(running, "alice");
  const code = await issue(running, "alice");
  const typed = ` ${code.toLowerCase().replaceAll("-", " ")}`;
  await t.resolves(login(running, "alice"));
  await accounts.resetPassword({ username: "Alice", code: typed, newPassword: OTHER_PASSWORD });
  t.same(
    events.slice(-2).map(({ kind }) => kind),
    ["reset_tried", "password_reset"],
  );
  await t.rejects(accounts.whoAmI({}, session), ENDED, "all sessions ended");
  await t.rejects(login(running, "alice"), ENDED);
  await t.resolves(login(running, "alice", OTHER_PASSWORD));
  await t.rejects(accounts.resetPassword({ username: "alice", code, newPassword: PASSWORD }), ENDED);
});

t.test("an unknown name and a code that is wrong, used up, expired or replaced get one answer", async (t) => {
  const running = await startAccounts(t);
  const { accounts, clock } = running;
  for (const username of ["alice", "bobby", "carol", "david"]) {
    await accounts.register({ username, password: PASSWORD });
  }
  const expired = await issue(running, "alice");
  clock.nowMs += RESET_CODE_LIFE_MS;
  const replaced = await issue(running, "bobby");
  await issue(running, "bobby");
  const right = await issue(running, "carol");
  const answers: string[] = [];
  const attempt = async (username: string, code: string): Promise<void> => {
    const error = await failure(accounts.resetPassword({ username, code, newPassword: OTHER_PASSWORD }));
    answers.push(JSON.stringify([error.code, error.message, error.details]));
  };
  await attempt("carol", replaced);
  await attempt("alice", expired);
  await attempt("bobby", replaced);
  await attempt("nobody", right);
  await attempt("x", right);
  await attempt("david", right);
  await attempt("david", "");
  await attempt("david", "x".repeat(30_000));
  await attempt("carol", await usedUp(running, right));
  t.equal(new Set(answers).size, 1);
  t.match(answers[0] ?? "", /^\[16,/);
  for (const username of ["alice", "bobby", "carol", "david"]) {
    await t.resolves(login(running, username));
  }
});

/** The code, once it has been exchanged. */
async function usedUp({ accounts }: Running, code: string): Promise<string> {
  await accounts.resetPassword({ username: "carol", code, newPassword: PASSWORD });
  return code;
}

async function issue({ store, clock }: Running, username: string): Promise<string> {
  const account = await store.findAccount(username);
  if (account === undefined) {
    throw new Error(`${username} is not there`);
  }
  const { code, record } = createResetCode(account.accountId, clock.nowMs);
  await store.issueResetCode(record, administrativeEvent("reset_code_issued", account, clock.nowMs));
  return code;
}
