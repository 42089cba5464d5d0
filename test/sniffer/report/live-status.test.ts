import t from "tap";
import { encodeLiveStatus, type LiveState } from "../../../src/sniffer/report/live-status.js";
import { choosePaint } from "../../../src/sniffer/report/paint.js";
import { StatusLine } from "../../../src/sniffer/report/status-line.js";

const STATE: LiveState = {
  seconds: 12.4,
  ofSeconds: 60,
  packets: 1234,
  bytes: 1_250_000,
  packetsPerSecond: 345.2,
  conversations: 12,
  readable: 3,
  drops: 0,
};

t.test("how long, how much, how fast, and what could be read", async (t) => {
  t.equal(encodeLiveStatus(STATE, 79), "capturing 0:12, 0:48 left  1,234 packets  3 readable  12 open  1.3 MB  345/s");
  t.equal(
    encodeLiveStatus({ ...STATE, ofSeconds: undefined, readable: 0, drops: 7, bytes: 999 }, 79),
    "capturing 0:12  1,234 packets  7 dropped  12 open  999 bytes  345/s",
  );
  t.match(encodeLiveStatus({ ...STATE, seconds: 61 }, 79), "0:00 left");
});

t.test("narrow terminals get what matters most, and never two lines", async (t) => {
  for (let cells = 10; cells < 100; cells++) {
    const plain = encodeLiveStatus(STATE, cells);
    t.ok(plain.length <= cells, `${cells} cells`);
    const painted = encodeLiveStatus(STATE, cells, choosePaint({ FORCE_COLOR: "1" }, true));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colour is.
    t.equal(painted.replace(/\u001b\[\d+m/g, ""), plain);
  }
  t.equal(encodeLiveStatus(STATE, 45), "capturing 0:12, 0:48 left  1,234 packets");
});

t.test("the line is hidden once, and drawn over itself", async (t) => {
  const written: string[] = [];
  const status = new StatusLine(
    (text) => written.push(text),
    () => undefined,
  );
  t.equal(status.cells, 79);
  status.hide();
  status.restore();
  status.show("one");
  status.show("two");
  status.hide();
  status.hide();
  status.restore();
  status.restore();
  const [erase, shown] = ["\r\u001b[J", (text: string) => `\r\u001b[J\u001b[?7l${text}\u001b[?7h\r`];
  t.same(written, [shown("one"), shown("two"), erase, shown("two")]);
});

t.test("in a terminal that became narrower, the old line does not come back", async (t) => {
  const written: string[] = [];
  let columns = 80;
  const status = new StatusLine(
    (text) => written.push(text),
    () => columns,
  );
  status.show("wide");
  status.hide();
  columns = 40;
  status.restore();
  t.equal(written.length, 2);
});
