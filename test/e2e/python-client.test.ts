// A client in another language, written by PROTOCOL.md alone, against the real server.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { startServer } from "../client/server-program.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const PASSWORD = "pythons read bytes as well";
/** Python says nothing and hangs when a connection does; this is only the end of a test that has failed already. */
const GIVE_UP_MS = 60_000;

function missingPython(): string | false {
  const { status, error } = spawnSync(PYTHON, ["-c", "import google.protobuf"]);
  return status === 0 ? false : `${PYTHON} with google.protobuf is not here${error ? ` (${error.message})` : ""}`;
}

/** Where the bootstrap could have installed it, its absence is a failure; elsewhere it is a reason to skip. */
function bootstrapInstalls(): boolean {
  return existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
}

const missing = missingPython();
if (missing !== false && bootstrapInstalls()) {
  t.fail(`${missing}: run "npm test", which installs python3-protobuf, or apt-get install python3-protobuf`);
}

t.test("a Python client registers, logs in and out, and understands every refusal", { skip: missing }, async (t) => {
  const folder = t.testdir();
  const server = await startServer(t, folder);
  const schema = join(folder, "schema.binpb");
  const built = spawnSync(join(root, "node_modules/.bin/buf"), ["build", "-o", schema], { cwd: root });
  t.equal(built.status, 0, String(built.stderr));

  const { status, steps, errors } = await runPython(["127.0.0.1", String(server.port), server.ca, schema, "Pythia"]);

  t.equal(errors, "");
  t.equal(status, 0);
  const invalid = { type: "earshot.accounts.v1.InvalidField", field: "password", reason: "2" };
  const taken = { type: "earshot.accounts.v1.UsernameTaken", username: "pythia" };
  t.same(steps, [
    { step: "a short password", code: 3, details: [invalid] },
    { step: "register", code: 0, username: "pythia" },
    { step: "register again", code: 6, details: [taken] },
    { step: "a wrong password", code: 16, details: [] },
    { step: "login", code: 0, username: "pythia" },
    { step: "whoami", code: 0, username: "pythia" },
    { step: "whoami without a token", code: 16, details: [] },
    { step: "logout", code: 0, username: null },
    { step: "whoami after logout", code: 16, details: [] },
  ]);
  t.notMatch(server.log(), PASSWORD, "the server's log does not hold the password");
});

t.test("the Python client imports nothing beyond the standard library and google.protobuf", async (t) => {
  const modules = ["accounts.py", "earshot.py"].flatMap((name) =>
    [...readFileSync(join(root, "test/e2e/python", name), "utf8").matchAll(/^(?:import|from) ([\w.]+)/gm)].map(
      ([, m]) => m,
    ),
  );
  t.same([...new Set(modules)].sort(), ["earshot", "google.protobuf", "json", "os", "socket", "ssl", "sys"]);
});

async function runPython(args: string[]): Promise<{ status: number | null; steps: unknown[]; errors: string }> {
  const child = spawn(PYTHON, [join(root, "test/e2e/python/accounts.py"), ...args], {
    env: { ...process.env, EARSHOT_PASSWORD: PASSWORD, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: GIVE_UP_MS,
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const steps: unknown[] = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { status, steps, errors };
}
