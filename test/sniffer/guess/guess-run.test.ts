import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { decodeArguments } from "../../../src/sniffer/cli-arguments.js";
import { decodeLabels } from "../../../src/sniffer/guess/guess-labels.js";
import { runGuess } from "../../../src/sniffer/guess/guess-run.js";
import { LineOutput } from "../../../src/sniffer/line-output.js";

const GOOD = {
  format: "earshot-labels/1",
  padding: "off",
  connections: [{ run: 1, exchanges: ["Login", null, "Logout"] }],
};

t.test("labels are read as they are written", async (t) => {
  const { connections, padding } = decodeLabels(JSON.stringify(GOOD), "x");
  t.same({ connections, padding }, { connections: GOOD.connections, padding: "off" });
});

const BAD: Record<string, unknown> = {
  "no object": [],
  "another format": { ...GOOD, format: "earshot-labels/2" },
  "no padding": { ...GOOD, padding: 1 },
  "no connections": { ...GOOD, connections: {} },
  "a run that is no number": { ...GOOD, connections: [{ run: "1", exchanges: [] }] },
  "a label that could move a cursor": { ...GOOD, connections: [{ run: 1, exchanges: ["\u001b[2J"] }] },
  "a label that is too long": { ...GOOD, connections: [{ run: 1, exchanges: ["x".repeat(41)] }] },
  "too many labels": { ...GOOD, connections: [{ run: 1, exchanges: Array.from({ length: 65 }, (_, i) => `${i}`) }] },
};

t.test("other labels are refused in words", async (t) => {
  for (const [name, value] of Object.entries(BAD)) {
    t.throws(() => decodeLabels(JSON.stringify(value), "x"), { name: "RunError" }, name);
  }
  const text = JSON.stringify(GOOD);
  for (let end = 0; end < text.length; end += 1) {
    t.throws(() => decodeLabels(text.slice(0, end), "x"), { name: "RunError" });
  }
});

t.test("what cannot be guessed from says why", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "earshot-guess-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const capture = join(folder, "x.pcapng");
  const guess = () => runGuess({ files: [capture], json: true }, new LineOutput());
  await t.rejects(guess(), { name: "RunError", message: /cannot read .*x\.labels\.json/ });
  writeFileSync(join(folder, "x.labels.json"), JSON.stringify(GOOD));
  await t.rejects(guess(), { name: "RunError", message: /cannot read .*x\.pcapng/ });
  writeFileSync(capture, "no capture at all");
  const message = /two runs and two labels to learn from, and \d+ conversations were not as their labels say$/;
  await t.rejects(guess(), { name: "RunError", message });
});

t.test("the command takes files and --json, and nothing beside them", async (t) => {
  t.same(decodeArguments(["--guess", "a.pcapng", "b.pcapng", "--json"]), {
    ...{ kind: "guess", files: ["a.pcapng", "b.pcapng"], json: true },
  });
  for (const line of ["--guess", "--guess -r x y", "--guess x -c 5", "--guess x --packets"]) {
    t.throws(() => decodeArguments(line.split(" ")), { name: "UsageError" }, line);
  }
});
