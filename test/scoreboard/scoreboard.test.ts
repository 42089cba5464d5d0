// The scoreboard in short, without what needs a cluster: nothing lost, nothing doubled, nothing leaked. Time is for `npm run scoreboard`.

import t from "tap";
import { ROWS } from "./rows.js";
import { Stage } from "./stage.js";

const stage = new Stage();
t.teardown(() => stage.end());

/** Its own test measures the same in short. */
const TESTED_ELSEWHERE = new Set(["unknown-names"]);

for (const row of ROWS.filter(({ name, needsCluster }) => needsCluster !== true && !TESTED_ELSEWHERE.has(name))) {
  t.test(row.name, { timeout: 60_000 }, async (t) => {
    const { figure, broken } = await row.run(stage, "short");
    t.comment(figure);
    t.same(broken, []);
  });
}
