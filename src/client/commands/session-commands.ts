// `client sessions` and `client revoke`.
import type { ListedSession } from "../account-values.js";
import type { Answer } from "../answer.js";
import type { CommandDesk } from "./command-desk.js";
import { chooseSession } from "./session-choice.js";
import { sessionTable } from "./session-table.js";

export async function sessions(desk: CommandDesk): Promise<Answer> {
  const session = await desk.session();
  const listed = await desk.withSession(session, (client) => client.listSessions(session.token));
  const fields = { username: session.username, sessions: listed.map(sessionFields) };
  return { text: sessionTable(listed, desk.surroundings.columns), fields };
}

export async function revoke(desk: CommandDesk): Promise<Answer> {
  const session = await desk.session();
  const { sessionId, address, isCurrent } = await desk.withSession(session, async (client) => {
    const chosen = chooseSession(await client.listSessions(session.token), desk.invocation.sessionId ?? "");
    await client.revokeSession(session.token, chosen.sessionId);
    if (chosen.isCurrent) await desk.link.forgetSession(session);
    return chosen;
  });
  const rest = isCurrent ? " It was this one, so you are logged out." : "";
  return {
    text: [`Ended the session ${sessionId} from ${address || "an unknown address"}.${rest}`],
    fields: { username: session.username, session_id: sessionId, current: isCurrent },
  };
}

/** As the schema names them. */
export function sessionFields(session: ListedSession): Record<string, unknown> {
  const { sessionId, createdAt, lastUsedAt, expiresAt, address, isCurrent } = session;
  return {
    session_id: sessionId,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    address,
    current: isCurrent,
  };
}
