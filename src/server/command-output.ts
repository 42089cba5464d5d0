// Where a command's answer goes: standard output, at the pace of its reader, who may leave.

import type { Writable } from "node:stream";
import { CommandError } from "./command-error.js";

/** Writes text; false when nobody reads any more, as in `server admin users | head`. @throws CommandError for a full disk and such */
export type WriteOut = (text: string) => Promise<boolean>;

export function commandOutput(stream: Writable): WriteOut {
  return (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        const code = error && "code" in error ? String(error.code) : undefined;
        if (!error || code === "EPIPE" || code === "ERR_STREAM_DESTROYED") {
          resolve(!error);
          return;
        }
        reject(new CommandError("failed", `standard output cannot be written to (${code ?? error.name})`));
      });
    });
}
