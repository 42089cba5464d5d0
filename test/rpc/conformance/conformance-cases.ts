// The whole conformance table.

import { CALL_CASES } from "./call-cases.js";
import { CLOSING_CASES } from "./closing-cases.js";
import type { ConformanceCase } from "./conformance-case.js";
import { CREDIT_CASES } from "./credit-cases.js";
import { FRAME_CASES } from "./frame-cases.js";
import { STREAM_CASES } from "./stream-cases.js";

export const CASES: readonly ConformanceCase[] = [
  ...FRAME_CASES,
  ...CALL_CASES,
  ...STREAM_CASES,
  ...CREDIT_CASES,
  ...CLOSING_CASES,
];
