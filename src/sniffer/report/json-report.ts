// One JSON object a line (the contract is in event.ts).
import type { SnifferEvent } from "../event.js";
import type { Report } from "./report.js";

export class JsonReport implements Report {
  encode(event: SnifferEvent): string {
    return `${JSON.stringify(event).replace(UNSAFE, escapeCharacter)}\n`;
  }

  end(): string {
    return "";
  }
}

/**
 * JSON escapes the control characters below 0x20 only. These could still move a terminal's cursor or turn the text's
 * direction for whoever looks at the lines as they are.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
