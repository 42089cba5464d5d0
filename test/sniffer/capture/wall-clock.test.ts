import t from "tap";
import { WallClock } from "../../../src/sniffer/capture/wall-clock.js";

t.test("the time is that of the system, in nanoseconds, and never runs backwards", async (t) => {
  const clock = new WallClock();
  let before = clock.now();
  t.ok(Math.abs(before.seconds - Date.now() / 1000) < 10);
  for (let i = 0; i < 1000; i += 1) {
    const now = clock.now();
    t.ok(now.nanoseconds >= 0 && now.nanoseconds < 1e9 && Number.isInteger(now.nanoseconds));
    t.ok(now.seconds > before.seconds || (now.seconds === before.seconds && now.nanoseconds >= before.nanoseconds));
    before = now;
  }
});
