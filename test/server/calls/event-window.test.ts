// Reading the last seconds again without telling anything twice.

import t from "tap";
import { firstId, newId } from "../../../src/server/audit-event.js";
import { EVENT_WINDOW_MS, EventWindow } from "../../../src/server/calls/event-window.js";

const START_MS = 1_000_000;

function windowAt(nowMs: number) {
  const clock = { nowMs };
  return { clock, window: new EventWindow(START_MS, () => clock.nowMs) };
}

const eventAt = (atMs: number) => ({ eventId: newId(atMs), atMs });

t.test("an event is taken once, and one from before the start never", async (t) => {
  const { clock, window } = windowAt(START_MS);
  t.same(window.begin(), firstId(START_MS));
  const event = eventAt(START_MS);
  t.equal(window.take(event), true);
  t.equal(window.take(event), false);
  t.equal(window.take(eventAt(START_MS - 1)), false);
  window.end();
  clock.nowMs += EVENT_WINDOW_MS;
  t.same(window.begin(), firstId(START_MS));
  t.equal(window.take(event), false, "read again");
});

t.test("one that becomes visible late is taken, within the window", async (t) => {
  const { clock, window } = windowAt(START_MS + 60_000);
  window.begin();
  t.equal(window.take(eventAt(START_MS + 59_000)), true);
  window.end();
  clock.nowMs += 1_000;
  t.same(window.begin(), firstId(START_MS + 60_000 - EVENT_WINDOW_MS));
  t.equal(window.take(eventAt(START_MS + 52_000)), true);
  t.equal(window.take(eventAt(START_MS + 49_999)), false);
});

t.test("a pass that takes long gives nothing twice", async (t) => {
  const { clock, window } = windowAt(START_MS);
  const events = Array.from({ length: 50 }, (_, index) => eventAt(START_MS + index));
  window.begin();
  for (const event of events) {
    clock.nowMs += 1_000;
    t.equal(window.take(event), true);
  }
  window.end();
  window.begin();
  t.notOk(events.some((event) => window.take(event)));
});

t.test("what is remembered is bounded, and what is forgotten is not taken again", async (t) => {
  const { window } = windowAt(START_MS + 5_000);
  window.begin();
  const events = Array.from({ length: 4_000 }, (_, index) => eventAt(START_MS + index));
  t.ok(events.every((event) => window.take(event)));
  window.end();
  t.ok(Buffer.compare(window.begin(), firstId(START_MS + 2_999)) > 0);
  t.notOk(events.some((event) => window.take(event)));
});
