import t from "tap";
import { clockText, encodeProgress, Progress } from "../../../src/sniffer/report/progress.js";
import { StatusLine } from "../../../src/sniffer/report/status-line.js";

const GIGABYTE = 1e9;
const at = (readBytes: number, seconds: number, cells = 79) =>
  encodeProgress({ readBytes, totalBytes: GIGABYTE, seconds }, cells);

t.test("the bar grows with the share, and never beyond its end", async (t) => {
  t.equal(at(0, 0), `[${".".repeat(30)}]   0%`);
  t.equal(at(GIGABYTE / 2, 0.1), `[${"#".repeat(15)}${".".repeat(15)}]  50%`);
  t.equal(at(GIGABYTE, 2), `[${"#".repeat(30)}] 100%  500 MB/s  0:00 left`);
  t.match(at(2 * GIGABYTE, 2), "100%");
});

t.test("how fast, and how long still, once that can be told", async (t) => {
  t.match(at(0.25 * GIGABYTE, 1), "25%  250 MB/s  0:03 left");
  t.match(at(0.001 * GIGABYTE, 1), "0%  1.0 MB/s  16:39 left");
  t.same([2, 754, 3723].map(clockText), ["0:02", "12:34", "1:02:03"]);
});

t.test("it fits into narrow terminals", async (t) => {
  for (const cells of [40, 60, 79, 200]) t.ok(at(GIGABYTE / 3, 4000, cells).length <= cells, `${cells} cells`);
});

t.test("small files, and nobody there: nothing is shown", async (t) => {
  const written: string[] = [];
  const status = new StatusLine(
    (text) => written.push(text),
    () => 80,
  );
  const small = new Progress(status);
  small.begin(1000);
  small.show(500);
  const pipe = new Progress(status);
  pipe.begin(undefined);
  pipe.show(500);
  const nobody = new Progress();
  nobody.begin(GIGABYTE);
  nobody.show(500);
  t.same(written, []);
});

t.test("a small file that takes long shows it after a moment: packed ones do", async (t) => {
  const written: string[] = [];
  let nowMs = 0;
  const status = new StatusLine(
    (text) => written.push(text),
    () => 80,
  );
  const progress = new Progress(status, () => nowMs);
  progress.begin(1000);
  progress.show(10);
  t.same(written, []);
  nowMs = 1000;
  progress.show(100);
  t.match(written[0], "10%");
});

t.test("each percent is drawn once, and the line is gone at the end", async (t) => {
  const written: string[] = [];
  const progress = new Progress(
    new StatusLine(
      (text) => written.push(text),
      () => 80,
    ),
  );
  progress.begin(GIGABYTE);
  for (let read = 0; read <= GIGABYTE; read += GIGABYTE / 1000) progress.show(read);
  progress.end();
  t.equal(written.length, 102);
  t.match(written[50], "]  50%");
  t.equal(written.at(-1), "\r\u001b[J");
});

t.test("lines that are printed meanwhile hide it for no longer than they take", async (t) => {
  const written: string[] = [];
  const status = new StatusLine(
    (text) => written.push(text),
    () => 80,
  );
  const progress = new Progress(status, () => 0);
  progress.begin(GIGABYTE);
  progress.show(GIGABYTE / 2);
  status.hide();
  progress.show(GIGABYTE / 2 + 1);
  t.match(written.at(-1), "50%");
  const { length } = written;
  progress.show(GIGABYTE / 2 + 2);
  t.equal(written.length, length, "what stands there is not drawn again");
});
