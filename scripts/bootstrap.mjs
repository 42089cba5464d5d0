// Makes a fresh clone ready and runs it: `node scripts/bootstrap.mjs start|lengths|test|cluster|scoreboard|check|build`. Needs nothing but Node and npm,
// so it must not import anything that npm installs. Every step is skipped when its result already stands.
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bundlePages, bundleSniffer } from "./bundle.mjs";
import { checkProject } from "./check.mjs";
import { fail, root, run } from "./process.mjs";
import { pruneStaleOutput } from "./stale-output.mjs";
import { hasPcapHeaders, installSystemPackages } from "./system-packages.mjs";
import { runTests } from "./test-run.mjs";

const compiler = join(root, "node_modules/typescript/bin/tsc");
const stampFile = join(root, "node_modules", ".earshot-stamp");

const tasks = {
  async start(args) {
    prepare();
    process.exitCode = run(process.execPath, [join(root, "dist/src/lab/main.js"), ...args], { allowFailure: true });
  },
  /** What lengths give away, with and without padding. */
  async lengths(args) {
    prepare();
    process.exitCode = run(process.execPath, [join(root, "dist/src/lab/lengths/main.js"), ...args], {
      allowFailure: true,
    });
  },
  async test(args) {
    installSystemPackages();
    prepare();
    process.exitCode = await runTests(args);
  },
  /** Three database nodes and three servers, one of each killed under users. */
  async cluster(args) {
    installSystemPackages();
    prepare();
    process.exitCode = run(process.execPath, [join(root, "dist/test/cluster/cluster-program.js"), ...args], {
      allowFailure: true,
    });
  },
  async scoreboard(args) {
    installSystemPackages();
    prepare();
    process.exitCode = run(process.execPath, [join(root, "dist/test/scoreboard/scoreboard.js"), ...args], {
      allowFailure: true,
    });
  },
  /** npm's own `prepare`, so that `npx server` works after a plain `npm ci` as well. */
  async build() {
    if (!existsSync(compiler)) return; // `npm ci --omit=dev`: there is nothing to build with.
    // A type error must not undo the installation; every other task stops at it.
    build({ allowFailure: true });
    linkPrograms();
    // Whoever ran `npm ci` need not wait for it again at `npm start`; where something was left out, one must.
    if (process.env.npm_command === "ci" && !process.env.npm_config_omit) writeFileSync(stampFile, stampOf());
  },
  async check() {
    installSystemPackages();
    prepare();
    await checkProject();
  },
};

const [task = "", ...args] = process.argv.slice(2);
requireNode();
if (!Object.hasOwn(tasks, task)) fail(`usage: node scripts/bootstrap.mjs ${Object.keys(tasks).join("|")}`);
await tasks[task](args);

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Earshot needs Node 20.19 or later; this is ${process.version}. Install a newer one from nodejs.org.`);
}

function prepare() {
  installDependencies();
  build();
  linkPrograms();
}

/** `npm ci` unless the lock file, the Node ABI and the libpcap headers are what they were at the last one. */
function installDependencies() {
  const stamp = stampOf();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  step("installing packages (npm ci)");
  npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stampFile, stamp);
}

function stampOf() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(`${process.versions.modules} ${process.platform} ${process.arch} pcap=${hasPcapHeaders()}`)
    .digest("hex");
}

function npm(args) {
  const npmScript = process.env.npm_execpath;
  const env = { ...withNodeHeaders(), ...process.env };
  if (npmScript?.endsWith(".js")) run(process.execPath, [npmScript, ...args], { env });
  else run(process.platform === "win32" ? "npm.cmd" : "npm", args, { shell: process.platform === "win32", env });
}

/** `cap` compiles against the headers that came with this Node, where they did: node-gyp would look for them on the internet. */
function withNodeHeaders() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, "include/node/node.h")) ? { npm_config_nodedir: prefix } : {};
}

function build({ allowFailure = false } = {}) {
  // An output folder that was thrown away beside a kept build record would not be written again.
  if (!existsSync(join(root, "dist/src"))) rmSync(join(root, "dist"), { recursive: true, force: true });
  if (!existsSync(join(root, "dist"))) step("compiling");
  run(process.execPath, [compiler], { allowFailure });
  pruneStaleOutput();
  bundleSniffer();
  bundlePages();
}

/** Puts the three programs where `npx server` looks first. */
function linkPrograms() {
  const programs = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin;
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  for (const [name, file] of Object.entries(programs)) {
    chmodSync(join(root, file), 0o755);
    if (process.platform === "win32") continue;
    const link = join(root, "node_modules/.bin", name);
    rmSync(link, { force: true });
    symlinkSync(join("../..", file), link);
  }
}

function step(what) {
  process.stderr.write(`earshot: ${what} …\n`);
}
