// What the two sides of a load wrote down as it happened, and where it contradicts itself.

import { readFileSync, writeSync } from "node:fs";
import type { Delivery } from "../../src/rpc/index.js";

/** One line each, written before the program goes on, so that a kill -9 loses nothing. */
export type LoadLine =
  /** The handler has begun. */
  | { readonly what: "ran"; readonly id: string }
  /** The caller is about to call. */
  | { readonly what: "called"; readonly id: string }
  | {
      readonly what: "told";
      readonly id: string;
      /** "answered" for a call that went well, as for one that the handler failed. */
      readonly delivery: Delivery;
      readonly code: string;
      readonly reason: string | undefined;
    };

export type Told = Extract<LoadLine, { what: "told" }>;

export function writeLine(fd: number, line: LoadLine): void {
  writeSync(fd, `${JSON.stringify(line)}\n`);
}

/** A last line that a kill cut off is left out. */
function readLines(file: string): LoadLine[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line): LoadLine => JSON.parse(line));
}

export interface Account {
  /** Each names a call and what is wrong about it. */
  readonly complaints: string[];
  readonly told: Told[];
  /** Calls whose end the caller was never told. */
  readonly open: string[];
}

/** Holds what the caller was told against what ran. */
export function reconcile(serverFile: string, clientFile: string): Account {
  const runs = new Map<string, number>();
  for (const line of readLines(serverFile)) {
    runs.set(line.id, (runs.get(line.id) ?? 0) + 1);
  }
  const clientLines = readLines(clientFile);
  const told = clientLines.filter((line): line is Told => line.what === "told");
  const counts = new Map<string, number>();
  for (const { id } of told) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const complaints = [
    ...[...runs].filter(([, times]) => times > 1).map(([id, times]) => `${id} ran ${times} times`),
    ...[...counts].filter(([, times]) => times > 1).map(([id, times]) => `${id} ended ${times} times`),
    ...told.flatMap((line) => lieOf(line, runs.has(line.id))),
  ];
  const open = clientLines.filter(({ what, id }) => what === "called" && !counts.has(id)).map(({ id }) => id);
  return { complaints, told, open };
}

function lieOf({ id, delivery, code, reason }: Told, ran: boolean): string[] {
  const said = `${id} was told ${code} ${delivery} (${reason})`;
  if (delivery === "answered" && !ran) {
    return [`${said}, and never ran`];
  }
  return (delivery === "not_sent" || delivery === "not_processed") && ran ? [`${said}, and ran`] : [];
}
