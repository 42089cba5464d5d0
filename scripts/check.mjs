// What must hold before the tests: generated code is fresh, protos and sources pass their linters, nothing is dead.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate, generatedFolders } from "./generate.mjs";
import { fail, root, run } from "./process.mjs";

const bin = (name) => join(root, "node_modules/.bin", name);

/** Runs every check and stops at the first that fails. The other types are checked by the build before it. */
export async function checkProject() {
  const checks = [
    ["protos", () => run(bin("buf"), ["lint", "proto"])],
    ["generated code", checkGenerated],
    ["types of what runs in browsers", () => run(bin("tsc"), ["-p", "src/sniffer/page/browser"])],
    ["format, lint, floors", () => run(bin("biome"), ["ci", "--max-diagnostics=50", "."])],
    ["dead code", () => run(bin("knip"), ["--no-progress"])],
  ];
  for (const [name, check] of checks) {
    await check();
    process.stdout.write(`check: ${name}: ok\n`);
  }
}

/** Generates anew into a temporary folder and compares byte for byte with what is committed. */
async function checkGenerated() {
  const folder = mkdtempSync(join(tmpdir(), "earshot-gen-"));
  try {
    await generate(folder);
    const stale = generatedFolders.flatMap((name) => staleFiles(join(folder, name), join(root, name)));
    if (stale.length > 0)
      fail(
        `generated code is not what the protos and the word lists give (${stale.join(", ")}); run: npm run generate`,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function staleFiles(freshFolder, committedFolder) {
  const fresh = readTree(freshFolder);
  const committed = readTree(committedFolder);
  return [...new Set([...fresh.keys(), ...committed.keys()])].filter((file) => fresh.get(file) !== committed.get(file));
}

function readTree(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}
