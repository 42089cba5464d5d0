// `server admin`: the command line of what administrators do.

import { type Command, InvalidArgumentError, Option } from "commander";
import { databaseOf, databaseOption } from "../database-option.js";
import { openStore } from "../store/open-store.js";
import {
  type AdminSurroundings,
  type AdminWork,
  type AuditOptions,
  deleteAccount,
  disable,
  enable,
  reset,
  show,
  showAudit,
  showUsers,
  type UsersOptions,
} from "./admin-actions.js";
import { decodeSince } from "./since-option.js";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const EXAMPLES = `
These work on the database itself, beside running servers. Changes are audited.

Examples:
  server admin users --limit 20
  server admin reset alice        prints a code with which she sets a password
  server admin disable alice      ends her sessions, on all servers
  server admin audit --since 24h --user alice
  server admin audit --follow --json | jq .kind
`;
const SINCE_FORM =
  "Write how long ago, such as 90s, 15m, 24h or 7d, or a time (UTC), such as 2026-05-01 or 2026-05-01T12:30Z.";

export function addAdminCommand(program: Command, surroundings: AdminSurroundings): void {
  const admin = program
    .command("admin")
    .description("look at accounts and change them: users, show, disable, enable, delete, reset, audit")
    .addOption(databaseOption())
    .allowExcessArguments(false)
    .showHelpAfterError("(server admin --help shows all commands)")
    .addHelpText("after", EXAMPLES);
  const add = (usage: string, description: string, ...examples: string[]): Command =>
    admin
      .command(usage)
      .description(description)
      .addOption(databaseOption())
      .allowExcessArguments(false)
      .addHelpText("after", `\nExamples:\n${examples.map((example) => `  server admin ${example}\n`).join("")}`);
  const within = async (command: Command, action: (work: AdminWork) => Promise<void>): Promise<void> => {
    const store = await openStore(databaseOf(command), { migrate: false });
    try {
      await action({ ...surroundings, store });
    } finally {
      await store.close();
    }
  };

  add("users", "list accounts by name", "users --limit 20", "users --after alice --json")
    .option("--after <name>", "begin after this name")
    .addOption(
      new Option("--limit <n>", `at most so many, up to ${MAX_LIMIT}`).argParser(limitOption).default(DEFAULT_LIMIT),
    )
    .option("--json", "a JSON object a line")
    .action((options: UsersOptions, command: Command) => within(command, (work) => showUsers(work, options)));
  add("show <name>", "show an account and its sessions", "show alice")
    .option("--json", "as a JSON object")
    .action((name: string, options: { json?: true }, command: Command) =>
      within(command, (work) => show(work, name, options)),
    );
  add("disable <name>", "end an account's sessions and let nobody log in", "disable alice").action(
    (name: string, _options: unknown, command: Command) => within(command, (work) => disable(work, name)),
  );
  add("enable <name>", "let its owner log in again", "enable alice").action(
    (name: string, _options: unknown, command: Command) => within(command, (work) => enable(work, name)),
  );
  add("delete <name>", "delete an account with all that is stored of it, for ever", "delete alice --yes")
    .option("--yes", "do not ask")
    .action((name: string, options: { yes?: true }, command: Command) =>
      within(command, (work) => deleteAccount(work, name, options)),
    );
  add("reset <name>", "print a one-time code with which its owner sets a new password", "reset alice").action(
    (name: string, _options: unknown, command: Command) => within(command, (work) => reset(work, name)),
  );
  add(
    "audit",
    "show what happened: logins, failures, changes",
    "audit --since 24h --user alice",
    "audit --follow --json",
  )
    .option("--follow", "go on with what happens from now on, on all servers, until Ctrl-C")
    .addOption(
      new Option("--since <time>", "from then on; 15m, 24h, 7d, 2026-05-01, 2026-05-01T12:30Z").argParser(sinceOption),
    )
    .option("--user <name>", "of this account alone")
    .option("--json", "a JSON object a line")
    .action((options: AuditOptions, command: Command) => within(command, (work) => showAudit(work, options)));
}

function limitOption(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,5}$/.test(text) || limit < 1 || limit > MAX_LIMIT) {
    throw new InvalidArgumentError(`Write a number from 1 to ${MAX_LIMIT}.`);
  }
  return limit;
}

function sinceOption(text: string): number {
  const ms = decodeSince(text, Date.now());
  if (ms === undefined) {
    throw new InvalidArgumentError(SINCE_FORM);
  }
  return ms;
}
