import t from "tap";
import {
  BAR_CLASSES,
  BarList,
  decodeBars,
  encodeBars,
  fromBase64,
  toBase64,
} from "../../../src/sniffer/page/bar-list.js";
import type { Bar } from "../../../src/sniffer/page/page-model.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

t.test("bars come out as they went in, whatever their numbers", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const bars: Bar[] = Array.from({ length: 2000 }, () => ({
    side: random.chance(0.5) ? "client" : "server",
    class: BAR_CLASSES[random.below(BAR_CLASSES.length)] ?? "gap",
    type: random.below(256),
    // Out of order, and over 32 bits: days of a fast wire.
    frame: random.below(2 ** 40),
    time: random.below(1e12) / 1e6,
    length: random.below(2 ** 34),
  }));
  const encoded = encodeBars(bars, 3, 400);
  t.match(
    { count: encoded.count, more: encoded.more, moreBytes: encoded.moreBytes },
    { count: 2000, more: 3, moreBytes: 400 },
  );
  t.same(decodeBars(encoded), bars);
});

t.test("none and one are bars too", async (t) => {
  t.same(decodeBars(encodeBars([])), []);
  const bar: Bar = { side: "client", class: "opened", type: 23, frame: 1, time: 0, length: 0 };
  t.same(decodeBars(encodeBars([bar])), [bar]);
});

t.test("base64 is that of everybody", async (t) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  t.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
  t.same(fromBase64(toBase64(bytes)), bytes);
});

t.test("bytes of one packet, side and class make one bar", async (t) => {
  const list = new BarList();
  const bar: Bar = { side: "client", class: "plaintext", type: 0, frame: 4, time: 1, length: 10 };
  t.equal(list.extendLast(bar), false, "there is none yet");
  list.push(bar, 0);
  t.equal(list.extendLast({ ...bar, length: 5 }), true);
  t.equal(list.extendLast({ ...bar, side: "server" }), false);
  t.equal(list.extendLast({ ...bar, frame: 5 }), false);
  t.equal(list.extendLast({ ...bar, class: "gap" }), false);
  t.match(list.at(0), { bar: { ...bar, length: 15 }, offset: 0 });
  t.equal(list.at(1), undefined);
  list.leaveOut(7);
  t.same([list.count, list.more, list.moreBytes], [1, 1, 7]);
});
