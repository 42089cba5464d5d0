// The table of hostile servers: what each sends, and what a client must make of it.

import type { HostileCase } from "./hostile-case.js";
import { HOSTILE_STREAM_CASES } from "./hostile-stream-cases.js";
import { HOSTILE_UNARY_CASES } from "./hostile-unary-cases.js";

export const HOSTILE_CASES: readonly HostileCase[] = [...HOSTILE_UNARY_CASES, ...HOSTILE_STREAM_CASES];
