// The command line of `client call`, and its mistakes, told without repeating what was typed.
import t from "tap";
import { decodeArguments } from "../../../src/client/invocation.js";

t.before(() => {
  delete process.env["EARSHOT_SERVER"];
});

t.test("a call with all its flags", async (t) => {
  const flags = [
    "--proto",
    "p",
    "--session",
    "--pretty",
    "--timeout",
    "2.5",
    "--metadata",
    "A=b=c",
    "--metadata",
    "a=",
  ];
  t.match(await decodeArguments(["call", "Shop/Buy", "-", ...flags]), {
    command: "call",
    method: "Shop/Buy",
    messages: "-",
    timeoutGiven: true,
    flags: {
      proto: "p",
      session: true,
      pretty: true,
      timeout: 2.5,
      metadata: [
        ["a", "b=c"],
        ["a", ""],
      ],
    },
  });
});

t.test("a message is optional; a time limit counts for streams only if it is given", async (t) => {
  t.match(await decodeArguments(["call", "Shop/Buy"]), {
    messages: undefined,
    timeoutGiven: false,
    flags: { timeout: 10, metadata: undefined },
  });
  const again = await decodeArguments(["call", "Shop/Buy", "--metadata", "k=v"]);
  t.same(again?.command === "call" && again.flags.metadata, [["k", "v"]], "nothing is left of an earlier command line");
});

t.test("questions take no method", async (t) => {
  t.match(await decodeArguments(["call", "--list"]), { method: undefined, flags: { list: true } });
  t.match(await decodeArguments(["call", "--describe", "Shop"]), { flags: { describe: "Shop" } });
});

const SECRET = "Zebra-Quartz-77";
const MISTAKES: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["call"], /method is missing; client call --list/],
  [["call", SECRET, "--list"], /take no method/],
  [["call", "a/B", "{}", SECRET], /one argument of JSON; put that in quotes/],
  [["call", "--list", "--describe", "x"], /cannot be used with/],
  [["call", "--list", "--session"], /cannot be used with/],
  [["call", "a/B", "--metadata", SECRET], /takes KEY=VALUE/],
  [["call", "a/B", "--metadata", `=${SECRET}`], /takes KEY=VALUE/],
  [["call", "a/B", "--timeout", SECRET], /takes seconds/],
  [["call", "a/B", `--${SECRET}`], /no such flag/],
];

for (const [args, says] of MISTAKES) {
  t.test(`refused: ${args.join(" ").replaceAll(SECRET, "…")}`, async (t) => {
    const refused = decodeArguments(args).then(
      () => undefined,
      (error: unknown) => error,
    );
    const error = await refused;
    t.match(error, { code: "usage", message: says });
    t.notMatch(error instanceof Error ? error.message : "", SECRET);
  });
}
