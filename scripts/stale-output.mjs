// tsc never deletes: what it once made of a source that is gone would still be run, as a test or by an import.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./process.mjs";

/** Deletes compiled files whose source no longer exists. */
export function pruneStaleOutput() {
  for (const file of readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" })) {
    if (file.startsWith("quick/")) continue; // The bundle: made anew as a whole.
    const source = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
    if (source !== file && !existsSync(join(root, source))) rmSync(join(root, "dist", file), { force: true });
  }
}
