// Pushes so many batches into its standard output, and tells its parent how far it came.
import { WaitingPipe } from "../../../src/sniffer/capture/waiting-pipe.js";

const [batches = 0, bytes = 0, batchBytes = 0] = process.argv.slice(2).map(Number);
const pipe = new WaitingPipe(1, { bytes, batchBytes });
try {
  for (let count = 0; count < batches; count++) {
    const batch = pipe.batch();
    pipe.push(batch.fill(count), batchBytes - (count % 3));
  }
  process.send?.("pushed");
  pipe.finish();
  process.send?.(pipe.isEmpty ? "finished" : "not empty");
} catch (error) {
  process.send?.(error instanceof Error && "code" in error ? error.code : `${error}`);
}
process.disconnect?.();
