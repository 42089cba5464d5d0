// docs/rpc.md: each block of its code stands in guide-example.ts, which is compiled and run here.

import { readFileSync } from "node:fs";
import t from "tap";
import { testAuthority } from "../helpers/rpc-pair.js";
import { runGuide } from "./guide-example.js";

const root = new URL("../../../", import.meta.url);

function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim());
}

t.test("every block of code in the guide is in the example, line by line", async (t) => {
  const guide = readFileSync(new URL("docs/rpc.md", root), "utf8");
  const example = lines(readFileSync(new URL("test/rpc/guide-example.ts", root), "utf8")).join("\n");
  const blocks = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => lines(code).join("\n").trim());
  t.equal(blocks.length, 5);
  for (const block of blocks) {
    t.ok(example.includes(block), block.slice(0, block.indexOf("\n")));
  }
});

t.test("the example does what the guide says", async (t) => {
  const { ca, server } = await testAuthority();
  t.same(await runGuide({ ...server, ca }), [
    "0",
    "1",
    "2",
    "one",
    "two",
    "HELLO 11",
    "what an example looks like",
    "earshot.test.v1.EchoService/Unary true",
  ]);
});
