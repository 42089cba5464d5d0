// The `server` command by hand: help, mistakes, and the one sentence that each gets.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect } from "../../src/rpc/index.js";
import { dial, ServerProcess, stop } from "./server-program.js";

const run = (t: Test, args: readonly string[], env?: NodeJS.ProcessEnv) => new ServerProcess(t, args, env).ended();
const FREE = ["--listen", "127.0.0.1:0"];

t.test("help and version", async (t) => {
  const [help, version] = await Promise.all([run(t, ["--help"]), run(t, ["--version"])]);
  t.equal(help.code, 0);
  t.match(help.stdout, /Examples:\n {2}server --cert certs\//);
  t.notMatch(help.stdout, "scrypt-cost");
  t.equal(version.code, 0);
  t.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

t.test("mistakes of usage end with 2 and name what is wrong", async (t) => {
  const cases: [string[], RegExp][] = [
    [[], /server --cert certs\//],
    [["--cert", "certs", "--listen", "7443"], /HOST:PORT/],
    [["--cert", "certs", "--min-tls", "1.1"], /1\.2, 1\.3/],
    [["--cert", "certs", "--frobnicate"], /unknown option '--frobnicate'/],
    [["--cert", "certs", "start"], /too many arguments/],
    [["--plaintext", "--scrypt-cost", "40"], /1 to 17/],
    [["--plaintext", ...FREE, "--database", "postgres://app:hunter2@db/x"], /sqlite:FILE/],
    [["--plaintext", ...FREE, "--database", "mysql://app:hunter2@db"], /mysql:\/\/USER:PASSWORD@HOST/],
  ];
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stdout, stderr } = await run(t, args);
      t.equal(code, 2, `${args.join(" ")}: ${stderr}`);
      t.match(stderr, message);
      t.equal(stdout, "");
      t.notMatch(stderr, /hunter2| {4}at /);
    }),
  );
});

t.test("what keeps it from starting is one sentence, and ends with 1", async (t) => {
  const folder = t.testdir({ "notes.txt": "x".repeat(5_000), certs: { "key.pem": "junk" } });
  const taken = createServer();
  await new Promise<Server>((resolve) => taken.listen({ host: "127.0.0.1", port: 0 }, () => resolve(taken)));
  t.teardown(() => taken.close());
  const address = taken.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const database = ["--database", join(folder, "a.db")];
  const cases: [string[], RegExp][] = [
    [
      ["--plaintext", "--listen", `127.0.0.1:${port}`, ...database],
      /127\.0\.0\.1:\d+: another program listens.*--listen/,
    ],
    [["--cert", join(folder, "notes.txt"), ...FREE, ...database], /notes\.txt: cannot be read as a folder/],
    [["--cert", join(folder, "certs"), ...FREE, ...database], /key\.pem: holds no PEM/],
    [["--plaintext", ...FREE, "--database", join(folder, "notes.txt")], /not a SQLite database/],
    [["--plaintext", ...FREE, "--database", join(folder, "no", "a.db")], /folder exists/],
    [
      ["--plaintext", ...FREE, "--database", "mysql://app:hunter2@127.0.0.1:1/app"],
      /mysql:\/\/app@127\.0\.0\.1:1\/app: .*cannot be reached/,
    ],
  ];
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stdout, stderr } = await run(t, args);
      const said = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("WARNING"));
      t.equal(code, 1, stderr);
      t.equal(said.length, 1, stderr);
      t.match(said[0], /^server: /);
      t.match(said[0], message);
      t.equal(stdout, "");
      t.notMatch(stderr, /hunter2/);
    }),
  );
});

t.test("--plaintext serves without TLS and warns loudly", async (t) => {
  const server = new ServerProcess(t, [
    "--plaintext",
    ...FREE,
    "--database",
    join(t.testdir(), "a.db"),
    "--scrypt-cost",
    "4",
  ]);
  const connection = await connect({ host: "127.0.0.1", port: await server.listening(), plaintext: true });
  const accounts = connection.client(AccountServiceDefinition);
  await t.resolves(accounts.register({ username: "alice", password: "tiger lamp ocean 42" }));
  connection.close();
  const { code, stdout, stderr } = await stop(server);
  t.equal(code, 0);
  t.match(stdout, /\(PLAINTEXT, database /);
  t.match(stderr, /^WARNING: --plaintext/);
});

t.test("TLS 1.2 is refused unless it is asked for", async (t) => {
  const folder = t.testdir();
  const certs = join(folder, "certs");
  const args = ["--cert", certs, ...FREE, "--database", join(folder, "a.db")];
  const strict = new ServerProcess(t, args);
  const tls = { insecure: true, maxVersion: "TLSv1.2" } as const;
  const strictPort = await strict.listening();
  await t.rejects(connect({ host: "127.0.0.1", port: strictPort, tls }), { message: /TLS versions/ });
  t.equal((await stop(strict)).code, 0);
  const lenient = new ServerProcess(t, [...args, "--min-tls", "1.2"]);
  const connection = await connect({ host: "127.0.0.1", port: await lenient.listening(), tls });
  connection.close();
  t.match((await stop(lenient)).stdout, /TLS 1\.2 and 1\.3/);
});

t.test("an exposed key is warned of, and used", async (t) => {
  const folder = t.testdir();
  const certs = join(folder, "certs");
  const args = ["--cert", certs, ...FREE, "--database", join(folder, "a.db")];
  const first = new ServerProcess(t, args);
  await first.listening();
  t.equal((await stop(first)).code, 0);
  chmodSync(join(certs, "server-key.pem"), 0o644);
  const second = new ServerProcess(t, args);
  await dial(t, await second.listening(), certs);
  t.match((await stop(second)).stderr, /warning certificate message=.*chmod 600/);
});

t.test("a second signal does not wait for calls", async (t) => {
  const folder = t.testdir();
  const certs = join(folder, "certs");
  mkdirSync(certs);
  writeFileSync(join(certs, "README.md"), "");
  const args = ["--cert", certs, ...FREE, "--database", join(folder, "a.db"), "--scrypt-cost", "17"];
  const server = new ServerProcess(t, args);
  const accounts = await dial(t, await server.listening(), certs);
  const calls = Array.from({ length: 8 }, (_, index) =>
    accounts.register({ username: `user${index}`, password: "tiger lamp ocean 42" }).catch((error) => error),
  );
  await accounts.whoAmI({}).catch((error) => error);
  server.signal("SIGINT");
  server.signal("SIGTERM");
  t.equal((await server.ended()).code, 1);
  t.ok((await Promise.all(calls)).some((result) => result instanceof Error));
});
