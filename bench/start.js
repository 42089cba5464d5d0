// What `npm run bench` runs: installs this folder's packages when they are missing, builds the product, and begins.
// It imports nothing that npm installs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const stampFile = `${folder}node_modules/.stamp`;

const lock = createHash("sha256")
  .update(readFileSync(`${folder}package-lock.json`))
  .digest("hex");
if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== lock) {
  run(folder, ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stampFile, lock);
}
if (!process.argv.some((argument) => argument.startsWith("--build"))) {
  run(root, [process.execPath, "scripts/bootstrap.mjs", "build"]);
}
await import("./main.js");

function run(cwd, [command, ...args]) {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit", shell: process.platform === "win32" });
  if (status === 0) return;
  process.stderr.write(`bench: ${command} ${args.join(" ")} failed\n`);
  process.exit(1);
}
