// Runs one command for accounts, and shows the banner when the server is not the one that was known.
import type { Answer } from "./answer.js";
import { ClientError } from "./client-error.js";
import { CommandDesk } from "./commands/command-desk.js";
import type { CommandName } from "./commands/command-list.js";
import { exportAccount } from "./commands/export-command.js";
import { login, logout, register, whoami } from "./commands/login-commands.js";
import { deleteAccount, passwd, resetPassword, upgrade } from "./commands/password-commands.js";
import { revoke, sessions } from "./commands/session-commands.js";
import { watch } from "./commands/watch-command.js";
import type { AccountInvocation } from "./invocation.js";
import type { Surroundings } from "./server-link.js";

type Run = (desk: CommandDesk) => Promise<Answer | undefined>;

const RUNS: Readonly<Record<CommandName, Run>> = {
  register,
  login,
  whoami,
  logout,
  sessions,
  revoke,
  passwd,
  upgrade,
  "reset-password": resetPassword,
  export: exportAccount,
  "delete-account": deleteAccount,
  watch,
};

/** The answer to show; undefined when all of it was shown. Throws ClientError. */
export async function runCommand(
  invocation: AccountInvocation,
  surroundings: Surroundings,
): Promise<Answer | undefined> {
  const desk = new CommandDesk(invocation, surroundings);
  try {
    return await RUNS[invocation.command](desk);
  } catch (error) {
    const code = error instanceof ClientError ? error.code : undefined;
    if (code === "server_identity_changed" || code === "opaque_key_changed") desk.link.showBanner(code);
    throw error;
  } finally {
    desk.link.close();
  }
}
