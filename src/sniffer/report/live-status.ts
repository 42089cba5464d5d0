// What the line at the foot says while a capture runs: the most important first, as much as there is room for.
import { bytesText, countText } from "../number-text.js";
import { type Paint, plainPaint } from "./paint.js";
import { clockText } from "./progress.js";

export interface LiveState {
  /** Since the capture began. */
  readonly seconds: number;
  /** How long it is to last; undefined: until it is stopped. */
  readonly ofSeconds: number | undefined;
  readonly packets: number;
  readonly bytes: number;
  readonly packetsPerSecond: number;
  /** Conversations that are open. */
  readonly conversations: number;
  /** Things that anyone on the wire could read. */
  readonly readable: number;
  readonly drops: number;
}

/** "capturing 0:12, 0:48 left  1,234 packets  1.2 MB  345/s  12 open  3 readable". */
export function encodeLiveStatus(state: LiveState, cells: number, paint: Paint = plainPaint): string {
  const { seconds, ofSeconds, packets, bytes, packetsPerSecond, conversations, readable, drops } = state;
  const left = ofSeconds === undefined ? "" : `, ${clockText(Math.max(0, Math.ceil(ofSeconds - seconds)))} left`;
  const parts: [text: string, style?: "red" | "yellow" | "dim"][] = [
    [`capturing ${clockText(seconds)}${left}`],
    [`${countText(packets)} packets`],
    ...(readable > 0 ? [[`${countText(readable)} readable`, "red"] as [string, "red"]] : []),
    ...(drops > 0 ? [[`${countText(drops)} dropped`, "yellow"] as [string, "yellow"]] : []),
    [`${countText(conversations)} open`],
    [bytesText(bytes)],
    [`${countText(packetsPerSecond)}/s`],
  ];
  let [room, line] = [cells, ""];
  for (const [text, style] of parts) {
    const gap = line === "" ? "" : "  ";
    room -= gap.length + text.length;
    if (room < 0) break;
    line += gap + (style === undefined ? text : paint(style, text));
  }
  return line;
}
