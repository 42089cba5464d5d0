// `client passwd`, `upgrade`, `reset-password` and `delete-account`.
import type { Answer } from "../answer.js";
import { ClientError } from "../client-error.js";
import { printableText } from "../printable-text.js";
import type { Secret } from "../secret.js";
import type { SavedSession } from "../session-file.js";
import type { CommandDesk } from "./command-desk.js";
import { passwordWay, refuseUpgraded, upgradeAccount } from "./password-way.js";

export async function passwd(desk: CommandDesk): Promise<Answer> {
  const session = await desk.session();
  const { token, username } = session;
  const current = currentPassword(`Current password for ${printableText(username, 60)}: `, "current password");
  const wanted = [current, newPassword(username)];
  const [currentOne = "", newOne = ""] = await desk.secrets(wanted, () => checkSession(desk, session));
  const change = { username, currentPassword: currentOne, newPassword: newOne };
  await desk.withSession(session, async (client) => {
    const way = await passwordWay(desk, client, username);
    await way.changePassword(token, change);
  });
  const text = [`Changed the password of ${username}, and ended all other sessions.`];
  return { text, fields: { username } };
}

export async function upgrade(desk: CommandDesk): Promise<Answer> {
  const session = await desk.session();
  const { username } = session;
  await refuseUpgraded(desk, username);
  const wanted = currentPassword(`Password for ${printableText(username, 60)}: `, "password");
  const [password = ""] = await desk.secrets([wanted], () => checkSession(desk, session));
  await desk.withSession(session, (client) => upgradeAccount(desk, client, session, password));
  const text = [
    `${username} logs in by OPAQUE from now on: its password is not sent any more. All other sessions have ended.`,
    "On other machines, log in once with --opaque.",
  ];
  return { text, fields: { username, scheme: "opaque" } };
}

export async function resetPassword(desk: CommandDesk): Promise<Answer> {
  const username = desk.name;
  const question = `Code for ${printableText(username, 60)}: `;
  const code: Secret = { name: "code", variable: "EARSHOT_RESET_CODE", question };
  const wanted = [code, newPassword(username)];
  const [codeTyped = "", newOne = ""] = await desk.secrets(wanted, () => desk.withClient(async () => undefined));
  await desk.withClient(async (client) => {
    const way = await passwordWay(desk, client, username);
    await way.resetPassword({ username, code: codeTyped, newPassword: newOne });
  });
  await forgetSessionOf(username, desk);
  const text = [
    `The password of ${username} is the new one, and all sessions have ended.`,
    `Next: client login ${username}`,
  ];
  return { text, fields: { username } };
}

export async function deleteAccount(desk: CommandDesk): Promise<Answer> {
  const session = await desk.session();
  const { token, username } = session;
  const wanted = currentPassword(`Password for ${printableText(username, 60)}: `, "password");
  const [password = ""] = await desk.secrets([wanted], () => checkSession(desk, session));
  if (desk.flags.yes !== true) await confirm(username, desk);
  await desk.withSession(session, async (client) => {
    const way = await passwordWay(desk, client, username);
    await way.deleteAccount(token, { username, password });
    await desk.link.forgetSession(session);
  });
  return { text: [`Deleted the account ${username}.`], fields: { username } };
}

function currentPassword(question: string, name: string): Secret {
  return { name, variable: "EARSHOT_PASSWORD", question };
}

function newPassword(username: string): Secret {
  const question = `New password for ${printableText(username, 60)}: `;
  return { name: "new password", variable: "EARSHOT_NEW_PASSWORD", question, newField: "new_password" };
}

function checkSession(desk: CommandDesk, session: SavedSession): Promise<unknown> {
  return desk.withSession(session, (client) => client.whoAmI(session.token));
}

/** The server ended it with all others. */
async function forgetSessionOf(username: string, desk: CommandDesk): Promise<void> {
  const session = await desk.link.findSession(username);
  if (session !== undefined) await desk.link.forgetSession(session);
}

async function confirm(username: string, desk: CommandDesk): Promise<void> {
  const person = desk.link.openTerminal();
  if (person === undefined) {
    throw new ClientError("usage", "There is no terminal to confirm on; give --yes to delete without a question.");
  }
  const shown = printableText(username, 60);
  const typed = await person.ask(`This deletes the account for ever. Type its name, ${shown}, to go on: `);
  if (typed.trim().toLowerCase() !== username) {
    throw new ClientError("usage", "That is not the name; nothing was deleted.");
  }
}
