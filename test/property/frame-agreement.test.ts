// Whatever our decoder accepts, protobufjs and the generated code read alike: no two programs may see different frames
// in the same bytes.
import { isDeepStrictEqual } from "node:util";
import t from "tap";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { plainBytes } from "../wire/frame-message.js";
import { decodeOne, decodeUnlessRefused, disagreementOn, withoutPrefix } from "./decoder-agreement.js";
import { randomFrame, spoiled } from "./random-frame.js";

const FRAMES = 20_000;
const SPOILED_FRAMES = 60_000;

t.test("random frames come back the same from all three decoders", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < FRAMES; round += 1) {
    const frame = randomFrame(random);
    const options = { ignorable: random.chance(0.5), paddingBytes: random.below(10) };
    const { head, payload } = encodeFrame(frame, options);
    const decoded = decodeOne(Buffer.concat([head, payload]));
    if (!isDeepStrictEqual(plainBytes(decoded.frame), plainBytes(frame))) {
      t.same(plainBytes(decoded.frame), plainBytes(frame), `round ${round}`);
      return;
    }
    const disagreement = disagreementOn(decoded, withoutPrefix(Buffer.concat([head, payload])));
    if (disagreement !== undefined) {
      t.fail(`round ${round}: ${disagreement}`);
      return;
    }
  }
});

t.test("spoiled frames are refused by WireError, or read alike by all three decoders", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  let accepted = 0;
  let last: Uint8Array = new Uint8Array(0);
  for (let round = 0; round < SPOILED_FRAMES; round += 1) {
    const { head, payload } = encodeFrame(randomFrame(random));
    const bytes = withoutPrefix(Buffer.concat([head, payload]));
    const broken = spoiled(random, bytes, last);
    last = bytes;
    const decoded = decodeUnlessRefused(broken);
    accepted += decoded === undefined ? 0 : 1;
    const disagreement = decoded && disagreementOn(decoded, broken);
    if (disagreement !== undefined) {
      t.fail(`round ${round}: ${disagreement}`);
      return;
    }
  }
  t.comment(`${accepted} of ${SPOILED_FRAMES} were accepted`);
  t.ok(accepted > SPOILED_FRAMES / 20, "enough were accepted for the comparison to mean something");
  t.ok(accepted < SPOILED_FRAMES / 2, "most were refused");
});
