import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import t from "tap";
import { openCaptureChunks } from "../../src/sniffer/capture-chunks.js";

async function readAll(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openCaptureChunks(path).chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const noise = randomBytes(700_000);

t.test("files come as they are, gzip unpacked, also of several members", async (t) => {
  const files = {
    plain: noise,
    gz: gzipSync(noise),
    two: Buffer.concat([gzipSync(noise), gzipSync(noise)]),
    one: "\x1f",
    none: "",
  };
  const folder = t.testdir(files);
  t.ok((await readAll(join(folder, "plain"))).equals(noise));
  t.ok((await readAll(join(folder, "gz"))).equals(noise));
  t.equal((await readAll(join(folder, "two"))).length, 2 * noise.length);
  t.equal((await readAll(join(folder, "one"))).length, 1);
  t.equal((await readAll(join(folder, "none"))).length, 0);
});

t.test("damage to the packing is told behind what could be unpacked", async (t) => {
  const folder = t.testdir({ cut: gzipSync(noise).subarray(0, 500_000) });
  let read = 0;
  const chunks = async () => {
    for await (const chunk of openCaptureChunks(join(folder, "cut")).chunks) read += chunk.length;
  };
  await t.rejects(chunks(), { name: "UnpackError", message: /^gzip: / });
  t.ok(read > 400_000, `${read} bytes came before`);
});

t.test("all that stands before damage comes out", async (t) => {
  const text = Buffer.alloc(400_000, "some words that pack well, and ");
  const packed = gzipSync(text);
  const wrongSum = Buffer.from(packed);
  wrongSum.writeUInt32LE(0, packed.length - 8);
  const folder = t.testdir({ wrongSum });
  const got: Uint8Array[] = [];
  const chunks = async () => {
    for await (const chunk of openCaptureChunks(join(folder, "wrongSum")).chunks) got.push(chunk);
  };
  await t.rejects(chunks(), { name: "UnpackError", message: "gzip: incorrect data check" });
  t.ok(Buffer.concat(got).equals(text));
});

t.test("what stands behind a whole member and is none ends the input quietly", async (t) => {
  for (const behind of ["garbage", "\0\0\0", "x".repeat(300_000)]) {
    const folder = t.testdir({ gz: Buffer.concat([gzipSync(noise), Buffer.from(behind)]) });
    t.ok((await readAll(join(folder, "gz"))).equals(noise));
  }
});

t.test("a reader that stops early does not hang", async (t) => {
  const folder = t.testdir({ gz: gzipSync(noise) });
  for await (const chunk of openCaptureChunks(join(folder, "gz")).chunks) {
    t.ok(chunk.length > 0);
    break;
  }
});

t.test("the length is known for files", async (t) => {
  const folder = t.testdir({ plain: noise });
  const { chunks, totalBytes, readBytes } = openCaptureChunks(join(folder, "plain"));
  t.equal(totalBytes, noise.length);
  for await (const chunk of chunks) t.ok(readBytes() >= chunk.length);
  t.equal(readBytes(), noise.length);
});
