// Our client against servers that break every rule: each call ends with what can be known of it, and the connection
// either goes on or ends with a GoAway that says why.

import t from "tap";
import { describeFrame } from "./conformance/conformance-case.js";
import { type HostileCase, play, stillServes } from "./conformance/hostile-case.js";
import { HOSTILE_CASES } from "./conformance/hostile-cases.js";

t.jobs = 8;

t.test("names are unique", async (t) => {
  t.equal(new Set(HOSTILE_CASES.map(({ name }) => name)).size, HOSTILE_CASES.length);
  t.comment(`${HOSTILE_CASES.length} rows`);
});

for (const row of HOSTILE_CASES) {
  t.test(row.name, async (t) => {
    const { peer, connection, closed, told } = await play(t, row);
    t.equal(told, row.told);
    if (row.after === "lives") {
      t.ok(await stillServes(peer, connection), "the next call is answered");
      return;
    }
    await closed;
    await peer.closed;
    t.equal(lastWord(row, await peer.frames()), row.after);
  });
}

function lastWord({ after }: HostileCase, frames: Parameters<typeof describeFrame>[0][]): string {
  const last = frames.at(-1);
  return last?.body?.$case === "goAway" || after !== "closed" ? describeFrame(last ?? fail()) : "closed";
}

function fail(): never {
  throw new Error("the client said nothing");
}
