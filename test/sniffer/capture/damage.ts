// What every capture reader must withstand: any chunking, a cut anywhere, any byte changed, calls after its end.
import type { Test } from "tap";
import { CaptureError } from "../../../src/sniffer/capture/capture-error.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, randomChunks, whole } from "../../helpers/stage-feeding.js";
import { type ReaderClass, read } from "./capture-bytes.js";

/** `file` must be undamaged and hold packets. */
export function testWithstandsDamage(t: Test, Reader: ReaderClass, file: Uint8Array): void {
  const intact = read(Reader, whole(file)).results;

  t.test("packets come out the same however the bytes arrive", async (t) => {
    const random = new RandomSource(chooseSeed());
    t.comment(`seed ${random.seed}`);
    t.ok(intact.length > 0);
    const chunkings = [byteByByte, ...[7, 50, 700].map((maxBytes) => randomChunks(random, maxBytes))];
    for (const chunking of chunkings) {
      const { results, error } = read(Reader, chunking(file));
      t.same(results, intact);
      t.equal(error, undefined);
    }
  });

  t.test("a file cut anywhere gives the packets before the cut, then says that it is truncated", async (t) => {
    const ends = packetEnds(Reader, file);
    t.equal(ends.length, intact.length);
    let clean = 0;
    for (let length = 0; length < file.length; length += 1) {
      const { results, error } = read(Reader, whole(file.slice(0, length)));
      const complete = ends.filter((end) => end <= length).length;
      if (results.length !== complete) t.fail(`${results.length} packets of ${length} bytes, not ${complete}`);
      if (error === undefined) clean += 1;
      else checkCut(t, error, length, results.length);
    }
    t.ok(clean <= file.length / 12, `${clean} cuts fell between blocks`);
  });

  t.test("a changed byte gives packets or a CaptureError, never anything else", async (t) => {
    let refused = 0;
    for (let at = 0; at < file.length; at += 1) {
      for (const mask of [0xff, 0x01, 0x80]) {
        const changed = Uint8Array.from(file);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const { error } = read(Reader, whole(changed));
        if (error === undefined) continue;
        refused += 1;
        if (!(error instanceof CaptureError)) t.fail(`byte ${at} changed by ${mask}: ${String(error)}`);
      }
    }
    t.ok(refused > 0, `${refused} changes were refused`);
  });

  t.test("after an error or the end nothing more comes, whatever is pushed", async (t) => {
    for (const bytes of [file, file.slice(0, -1)]) {
      const { reader, error } = read(Reader, whole(bytes));
      t.equal(error instanceof CaptureError, bytes !== file);
      reader.push(file);
      t.equal(reader.next(), undefined);
      reader.finish();
      t.equal(reader.next(), undefined);
    }
  });
}

/** After how many bytes each packet is complete. */
function packetEnds(Reader: ReaderClass, file: Uint8Array): number[] {
  const reader = new Reader();
  const ends: number[] = [];
  for (const [at, byte] of file.entries()) {
    reader.push(Uint8Array.of(byte));
    while (reader.next() !== undefined) ends.push(at + 1);
  }
  return ends;
}

function checkCut(t: Test, error: unknown, length: number, packets: number): void {
  if (!(error instanceof CaptureError)) {
    t.fail(`cut at ${length}: ${String(error)}`);
    return;
  }
  const expected = length < 4 ? "not_a_capture" : "truncated";
  if (error.code !== expected) t.fail(`cut at ${length}: ${error.code}`);
  if (error.frame !== packets) t.fail(`cut at ${length}: frame ${error.frame} after ${packets} packets`);
  if (error.offset > length) t.fail(`cut at ${length}: offset ${error.offset}`);
}
