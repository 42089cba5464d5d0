// Whether the clock tells an unknown name from a wrong password: the guards' own measurement, in full.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Outcome, type Row, when } from "./row.js";

const PAIRS = { full: 4_000, short: 40 };
const TEST = fileURLToPath(new URL("../server/calls/login-timing.test.js", import.meta.url));

export const unknownNames: Row = {
  name: "unknown-names",
  title: "unknown name against wrong password",
  target: "not told apart: 4,000 pairs, abs(t) under 4.5, sign test, scrypt run by both",
  async run(_stage, extent): Promise<Outcome> {
    const env = { ...process.env, EARSHOT_TIMING_PAIRS: String(PAIRS[extent]) };
    const child = spawn(process.execPath, [TEST], { stdio: ["ignore", "pipe", "inherit"], env });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += String(chunk);
    });
    const [code] = await once(child, "close");
    const measured = /t = (-?[\d.]+), sign test z = (-?[\d.]+), medians .* us/.exec(said)?.[0];
    const ran = / ok \d+ - both ran scrypt each time/.exec(said)?.[0] ?? "";
    const hasRun = ran !== "" && !said.includes("not ok");
    const failed = /not ok \d+ - .*/g.exec(said)?.[0] ?? "its test failed";
    return {
      figure: `${PAIRS[extent]} pairs: ${measured ?? "nothing measured"}${hasRun ? ", scrypt run by both" : ""}`,
      broken: when(code !== 0 || measured === undefined || !hasRun, failed),
      late: [],
    };
  },
};
