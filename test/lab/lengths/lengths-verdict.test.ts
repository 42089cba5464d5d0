// The budget: with padding, lengths tell an observer nothing; without, they tell nearly all, so that this can fail both ways.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { lengthsCell, lengthsSection, renderLengths } from "../../../src/lab/lengths/lengths-row.js";
import { guessCaptures, recordPolicies } from "../../../src/lab/lengths/lengths-run.js";
import { lengthsComplaints, measureLengths } from "../../../src/lab/lengths/lengths-verdict.js";

t.test("by length alone padded exchanges are all alike, and unpadded ones are told apart", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-lengths-test-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const verdict = await measureLengths(folder, { exchanges: 100, runs: 2 });
  const { before, after, complaints } = verdict;
  t.same(complaints, []);
  t.equal(after.exchanges, 100);
  t.same(after.labels, ["Login", "Login, wrong password", "Logout", "Register", "WhoAmI"]);
  t.equal(after.sequences, 1, "one sequence of lengths and directions for all");
  t.equal(after.by_length.accuracy, after.chance);
  t.equal(after.chance, 0.2);
  t.ok(before.by_length.interval[0] > 0.6, `${before.by_length.accuracy} by length without padding`);
  t.ok((await readdir(folder)).includes("lengths-buckets.labels.json"));

  t.ok(
    renderLengths(verdict, false)
      .split("\n")
      .every((line) => line.length <= 80),
    renderLengths(verdict, false),
  );
  t.match(lengthsCell(verdict).text, "20 %");
  t.match(lengthsSection(verdict, folder).text, /with padding 20 %, as by chance/);
  t.equal(lengthsComplaints(after, before).length, 3, "the other way round it fails in every way");
});

t.test("many exchanges of one connection are alike too, and so are whole records", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-lengths-test-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const plan = { exchanges: 20, runs: 2, connections: "kept", scryptCost: 4, folder } as const;
  const recorded = (["buckets", "uniform"] as const).map((padding) => recordPolicies([padding], plan));
  const [buckets, uniform] = await guessCaptures((await Promise.all(recorded)).flat());
  t.match(buckets, { exchanges: 20, unmatched: 0, sequences: 1, client_bytes: 1024 + 22, server_bytes: 1024 + 22 });
  t.match(uniform, { exchanges: 20, unmatched: 0, sequences: 1, client_bytes: 16_384 + 22, server_bytes: 16_384 + 22 });
});
