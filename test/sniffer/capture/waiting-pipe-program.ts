// Pushes so many batches into its standard output, and tells its parent how far it came.
import { WaitingPipe } from "../../../src/sniffer/capture/waiting-pipe.js";

const CHUNK_BYTES = 0x10000;
const [batches = 0, bytes = 0, batchBytes = 0] = process.argv.slice(2).map(Number);
const pipe = new WaitingPipe(1, { bytes, chunkBytes: CHUNK_BYTES });
const batch = Buffer.alloc(batchBytes);
try {
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < batches; count++) pipe.push(batch.fill(count).subarray(0, batchBytes - (count % 3)));
  process.send?.("pushed");
  process.send?.(process.memoryUsage().arrayBuffers - before);
  pipe.finish();
  process.send?.(pipe.isEmpty ? "finished" : "not empty");
} catch (error) {
  process.send?.(error instanceof Error && "code" in error ? error.code : `${error}`);
}
process.disconnect?.();
