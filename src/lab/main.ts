#!/usr/bin/env node
// `npm start`: climbs the ladder and exits non-zero when a rung shows anything other than it must.
import { runLadder } from "./ladder.js";

process.exitCode = await runLadder({ folder: process.argv[2] ?? "earshot-ladder", output: process.stdout });
