// docs/client.md: each block of its code stands in guide-example.ts, which is compiled and run here; and its table is whole.
import { readFileSync } from "node:fs";
import t from "tap";
import { EXIT_STATUS } from "../../src/client/client-error.js";
import { OpaqueAccounts } from "../fixtures/opaque-accounts.js";
import { testAuthority } from "../helpers/rpc-pair.js";
import { runGuide } from "./guide-example.js";

const root = new URL("../../../", import.meta.url);
const guide = readFileSync(new URL("docs/client.md", root), "utf8");

function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim());
}

t.test("every block of code in the guide is in the example, line by line", async (t) => {
  const example = lines(readFileSync(new URL("test/client/guide-example.ts", root), "utf8")).join("\n");
  const blocks = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => lines(code).join("\n").trim());
  t.equal(blocks.length, 4);
  for (const block of blocks) t.ok(example.includes(block), block.slice(0, block.indexOf("\n")));
});

t.test("the example does what the guide says", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { ca } = await testAuthority();
  const kept = new Map<string, string>();
  const place = { port: running.connection.peer.port, ca, password: "tiger lamp ocean 42", kept };
  t.same(await runGuide(place), ["alice true", "bob", "bad_login UNAUTHENTICATED"]);
  t.match(kept.get("accounts.example key"), /^A/);
});

t.test("the table of errors has every code, with its exit status", async (t) => {
  const told = new Map<string, number>();
  for (const [, codes = "", status] of guide.matchAll(/^\| (`.*?) \|.*\| (\d+) \|$/gm)) {
    for (const [, code = ""] of codes.matchAll(/`(\w+)`/g)) told.set(code, Number(status));
  }
  t.same(Object.fromEntries(told), EXIT_STATUS);
});
