#!/usr/bin/env node
// The program `server`; everything is in cli.ts.

import { runServer } from "./cli.js";

/** For the last lines to reach who reads them; who reads nothing does not keep the process. */
const FLUSH_MS = 1_000;

process.exitCode = await runServer(process.argv);
setTimeout(() => process.exit(), FLUSH_MS).unref();
