// What the pages call things, and how they say places and times.
import type { Accounted } from "../../event.js";
import { countText } from "../../number-text.js";
import type { Aspect, BarClass, Level, Observer, Place, SpanClass } from "../page-model.js";

export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  readable: "readable",
  unknown: "not understood",
  length: "length only",
  presence: "presence only",
  hidden: "hidden",
  absent: "none",
};

export const OBSERVER_WORDS: Readonly<Record<Observer, { readonly name: string; readonly note: string }>> = {
  passive: { name: "Anyone on the wire", note: "only watches packets go by" },
  impersonator: { name: "An impostor", note: "stands between; the client does not check who it talks to" },
  trusted_ca: { name: "Holder of a trusted CA", note: "stands between with a certificate that the client accepts" },
  keys: { name: "Holder of the keys", note: "has the session keys of either end" },
};

export const ASPECT_WORDS: Readonly<Record<Aspect, string>> = {
  ends: "Who talks to whom",
  sizes: "How much, and when",
  server_name: "The server's name",
  protocol: "What is spoken",
  certificate: "The server's certificate",
  content: "What is said",
  password: "Passwords",
  token: "Tokens and cookies",
};

export const CLASS_WORDS: Readonly<Record<BarClass | SpanClass, string>> = {
  plaintext: "plaintext",
  not_understood: "not understood",
  tls_metadata: "TLS metadata",
  ciphertext: "ciphertext",
  opened: "opened with keys",
  gap: "not captured",
  padding: "padding",
  secret: "readable, masked here",
  withheld: "not shown: it may hold a secret",
};

export const LEDGER_WORDS: Readonly<Record<keyof Accounted, string>> = {
  headers: "headers of packets",
  plaintext: "plaintext",
  tls_metadata: "TLS metadata",
  ciphertext: "ciphertext",
  padding: "padding",
  retransmitted: "sent again",
  gap: "behind holes",
  truncated: "cut off",
  not_understood: "not understood",
};

/** "12 µs", "3.4 ms", "1.20 s", "2 min 5 s", "3 h 12 min". */
export function secondsText(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "packet 9, byte 12 of what the client sent". */
export function placeText({ frame, side, offset, opened }: Place): string {
  const packet = `packet ${countText(frame)}`;
  if (offset === null || side === null) return packet;
  return `${packet}, byte ${countText(offset)} of what the ${side} ${opened === true ? "said" : "sent"}`;
}

/** "handshake", for the content types of RFC 8446 and those before. */
export function recordTypeText(type: number): string {
  return RECORD_TYPES[type] ?? (type === 0 ? "segment" : `record of type ${type}`);
}

const RECORD_TYPES: Readonly<Record<number, string>> = {
  20: "change of cipher",
  21: "alert",
  22: "handshake",
  23: "application data",
  24: "heartbeat",
};

/** Where a link to this place leads: "#c3", "#c3/client/120", "#c3/client/120/opened". */
export function placeHref({ conversation, side, offset, opened }: Place): string | undefined {
  if (conversation === null) return undefined;
  if (side === null || offset === null) return `#c${conversation}`;
  return `#c${conversation}/${side}/${offset}${opened === true ? "/opened" : ""}`;
}
