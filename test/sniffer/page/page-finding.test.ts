import t from "tap";
import type { FindingEvent } from "../../../src/sniffer/event.js";
import { keepFinding } from "../../../src/sniffer/page/page-finding.js";
import type { PageFinding } from "../../../src/sniffer/page/page-model.js";
import { heldBytes } from "../../helpers/held-bytes.js";

function finding(value: string): FindingEvent {
  const evidence = { frame: 1, offset: 0, length: value.length };
  return {
    event: "finding",
    conversation: 0,
    side: "client",
    visibility: "readable",
    what: "username",
    value,
    evidence,
  };
}

t.test("the same one is counted, others are kept up to the limit", async (t) => {
  const kept = new Map<string, PageFinding>();
  const left = ["alice", "alice", "bob", "carol"].map((name) => keepFinding(kept, finding(name), (size) => size < 2));
  t.same(left, [0, 0, 0, 1]);
  t.same(
    [...kept.values()].map(({ value, count }) => [value, count]),
    [
      ["alice", 2],
      ["bob", 1],
    ],
  );
});

t.test("long texts are cut, and of what they were a part of nothing is held", async (t) => {
  const kept = new Map<string, PageFinding>();
  const before = heldBytes();
  for (let index = 0; index < 100; index++) {
    const body = Buffer.alloc(0x10000, `${index} `).toString("latin1");
    keepFinding(kept, finding(body), () => true);
    keepFinding(kept, finding(body.slice(0, 30)), () => true);
  }
  const each = (heldBytes() - before) / kept.size;
  t.equal(kept.size, 200);
  t.ok(each < 4096, `${Math.round(each)} bytes each`);
  t.ok([...kept.values()].every(({ value = "" }) => value.length <= 401));
});
