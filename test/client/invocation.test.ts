// Command lines: what they mean, and that a mistake is explained without repeating what was typed.
import t from "tap";
import { COMMANDS } from "../../src/client/commands/command-list.js";
import { commandOverview, decodeArguments } from "../../src/client/invocation.js";

t.before(() => {
  delete process.env["EARSHOT_SERVER"];
});

t.test("a command with all its flags", async (t) => {
  const args = "login alice --server a.example:1 --ca ca.pem --password-stdin --print-token --json --timeout 2.5";
  t.match(await decodeArguments([...args.split(" "), "--max-tls", "1.2", "--keylog", "k"]), {
    command: "login",
    name: "alice",
    flags: {
      server: "a.example:1",
      ca: "ca.pem",
      passwordStdin: true,
      printToken: true,
      json: true,
      timeout: 2.5,
      maxTls: "1.2",
      keylog: "k",
    },
  });
});

t.test("the defaults, and EARSHOT_SERVER", async (t) => {
  const plain = await decodeArguments(["whoami"]);
  t.match(plain, { command: "whoami", name: undefined, flags: { server: "127.0.0.1:7443", timeout: 10 } });
  process.env["EARSHOT_SERVER"] = "b.example:2";
  t.teardown(() => delete process.env["EARSHOT_SERVER"]);
  t.equal((await decodeArguments(["whoami"]))?.flags.server, "b.example:2");
  t.equal((await decodeArguments(["whoami", "--server", "c.example:3"]))?.flags.server, "c.example:3");
});

t.test("revoke takes the id of a session, and then the name", async (t) => {
  t.match(await decodeArguments(["revoke", "01ab"]), { command: "revoke", sessionId: "01ab", name: undefined });
  t.match(await decodeArguments(["revoke", "01ab", "alice"]), { command: "revoke", sessionId: "01ab", name: "alice" });
});

t.test("the flags of single commands", async (t) => {
  const decoded = async (text: string) => (await decodeArguments(text.split(" ")))?.flags;
  t.match(await decoded("logout --everywhere --keep-current"), { everywhere: true, keepCurrent: true });
  t.match(await decoded("export --output x.json --force"), { output: "x.json", force: true });
  t.match(await decoded("delete-account alice --yes --password-stdin"), { yes: true, passwordStdin: true });
  t.match(await decoded("watch --since 2026-01-31"), { since: new Date("2026-01-31T00:00:00Z") });
  t.match(await decoded("reset-password alice --password-stdin"), { passwordStdin: true });
});

t.test("the overview has every command in its group", async (t) => {
  const overview = commandOverview();
  for (const { name, group } of COMMANDS) {
    t.match(overview.slice(overview.indexOf(`\n${group}\n`)), new RegExp(`\\n {2}${name} [<[]`));
  }
  t.match(overview, /\nAny service:\n {2}call \[METHOD\] \[JSON\]/);
  t.notMatch(overview, "[options]");
});

// Where a password could be typed by mistake.
const SECRET = "Zebra-Quartz-77";
const MISTAKES: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["login", "alice", SECRET], /never an argument.*--password-stdin/],
  [["whoami", "alice", SECRET], /never an argument/],
  [["login", "alice", `--password=${SECRET}`], /never an argument/],
  [["login", "alice", "--password", SECRET], /never an argument/],
  [["login", "alice", "--pass", SECRET], /never an argument/],
  [["login", "alice", "-p", SECRET], /never an argument/],
  [["login", "alice", `-p${SECRET}`], /never an argument/],
  [["login", "alice", `-x${SECRET}`], /no such flag/],
  [["login", "alice", `--${SECRET}`], /no such flag/],
  [["login", "alice", "--sever", "a:1"], /did you mean --server/],
  [["logn", SECRET], /did you mean login/],
  [[SECRET], /no such command/],
  [["login"], /name of the account is missing/],
  [[], /command is missing/],
  [["login", "alice", "--timeout", SECRET], /takes seconds/],
  [["login", "alice", "--timeout", "0"], /takes seconds/],
  [["login", "alice", "--timeout", ""], /takes seconds/],
  [["login", "alice", "--max-tls", "1.1"], /1\.2, 1\.3/],
  [["login", "alice", "--plaintext", "--ca", "x"], /cannot be used with/],
  [["login", "alice", "--insecure", "--accept-new"], /cannot be used with/],
  [["passwd", "alice", SECRET], /never an argument/],
  [["passwd", `--new-password=${SECRET}`], /no such flag/],
  [["delete-account", "alice", SECRET], /never an argument/],
  [["reset-password", "alice", SECRET], /never an argument/],
  [["reset-password"], /name of the account is missing/],
  [["revoke"], /id of the session is missing/],
  [["revoke", "01ab", "alice", SECRET], /id of a session, and maybe the name/],
  [["logout", "--keep-current"], /goes with --everywhere/],
  [["watch", "--since", SECRET], /takes a time such as/],
  [["watch", "--since", "9999-12-31"], /still to come/],
  [["export", "--output"], /--output/],
  [["whoami", "--password-stdin"], /no such flag/],
  [["register", "alice", "--print-token"], /no such flag/],
];
for (const [args, says] of MISTAKES) {
  t.test(`"client ${args.join(" ")}" is explained`, async (t) => {
    const written: string[] = [];
    t.capture(process.stderr, "write", (text: string) => written.push(text));
    const mistake = await decodeArguments(args).then(
      () => undefined,
      (error: unknown) => error,
    );
    t.match(mistake, { code: "usage", message: says });
    t.notMatch(String(mistake) + written.join(""), SECRET);
  });
}

for (const args of [
  ["--help"],
  ["help", "login"],
  ["register", "--help"],
  ["login", "-h"],
  ["whoami", "--help"],
  ["logout", "--help"],
  ["help", "revoke"],
  ["passwd", "--help"],
  ["reset-password", "--help"],
  ["export", "--help"],
  ["delete-account", "--help"],
  ["watch", "--help"],
]) {
  t.test(`client ${args.join(" ")} prints help with examples`, async (t) => {
    const written: string[] = [];
    t.capture(process.stdout, "write", (text: string) => written.push(text));
    t.equal(await decodeArguments(args), undefined);
    t.match(written.join(""), /Usage: client .*Examples:\n {2}client /s);
  });
}
