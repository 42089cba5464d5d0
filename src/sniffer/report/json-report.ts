// One JSON object a line (the contract is in event.ts).
import type { PacketEvent, RecordEvent, SnifferEvent } from "../event.js";
import type { Report } from "./report.js";

export class JsonReport implements Report {
  encode(event: SnifferEvent): string {
    if (event.event === "record") return encodeRecord(event);
    if (event.event === "packet") return encodePacket(event);
    return `${JSON.stringify(event).replace(UNSAFE, escapeCharacter)}\n`;
  }

  end(): string {
    return "";
  }
}

/** By hand, since most lines are records, and none holds text from the wire. */
function encodeRecord(event: RecordEvent): string {
  const { conversation, frame, side, content_type, version, length, inner_content_type } = event;
  const inner = inner_content_type === undefined ? "" : `,"inner_content_type":${inner_content_type}`;
  return `{"event":"record","conversation":${conversation},"frame":${frame},"side":"${side}","content_type":${content_type},"version":"${version}","length":${length}${inner}}\n`;
}

function encodePacket(event: PacketEvent): string {
  const { frame, time, captured_length, original_length, link, src, dst, protocol, ports, flags } = event;
  return `{"event":"packet","frame":${frame},"time":${quoted(time)},"captured_length":${captured_length},"original_length":${original_length},"link":"${link}","src":${quoted(src)},"dst":${quoted(dst)},"protocol":"${protocol}","ports":${ports === null ? "null" : `[${ports[0]},${ports[1]}]`},"flags":${quoted(flags)}}\n`;
}

/** Of our own words: nothing in them is to be escaped. */
function quoted(text: string | null): string {
  return text === null ? "null" : `"${text}"`;
}

/**
 * JSON escapes the control characters below 0x20 only. These could still move a terminal's cursor or turn the text's
 * direction for whoever looks at the lines as they are.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
