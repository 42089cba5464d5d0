import t from "tap";
import { SilenceQueue } from "../../../src/sniffer/stream/silence-queue.js";

t.test("whoever was silent for long enough is due, longest first, and speaking puts it off", async (t) => {
  const queue = new SilenceQueue<string>(60);
  t.equal(queue.nextDue(1e9), undefined);
  queue.heard("a", 100);
  queue.heard("b", 110);
  queue.heard("c", 120);
  queue.heard("a", 130);
  t.equal(queue.oldest, "b");
  t.equal(queue.nextDue(169), undefined);
  t.equal(queue.nextDue(170), "b");
  queue.delete("b");
  t.equal(queue.nextDue(170), undefined);
  t.equal(queue.nextDue(190), "c");
  queue.delete("c");
  t.equal(queue.nextDue(190), "a");
  queue.delete("a");
  t.equal(queue.nextDue(1e9), undefined);
  t.equal(queue.oldest, undefined);
  queue.heard("d", 0);
  t.equal(queue.nextDue(60), "d", "also after it was empty");
});

t.test("a clock that was set back makes them wait, and nothing is due without a limit", async (t) => {
  const queue = new SilenceQueue<string>(60);
  queue.heard("a", 1000);
  queue.heard("b", 10);
  t.equal(queue.nextDue(80), undefined);
  t.equal(queue.nextDue(1060), "a");
  const patient = new SilenceQueue<string>(Number.POSITIVE_INFINITY);
  patient.heard("a", 0);
  t.equal(patient.nextDue(1e12), undefined);
});
