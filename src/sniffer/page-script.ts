// The one script of the pages, made by the build for browsers; what is written stays readable without it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PageScript } from "./page/view/page-shell.js";

/** Undefined where the build could not make it. */
export function readPageScript(): PageScript | undefined {
  let text: string;
  try {
    text = readFileSync(new URL("../../../dist/quick/page/page.js", import.meta.url), "utf8");
  } catch {
    return undefined;
  }
  // The element's text begins behind its tag, and ends before the next: the hash is over exactly that.
  const inner = text.replaceAll("</script", "<\\/script").trim();
  return { text: inner, sha256: createHash("sha256").update(inner).digest("base64") };
}
