#!/usr/bin/env node
// `npm start`: climbs the ladder and exits non-zero when a rung shows anything other than it must.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { runLadder } from "./ladder.js";
import { type Opening, offerPage } from "./page-opener.js";

const { values, positionals } = parseArgs({
  options: { open: { type: "boolean" }, "no-open": { type: "boolean" } },
  allowPositionals: true,
});
const folder = positionals[0] ?? "earshot-ladder";
process.exitCode = await runLadder({ folder, output: process.stdout });
const asked: Opening = values.open === true ? "open" : "ask";
const opening: Opening = values["no-open"] === true ? "leave" : asked;
const page = resolve(folder, "ladder.html");
await offerPage(page, opening, { input: process.stdin, output: process.stdout, env: process.env });
