// Rules of the house that no linter knows: every source has its test, says what it decides, and stays on its floor.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("gen/"))
  .sort();
const read = (file: string) => readFileSync(join(root, "src", file), "utf8");

/** Floors, lowest first; those that share a number may not import each other. */
const floors: Record<string, number> = {
  gen: 0,
  bytes: 0,
  completion: 0,
  wire: 1,
  password: 1,
  opaque: 1,
  rpc: 2,
  server: 3,
  client: 3,
  sniffer: 3,
  lab: 4,
};
/** Calls know nothing of who is called: passwords and OPAQUE are for the floors above rpc. */
const rpcMayImport = new Set(["rpc", "wire", "bytes", "gen"]);
/** What an eavesdropper shares with those it listens to: the format, and how shells complete a command. */
const snifferMayImport = new Set(["sniffer", "wire", "bytes", "gen", "completion"]);
const closed: Record<string, ReadonlySet<string>> = { rpc: rpcMayImport, sniffer: snifferMayImport };

t.test("every source begins by saying what it decides", async (t) => {
  for (const file of sources) t.match(read(file), /^(#!.*\n)?\/\/ \S/, file);
});

t.test("no folder imports one of its own floor or above", async (t) => {
  for (const file of sources) {
    const from = file.split("/")[0] ?? "";
    for (const to of foldersImported(file)) {
      const allowed = closed[from]?.has(to) ?? (to === from || floor(to) < floor(from));
      t.ok(allowed, `${file} imports ${to}`);
    }
  }
});

t.test("test folders mirror the sources", async (t) => {
  const apart = ["cluster", "contract", "property", "e2e", "fixtures", "scoreboard", "wireshark"];
  for (const file of readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })) {
    const folder = dirname(file);
    if (!file.endsWith(".test.ts") || apart.includes(folder.split("/")[0] ?? "")) continue;
    t.ok(existsSync(join(root, "src", folder)), `${file} tests something of src/${folder}`);
  }
});

t.test("nothing committed names a workplace path or a registry", async (t) => {
  for (const file of sources) t.notMatch(read(file), /\/work\/|registry\.npmjs|deb\.debian/, file);
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  t.notMatch(lock, '"resolved": "http', "the lock file leaves the registry to npm's settings");
});

function foldersImported(file: string): string[] {
  const folders: string[] = [];
  for (const [, path = ""] of read(file).matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
    const parts = new URL(path, `file:///src/${file}`).pathname.split("/");
    const folder = parts[2];
    if (folder !== undefined && folder !== file.split("/")[0]) folders.push(folder);
  }
  return folders;
}

function floor(folder: string): number {
  return floors[folder] ?? Number.POSITIVE_INFINITY;
}
