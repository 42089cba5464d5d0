import t from "tap";
import { packetTime, unitsPerSecond } from "../../../src/sniffer/capture/pcapng-timestamp.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

t.test("any count of any resolution agrees with exact arithmetic", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let resolution = 0; resolution < 0x100; resolution += 1) {
    for (let round = 0; round < 20; round += 1) {
      const high = round === 0 ? 0xffffffff : random.uint32() >>> random.below(32);
      const low = round === 0 ? 0xffffffff : random.uint32();
      const units = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
      const count = (BigInt(high) << 32n) + BigInt(low);
      const seconds = count / units;
      const expected =
        seconds >= 8_640_000_000_000n
          ? { seconds: null, nanoseconds: 0 }
          : { seconds: Number(seconds), nanoseconds: Number(((count % units) * 1_000_000_000n) / units) };
      const time = packetTime(high, low, { unitsPerSecond: unitsPerSecond(resolution), offsetSeconds: 0 });
      if (time.seconds !== expected.seconds || time.nanoseconds !== expected.nanoseconds) {
        t.same(time, expected, `resolution ${resolution}, count ${count}`);
      }
    }
  }
});

t.test("a time that a Date cannot hold is no time", async (t) => {
  for (const offsetSeconds of [8_639_999_999_999, -8_640_000_000_001, 2 ** 63]) {
    const time = packetTime(0, 1, { unitsPerSecond: 1n, offsetSeconds });
    t.same(time, { seconds: null, nanoseconds: 0 });
  }
  const last = packetTime(0, 0, { unitsPerSecond: 1n, offsetSeconds: 8_639_999_999_999 });
  t.equal(Number.isNaN(new Date((last.seconds ?? Number.NaN) * 1000).getTime()), false);
});
