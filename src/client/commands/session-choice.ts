// Which of the open sessions a person means by the beginning of an id, and how much of an id is shown.
import type { ListedSession } from "../account-values.js";
import { ClientError } from "../client-error.js";

const MIN_SHOWN = 12;
const ID = /^[0-9a-f]{1,32}$/;

/** How many digits tell these sessions apart; ids that begin alike were given out at about the same time. */
export function shownDigits(sessions: readonly ListedSession[]): number {
  const ids = sessions.map(({ sessionId }) => sessionId).sort();
  const shared = ids.map((id, index) => sharedDigits(id, ids[index + 1] ?? ""));
  return Math.min(32, Math.max(MIN_SHOWN, ...shared.map((digits) => digits + 1)));
}

/** Throws ClientError "usage" for what can be no id, or fits several, and "no_such_session". */
export function chooseSession(sessions: readonly ListedSession[], typed: string): ListedSession {
  const start = typed.toLowerCase().replaceAll("-", "");
  if (!ID.test(start)) {
    const message =
      "That is no id of a session: it has up to 32 of the characters 0-9 a-f, as client sessions shows it.";
    throw new ClientError("usage", message);
  }
  const [first, ...others] = sessions.filter(({ sessionId }) => sessionId.startsWith(start));
  if (first === undefined) {
    const message =
      "No open session has that id; it may have ended already: client sessions shows those that there are.";
    throw new ClientError("no_such_session", message);
  }
  if (others.length > 0) {
    const count = others.length + 1;
    throw new ClientError("usage", `${count} sessions have ids that begin so; give more of the id.`);
  }
  return first;
}

function sharedDigits(one: string, other: string): number {
  let count = 0;
  while (count < one.length && one[count] === other[count]) count += 1;
  return count;
}
