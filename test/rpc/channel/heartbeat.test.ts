// When a silent peer is asked, and when it is given up.

import t from "tap";
import { Heartbeat } from "../../../src/rpc/channel/heartbeat.js";

t.test("without an agreed interval nobody is asked", (t) => {
  const heartbeat = new Heartbeat(100, 0);
  t.equal(heartbeat.dueAt, Number.POSITIVE_INFINITY);
  heartbeat.heard(50);
  t.equal(heartbeat.dueAt, Number.POSITIVE_INFINITY);
  t.equal(heartbeat.isAsked, false);
  t.end();
});

t.test("silence leads to a question, and silence after that to the end", (t) => {
  const heartbeat = new Heartbeat(100, 0);
  heartbeat.intervalMs = 1000;
  t.equal(heartbeat.dueAt, 1000);
  heartbeat.asked(1007);
  t.equal(heartbeat.isAsked, true);
  t.equal(heartbeat.dueAt, 1107);
  t.end();
});

t.test("whatever is heard is an answer", (t) => {
  const heartbeat = new Heartbeat(100, 0);
  heartbeat.intervalMs = 1000;
  heartbeat.heard(400);
  t.equal(heartbeat.dueAt, 1400);
  heartbeat.asked(1400);
  heartbeat.heard(1450);
  t.equal(heartbeat.isAsked, false);
  t.equal(heartbeat.dueAt, 2450);
  t.end();
});

t.test("a new interval holds from what was heard last", (t) => {
  const heartbeat = new Heartbeat(100, 0);
  heartbeat.heard(300);
  heartbeat.intervalMs = 50;
  t.equal(heartbeat.dueAt, 350);
  t.end();
});
