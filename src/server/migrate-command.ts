// `server migrate`: brings the tables up to date and says what it did.

import type { Command } from "commander";
import type { WriteOut } from "./command-output.js";
import { databaseOf, databaseOption } from "./database-option.js";
import type { Migration } from "./store/migration.js";
import { openStore } from "./store/open-store.js";

const EXAMPLES = `
A server does the same when it starts, unless it has --no-migrate.
Safe beside running servers, and several times at once.

Examples:
  server migrate --database accounts.db
  EARSHOT_DATABASE='mysql://app:secret@db.example/app?tls=verify' server migrate
`;

export function addMigrateCommand(program: Command, write: WriteOut): void {
  program
    .command("migrate")
    .description("bring the tables of the database up to date, and say how")
    .addOption(databaseOption())
    .allowExcessArguments(false)
    .addHelpText("after", EXAMPLES)
    .action((_options: unknown, command: Command) => migrate(databaseOf(command), write));
}

async function migrate(database: string, write: WriteOut): Promise<void> {
  const done: Migration[] = [];
  const store = await openStore(database, { onMigrated: (migration) => done.push(migration) });
  await store.close();
  for (const { version, sql } of done) {
    await write(`version ${version}: ${titleOf(sql)}\n`);
  }
  const count = done.length === 1 ? "1 migration" : `${done.length} migrations`;
  await write(`${store.label}: ${done.length === 0 ? "up to date, nothing to do" : `up to date after ${count}`}\n`);
}

/** What the statement does and to which table: its words up to there. */
function titleOf(sql: string): string {
  const words =
    /^(?:CREATE TABLE|CREATE(?: UNIQUE)? INDEX|ALTER TABLE \w+ (?:ADD|DROP) COLUMN)(?: IF NOT EXISTS)? \w+(?: ON \w+)?/;
  return words.exec(sql)?.[0].replace(" IF NOT EXISTS", "") ?? sql.split(/\s+/, 3).join(" ");
}
