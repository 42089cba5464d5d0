#!/usr/bin/env node
// The program `server`; everything is in cli.ts.

import { runServer } from "./cli.js";

process.exitCode = await runServer(process.argv);
