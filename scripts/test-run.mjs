// Runs the compiled tests, a process for each file or for those of a folder, and ends with "N passed, N failed" from tap's
// own totals.
// They are started here and not by `tap run`, whose module hooks cost every process as much time as tap itself does.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "./process.mjs";

/** Processes at a time: on two cores, tests wait for each other, for timers and for programs a third of their time. */
const jobs = 3;

/** Seconds that one test file may take; generous, since CI machines are slow and none should come near. */
const fileTimeoutSeconds = 300;

/** Seconds after which a test file is ended that did not heed its own timeout. */
const fileKillSeconds = fileTimeoutSeconds + 60;

/** Lines of failures shown at the most. */
const shownLines = 500;

/** Folders whose files take longest, and come first so that none of them is waited for alone at the end. */
const slowFolders = ["e2e", "lab", "scoreboard", "cluster"].map((name) => join("dist/test", name));

/** Folders whose files share a process: loading tap, and what they test, takes longer than most of them. */
const sharedFolders = [
  "rpc/channel",
  "rpc/calling",
  "rpc/transport",
  "rpc/serving",
  "client",
  "client/call",
  "client/commands",
]
  .concat(["server", "server/password", "server/admin", "bytes", "wire", "opaque", "password", "sniffer/packet"])
  .concat(["sniffer/stream", "sniffer/tls", "sniffer/message", "sniffer/report", "sniffer/finding", "sniffer/guess"])
  .map((name) => join("dist/test", name));

/** What a file says at its top level that would reach the others of its process. */
const KEEPS_APART = /^\S.*\bt\.(?:testdir|teardown|before|beforeEach|after|afterEach|jobs)\b/m;

/** Runs the named test files (sources or compiled; default all) and gives the exit code. */
export async function runTests(names) {
  const waiting = names.length > 0 ? names.map((name) => alone(compiledName(name))) : allRuns();
  const totals = { pass: 0, fail: 0, skip: 0 };
  const failures = [];
  const work = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const result = await carryOut(run);
      for (const name of Object.keys(totals)) totals[name] += result[name];
      if (result.fail > 0) failures.push(result.explanation);
      showResult(run.name, result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  process.stdout.write(shortened(failures.join("\n")));
  if (totals.skip > 0) process.stdout.write(`${totals.skip} skipped\n`);
  process.stdout.write(`${totals.pass} passed, ${totals.fail} failed\n`);
  return totals.fail === 0 && totals.pass > 0 ? 0 : 1;
}

function showResult(name, { pass, fail, seconds }) {
  process.stdout.write(`${fail > 0 ? "FAILED" : "ok"} ${name}: ${pass} passed, ${fail} failed, ${seconds} s\n`);
}

/** One that breaks without a failed assertion (a crash, a bail-out), or ends without having tested anything, is a failure. */
async function carryOut(run) {
  const began = performance.now();
  const { code, output, complaints } = await outcome(run);
  const totals = readTotals(output);
  const isBroken = code !== 0 || totals.pass + totals.fail + totals.skip === 0;
  const fail = isBroken && totals.fail === 0 ? 1 : totals.fail;
  const explanation = `# ${run.name} (exit ${code})\n${failedLines(output)}${complaints}`;
  return { ...totals, fail, explanation, seconds: ((performance.now() - began) / 1000).toFixed(1) };
}

function outcome({ args, input }) {
  const env = { ...process.env, TAP: "1", TAP_TIMEOUT: String(fileTimeoutSeconds) };
  const stdio = [input === undefined ? "ignore" : "pipe", "pipe", "pipe"];
  const child = spawn(process.execPath, ["--enable-source-maps", ...args], { cwd: root, env, stdio });
  child.stdin?.end(input);
  const deadline = setTimeout(() => child.kill("SIGKILL"), fileKillSeconds * 1000);
  let output = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (complaints += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(deadline);
      resolve({ code: code ?? signal, output, complaints });
    });
  });
}

/** Every line that says "not ok", with the explanation that follows it. */
function failedLines(output) {
  return (output.match(/^ *not ok .*\n(?: *---\n(?:.*\n)*? *\.\.\.\n)?/gm) ?? []).join("");
}

function shortened(text) {
  const lines = text.split("\n");
  return lines.length <= shownLines ? text : `${lines.slice(0, shownLines).join("\n")}\n(and more)\n`;
}

/** tap closes with `# { total: 12, pass: 10, fail: 1, skip: 1 }`, leaving out what is zero; a crash leaves out all. */
function readTotals(output) {
  const line = output.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? "";
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { pass: count("pass"), fail: count("fail"), skip: count("skip") };
}

function allRuns() {
  const files = readdirSync(join(root, "dist/test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.js"))
    .sort()
    .map((file) => join("dist/test", file));
  const isSlow = (file) => slowFolders.some((folder) => file.startsWith(folder));
  const isShared = (file) =>
    sharedFolders.includes(dirname(file)) && !KEEPS_APART.test(readFileSync(join(root, file), "utf8"));
  const groups = sharedFolders.map((folder) =>
    together(
      folder,
      files.filter((file) => dirname(file) === folder && isShared(file)),
    ),
  );
  const rest = files.filter((file) => !isShared(file));
  return [...rest.filter(isSlow).map(alone), ...groups, ...rest.filter((file) => !isSlow(file)).map(alone)];
}

function alone(file) {
  return { name: file, args: [file], input: undefined };
}

function together(folder, files) {
  const input = files.map((file) => join(root, file)).join("\n");
  return { name: `${folder} (${files.length} files)`, args: ["scripts/test-group.mjs", folder], input };
}

function compiledName(name) {
  const file = relative(root, resolve(root, name));
  return file.endsWith(".ts") ? join("dist", file.replace(/\.ts$/, ".js")) : file;
}
