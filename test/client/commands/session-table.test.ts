// Sessions in a table, and below each other where there is no room for one.
import t from "tap";
import { sessionTable } from "../../../src/client/commands/session-table.js";
import { listedSession } from "./listed-session.js";

const SESSIONS = [
  listedSession("01a206b466af736b86dc811c572f4c68", { isCurrent: true }),
  listedSession("01b206b466af736b86dc811c572f4c68", { address: "2001:db8::\x1b[2J1" }),
];

t.test("a table where nobody counts columns, or there are enough", async (t) => {
  const table = [
    "SESSION       OPENED (UTC)      LAST USED         ADDRESS",
    "01a206b466af  2026-01-02 03:04  2026-01-03 04:05  192.0.2.1        this one",
    "01b206b466af  2026-01-02 03:04  2026-01-03 04:05  2001:db8::?[2J1",
  ];
  t.same(sessionTable(SESSIONS, undefined), table);
  t.same(sessionTable(SESSIONS, 80), table);
});

t.test("a few lines for each on a narrow terminal", async (t) => {
  const lines = sessionTable(SESSIONS, 40);
  t.same(lines.slice(0, 4), [
    "01a206b466af (this one)",
    "  opened 2026-01-02 03:04",
    "  used   2026-01-03 04:05",
    "  from   192.0.2.1",
  ]);
  t.ok(lines.every((line) => line.length <= 40));
});
