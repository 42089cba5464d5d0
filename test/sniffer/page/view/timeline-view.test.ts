import t from "tap";
import type { Bar } from "../../../../src/sniffer/page/page-model.js";
import { renderTimeline } from "../../../../src/sniffer/page/view/timeline-view.js";

const bar = (time: number): Bar => ({ side: "client", class: "plaintext", type: 0, frame: 1, time, length: 9 });

t.test("a part of the time in which nothing was sent is not told as silence all along", async (t) => {
  const quiet = renderTimeline([bar(0), bar(8)], { mode: "time", from: 0.25, to: 0.5 }).text;
  t.match(quiet, "by time, 2.00 s to 4.00 s: nothing was sent in this part");
  t.notMatch(quiet, "nothing was said");
  t.match(renderTimeline([], { mode: "time", from: 0, to: 1 }).text, "nothing was said");
});
