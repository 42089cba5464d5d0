// The frames of HTTP/2: their head, their names, and which heads cannot be any (RFC 9113, 4.1 and 6).

export const FRAME_HEAD_BYTES = 9;

export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** ACK is the same bit as END_STREAM. */
export const FrameFlag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

export interface Http2FrameHead {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Of the payload. */
  readonly length: number;
  /** Stream offset of the head. */
  readonly offset: number;
}

export function readFrameHead(bytes: Uint8Array, offset: number): Http2FrameHead {
  const at = (index: number): number => bytes[index] ?? 0;
  return {
    length: (at(0) << 16) | (at(1) << 8) | at(2),
    type: at(3),
    flags: at(4),
    // The reserved bit is ignored (RFC 9113, 4.1).
    streamId: ((at(5) & 0x7f) << 24) | (at(6) << 16) | (at(7) << 8) | at(8),
    offset,
  };
}

/** What is wrong with a head, in words; undefined where it may be one. Types that nobody knows may be any. */
export function headFault(head: Http2FrameHead, maxFrameBytes: number): string | undefined {
  if (head.length > maxFrameBytes) return `a frame of ${head.length} bytes where ${maxFrameBytes} are allowed`;
  const rule = RULES.get(head.type);
  if (rule === undefined) return undefined;
  const [name, takesStream, takesLength] = rule;
  if (takesStream !== undefined && takesStream !== head.streamId > 0) return `${name} on stream ${head.streamId}`;
  return takesLength(head.length) ? undefined : `${name} of ${head.length} bytes`;
}

type Rule = readonly [name: string, ofStream: boolean | undefined, takesLength: (length: number) => boolean];

const any = (): boolean => true;

const RULES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [FrameType.DATA, ["DATA", true, any]],
  [FrameType.HEADERS, ["HEADERS", true, any]],
  [FrameType.PRIORITY, ["PRIORITY", true, (length) => length === 5]],
  [FrameType.RST_STREAM, ["RST_STREAM", true, (length) => length === 4]],
  [FrameType.SETTINGS, ["SETTINGS", false, (length) => length % 6 === 0]],
  [FrameType.PUSH_PROMISE, ["PUSH_PROMISE", true, (length) => length >= 4]],
  [FrameType.PING, ["PING", false, (length) => length === 8]],
  [FrameType.GOAWAY, ["GOAWAY", false, (length) => length >= 8]],
  [FrameType.WINDOW_UPDATE, ["WINDOW_UPDATE", undefined, (length) => length === 4]],
  [FrameType.CONTINUATION, ["CONTINUATION", true, any]],
]);

/** RFC 9113, 7. */
export function http2ErrorName(code: number): string {
  return ERROR_NAMES[code] ?? `0x${code.toString(16)}`;
}

const ERROR_NAMES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

export const SETTING_HEADER_TABLE_SIZE = 1;
export const SETTING_MAX_FRAME_SIZE = 5;

/** RFC 9113, 6.5.2, RFC 8441 and RFC 9218: by name where there is one. */
export function settingName(id: number): string {
  return SETTING_NAMES.get(id) ?? `0x${id.toString(16)}`;
}

const SETTING_NAMES: ReadonlyMap<number, string> = new Map([
  [SETTING_HEADER_TABLE_SIZE, "header_table_size"],
  [2, "enable_push"],
  [3, "max_concurrent_streams"],
  [4, "initial_window_size"],
  [SETTING_MAX_FRAME_SIZE, "max_frame_size"],
  [6, "max_header_list_size"],
  [8, "enable_connect_protocol"],
  [9, "no_rfc7540_priorities"],
]);
