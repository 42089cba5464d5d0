// Reads a capture file to its end, or to its damage, into a run.
import { CaptureError } from "./capture/capture-error.js";
import { CaptureReader } from "./capture/capture-reader.js";
import { openCaptureChunks, UnpackError } from "./capture-chunks.js";
import type { Progress } from "./report/progress.js";
import type { SnifferRun } from "./sniffer-run.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Throws RunError when the file cannot be read; damage is told to the pipeline, with all that came before it. */
export async function readCapture(path: string, run: SnifferRun, progress: Progress): Promise<void> {
  const { chunks, totalBytes, readBytes, stop } = openCaptureChunks(path);
  const reader = new CaptureReader();
  progress.begin(totalBytes);
  // A pipe may have no end: being told to stop is one. A second signal ends the process at once, as ever.
  let stopped = false;
  const stopHere = (): void => {
    stopped = true;
    stop();
  };
  for (const signal of SIGNALS) process.once(signal, stopHere);
  try {
    for await (const chunk of chunks) {
      reader.push(chunk);
      drain(reader, run);
      run.flush();
      progress.show(readBytes());
      if (run.over) return;
    }
    // Where a person stopped it, half a packet is no damage.
    if (!stopped) reader.finish();
    drain(reader, run);
  } catch (error) {
    if (error instanceof CaptureError) run.pipeline.damage(error.message, error.offset);
    else if (error instanceof UnpackError) run.pipeline.damage(error.message, readBytes());
    else throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stopHere);
    progress.end();
  }
}

function drain(reader: CaptureReader, run: SnifferRun): void {
  let secrets = reader.secrets.length;
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
    // Keys stand before the packets that they open.
    for (; secrets < reader.secrets.length; secrets += 1) run.addKeys(textOf(reader.secrets[secrets]));
    run.push(packet);
    if (run.over) return;
  }
}

function textOf(keyLog: Uint8Array | undefined): string {
  return `${Buffer.from(keyLog ?? []).toString("latin1")}\n`;
}
