// The commands for accounts: what each is called, takes and says of itself.
import { Option } from "commander";
import { decodeTime } from "./time-option.js";

export type CommandName =
  | "register"
  | "login"
  | "whoami"
  | "logout"
  | "sessions"
  | "revoke"
  | "passwd"
  | "upgrade"
  | "reset-password"
  | "export"
  | "delete-account"
  | "watch";

export interface CommandDescription {
  readonly name: CommandName;
  readonly group: string;
  /** As help writes them: `<NAME>` has to be given, `[NAME]` may be. */
  readonly operands: readonly ("<NAME>" | "[NAME]" | "<SESSION_ID>")[];
  readonly summary: string;
  /** What stands below the summary in the help of the command. */
  readonly notes?: string;
  readonly options: () => readonly Option[];
  /** What --timeout limits, where it is not what it is elsewhere. */
  readonly timeout?: string;
  readonly examples: readonly string[];
}

const ACCOUNT = "Account:";
const SESSIONS = "Sessions:";

export const COMMANDS: readonly CommandDescription[] = [
  {
    name: "register",
    group: ACCOUNT,
    operands: ["<NAME>"],
    summary: "Make an account; the password is asked for twice.",
    options: () => [passwordStdin("read the password from the first line of standard input"), opaque()],
    examples: [
      "client register alice --ca certs/ca.pem",
      "client register alice --opaque --ca certs/ca.pem",
      "pass show earshot | client register alice --password-stdin --accept-new",
    ],
  },
  {
    name: "login",
    group: SESSIONS,
    operands: ["<NAME>"],
    summary: "Open a session and keep its token for later commands.",
    notes: "An account that logs in by OPAQUE takes --opaque the first time on each machine, and never again.",
    options: () => [
      passwordStdin("read the password from the first line of standard input"),
      opaque(),
      new Option("--print-token", "show the session token; whoever sees it is you"),
    ],
    examples: ["client login alice --ca certs/ca.pem", "client login alice --server accounts.example:7443 --json"],
  },
  {
    name: "whoami",
    group: SESSIONS,
    operands: ["[NAME]"],
    summary: "Tell whose session this is: NAME's, or that of the last login at this server.",
    options: () => [],
    examples: ["client whoami --ca certs/ca.pem", "client whoami alice --json"],
  },
  {
    name: "logout",
    group: SESSIONS,
    operands: ["[NAME]"],
    summary: "End the session, or with --everywhere all sessions, here and on the server.",
    options: () => [
      new Option("--everywhere", "end all sessions of the account"),
      new Option("--keep-current", "with --everywhere: all but this one"),
    ],
    examples: ["client logout --ca certs/ca.pem", "client logout alice --everywhere --keep-current"],
  },
  {
    name: "sessions",
    group: SESSIONS,
    operands: ["[NAME]"],
    summary: "List the open sessions of the account.",
    notes: "Times are UTC. The address is where the session was opened from.",
    options: () => [],
    examples: ["client sessions", "client sessions --json"],
  },
  {
    name: "revoke",
    group: SESSIONS,
    operands: ["<SESSION_ID>", "[NAME]"],
    summary: "End one session of the account.",
    notes: "SESSION_ID is what client sessions shows, or so much of its beginning that it fits one alone.",
    options: () => [],
    examples: ["client revoke 019a2b3c4d5e", "client revoke 019a2b3c4d5e alice"],
  },
  {
    name: "passwd",
    group: ACCOUNT,
    operands: ["[NAME]"],
    summary: "Change the password, and end all other sessions.",
    notes: "Asks for the current password, and twice for the new one.",
    options: () => [passwordStdin("read the current password, then the new one, a line each"), opaque()],
    examples: ["client passwd", "client passwd alice --password-stdin < both-passwords"],
  },
  {
    name: "upgrade",
    group: ACCOUNT,
    operands: ["[NAME]"],
    summary: "Move the account to OPAQUE, which never sends its password again.",
    notes:
      "Asks for the password, sends it this once more, and ends all other sessions. From then on no command sends it, " +
      "whatever the server says; on other machines, log in once with --opaque.",
    options: () => [passwordStdin("read the password from the first line of standard input")],
    examples: ["client upgrade", "client upgrade alice --password-stdin < password"],
  },
  {
    name: "reset-password",
    group: ACCOUNT,
    operands: ["<NAME>"],
    summary: "Exchange a code from whoever runs the server for a new password.",
    notes: "Asks for the code, and twice for the new password. It ends all sessions.",
    options: () => [passwordStdin("read the code, then the new password, a line each"), opaque()],
    examples: ["client reset-password alice"],
  },
  {
    name: "export",
    group: ACCOUNT,
    operands: ["[NAME]"],
    summary: "Show all that the server keeps of the account, as one JSON document.",
    options: () => [
      new Option("--output <FILE>", "write it there, for you alone to read"),
      new Option("--force", "replace FILE when it exists"),
    ],
    timeout: "for the connection, and for each pause of the server",
    examples: ["client export | less", "client export --output alice.json", "client export --json | jq '.events[]'"],
  },
  {
    name: "delete-account",
    group: ACCOUNT,
    operands: ["[NAME]"],
    summary: "Delete the account, for ever.",
    notes: "Asks for the password, and for the name once more.",
    options: () => [
      passwordStdin("read the password from the first line of standard input"),
      opaque(),
      new Option("--yes", "do not ask for the name"),
    ],
    examples: ["client delete-account", "client delete-account alice --yes --password-stdin < password"],
  },
  {
    name: "watch",
    group: ACCOUNT,
    operands: ["[NAME]"],
    summary: "Show what happens to the account, a line each, until Ctrl-C.",
    notes:
      "Logins, failed ones too, changes, sessions that end: with time (UTC) and address. " +
      "After a lost connection it goes on by itself, with nothing left out or told twice.",
    options: () => [
      new Option("--since <TIME>", "begin there: 2026-01-31, 2026-01-31T12:00, 30m, 12h or 7d ago").argParser((text) =>
        decodeTime(text, new Date()),
      ),
    ],
    timeout: "for the connection",
    examples: ["client watch", "client watch --since 7d --json | jq -r .kind"],
  },
];

/** Never needed again for an account that was once used with it. */
function opaque(): Option {
  return new Option("--opaque", "never send the password: log in by OPAQUE (RFC 9807)");
}

function passwordStdin(summary: string): Option {
  return new Option("--password-stdin", summary);
}
