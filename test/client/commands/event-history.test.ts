// Which events are told, and where a broken watch begins again.
import t from "tap";
import { EventHistory } from "../../../src/client/commands/event-history.js";

const START = 1_800_000_000_000;
const event = (id: string, atMs: number) => ({ eventId: id, at: new Date(START + atMs) });
const resume = (history: EventHistory) => history.resumeAt.getTime() - START;

t.test("an event is told once", async (t) => {
  const history = new EventHistory(new Date(START));
  t.same(
    ["a", "b", "a", "b", "c"].map((id, index) => history.take(event(id, index))),
    [true, true, false, false, true],
  );
});

t.test(
  "it begins again a minute before the newest, for those that become visible late; never before the start",
  async (t) => {
    const history = new EventHistory(new Date(START));
    t.equal(resume(history), 0);
    history.take(event("a", 10_000));
    t.equal(resume(history), 0);
    history.take(event("b", 100_000));
    t.equal(resume(history), 40_000);
    t.ok(history.take(event("late", 95_000)));
    t.equal(resume(history), 40_000);
    t.notOk(history.take(event("late", 95_000)));
    t.notOk(history.take(event("b", 100_000)));
  },
);

t.test("where the server's clock is behind, it decides", async (t) => {
  const history = new EventHistory(new Date(START));
  history.take(event("a", -30_000));
  t.equal(resume(history), -30_000);
});

t.test("a flood is bounded, and still nothing of it is told twice", async (t) => {
  const history = new EventHistory(new Date(START));
  const flood = Array.from({ length: 60_000 }, (_, index) => event(`flood ${index}`, 1_000 + Math.floor(index / 10)));
  t.ok(flood.every((one) => history.take(one)));
  const again = flood.filter(({ at }) => at.getTime() >= history.resumeAt.getTime());
  t.ok(again.length <= 50_000);
  t.notOk(again.some((one) => history.take(one)));
});
