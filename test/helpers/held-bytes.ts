// How much memory this process holds on to, apart from what the next collection frees.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Heap and buffers, after everything was collected that can be. */
export function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") {
    collect();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
