// Findings as the pages list them: the same ones counted, long ones cut.
import type { FindingEvent } from "../event.js";
import type { PageFinding } from "./page-model.js";

const SUMS = /: [\d,]+ (?:record|packet)s?, [\d,]+ bytes?/;
const MAX_TEXT_CHARACTERS = 400;

/** Adds a finding to those that are kept, where one more may be; gives how many were left out by that. */
export function keepFinding(
  kept: Map<string, PageFinding>,
  event: FindingEvent,
  mayKeep: (kept: number) => boolean,
): 0 | 1 {
  const { visibility, side, decrypted } = event;
  const key = [visibility, side, decrypted, ...[event.what, event.value, event.field].map(beginningOf)].join("\n");
  const known = kept.get(key);
  if (known === undefined && !mayKeep(kept.size)) return 1;
  kept.set(key, known === undefined ? pageFinding(event) : { ...known, count: known.count + 1 });
  return 0;
}

/** What each conversation says of its own sums is one finding of the capture. */
export function withoutSums(event: FindingEvent): FindingEvent {
  return event.visibility === "hidden" ? { ...event, what: event.what.replace(SUMS, "") } : event;
}

/** A copy: a part of a text would keep all of it in memory, such as the body that a name stood in. */
export function cutText(text: string): string {
  const copy = Buffer.from(text.slice(0, MAX_TEXT_CHARACTERS), "utf16le").toString("utf16le");
  return text.length > MAX_TEXT_CHARACTERS ? `${copy}…` : copy;
}

function beginningOf(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_TEXT_CHARACTERS);
}

function pageFinding(event: FindingEvent): PageFinding {
  const { frame, offset, length } = event.evidence;
  const decrypted = event.decrypted === true;
  return {
    visibility: event.visibility,
    what: cutText(event.what),
    value: event.value === undefined ? undefined : cutText(event.value),
    field: event.field === undefined ? undefined : cutText(event.field),
    decrypted,
    place: { conversation: event.conversation, frame, side: event.side, offset, length, opened: decrypted },
    count: 1,
  };
}
