// `client register`, `login`, `whoami` and `logout`.
import type { AccountClient } from "../account-client.js";
import type { Session } from "../account-values.js";
import { type Answer, accountFields, minuteOf } from "../answer.js";
import { printableText } from "../printable-text.js";
import type { CommandDesk } from "./command-desk.js";
import { passwordWay } from "./password-way.js";

export async function register(desk: CommandDesk): Promise<Answer> {
  const username = desk.name;
  const question = `New password for ${printableText(username, 60)}: `;
  const wanted = { name: "password", variable: "EARSHOT_PASSWORD", question, newField: "password" } as const;
  const [password = ""] = await desk.secrets([wanted], () => reach(desk));
  const { account, scheme } = await desk.withClient(async (client) => {
    const way = await passwordWay(desk, client, username);
    return { account: await way.register({ username, password }), scheme: way.scheme };
  });
  const text = [`Registered ${account.username}. Next: client login ${account.username}`];
  return { text, fields: { ...accountFields(account), scheme, created_at: account.createdAt.toISOString() } };
}

export async function login(desk: CommandDesk): Promise<Answer> {
  const username = desk.name;
  const question = `Password for ${printableText(username, 60)}: `;
  const wanted = { name: "password", variable: "EARSHOT_PASSWORD", question } as const;
  const [password = ""] = await desk.secrets([wanted], () => reach(desk));
  const { account, expiresAt, token, scheme } = await desk.withClient(async (client) => {
    const way = await passwordWay(desk, client, username);
    const opened = await way.login({ username, password });
    await keep(opened, client, desk);
    return { ...opened, scheme: way.scheme };
  });
  const isShown = desk.flags.printToken === true;
  return {
    text: [`Logged in as ${account.username} until ${minuteOf(expiresAt)}.`, ...(isShown ? [token] : [])],
    fields: {
      ...accountFields(account),
      scheme,
      expires_at: expiresAt.toISOString(),
      ...(isShown ? { session_token: token } : {}),
    },
  };
}

export async function whoami(desk: CommandDesk): Promise<Answer> {
  const session = await desk.session();
  const owner = await desk.withSession(session, (client) => client.whoAmI(session.token));
  const { account, sessionCreatedAt, expiresAt } = owner;
  return {
    text: [
      `${account.username} (account ${account.accountId}, made ${minuteOf(account.createdAt)})`,
      `Logged in since ${minuteOf(sessionCreatedAt)}, until ${minuteOf(expiresAt)} at the latest.`,
    ],
    fields: {
      ...accountFields(account),
      created_at: account.createdAt.toISOString(),
      session_created_at: sessionCreatedAt.toISOString(),
      expires_at: expiresAt.toISOString(),
    },
  };
}

export async function logout(desk: CommandDesk): Promise<Answer> {
  const { everywhere, keepCurrent = false } = desk.flags;
  const session = await desk.session();
  const { token, username } = session;
  await desk.withSession(session, async (client) => {
    if (everywhere === true) await client.logoutEverywhere(token, { keepCurrent });
    else await client.logout(token);
    if (!keepCurrent) await desk.link.forgetSession(session);
  });
  if (everywhere !== true) return { text: [`Logged out ${username}.`], fields: { username } };
  const text = keepCurrent ? `Ended all other sessions of ${username}.` : `Logged out ${username} everywhere.`;
  return { text: [text], fields: { username, everywhere, keep_current: keepCurrent } };
}

function reach(desk: CommandDesk): Promise<void> {
  return desk.withClient(async () => undefined);
}

async function keep({ account, token, expiresAt }: Session, client: AccountClient, desk: CommandDesk): Promise<void> {
  const { accountId, username } = account;
  try {
    await desk.link.saveSession({ username, accountId, token, expiresAt });
  } catch (error) {
    // A session that nobody can use any more must not stay open on the server.
    await client.logout(token).catch(() => undefined);
    throw error;
  }
}
