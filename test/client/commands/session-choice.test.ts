// Sessions chosen by the beginning of an id.
import t from "tap";
import { chooseSession, shownDigits } from "../../../src/client/commands/session-choice.js";
import { listedSession } from "./listed-session.js";

const ONE = listedSession("01a206b466af736b86dc811c572f4c68");
const TWO = listedSession("01a206b466af736b86dc811c572f4c69");
const THREE = listedSession("01b206b466af736b86dc811c572f4c69");

t.test("so much of an id as fits one alone is enough, however it is written", async (t) => {
  for (const typed of ["01b", "01B2", "01b206b4-66af-736b-86dc-811c572f4c69"]) {
    t.equal(chooseSession([ONE, TWO, THREE], typed), THREE);
  }
  t.equal(chooseSession([ONE, TWO, THREE], TWO.sessionId), TWO);
});

t.test("what fits several, none, or is no id is told", async (t) => {
  const choose = (typed: string) => () => chooseSession([ONE, TWO, THREE], typed);
  t.throws(choose("01a206"), { code: "usage", message: /^2 sessions have ids that begin so/ });
  t.throws(choose("02"), { code: "no_such_session" });
  for (const typed of ["", "-", "alice", "01a2 06", `${ONE.sessionId}0`]) {
    t.throws(choose(typed), { code: "usage", message: /no id of a session/ });
  }
});

t.test("as many digits are shown as tell the sessions apart, and at least twelve", async (t) => {
  t.equal(shownDigits([]), 12);
  t.equal(shownDigits([ONE, THREE]), 12);
  t.equal(shownDigits([TWO, THREE, ONE]), 32);
  t.equal(shownDigits([ONE, ONE]), 32);
});
