// Makes folders where there are none.
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * With all that it lies in. Throws what the system says. Node's own way (`recursive`) never returns below /proc in Node 20,
 * where a folder's parent is there and still nothing can be made in it.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may have made it just now.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
