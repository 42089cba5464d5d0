// What a page shows of a message. It is passed on, unlike lines on a screen: what may hold a secret under a name that nobody
// here knows is told by its length alone.
import type { MessageEvent } from "../event.js";
import { NAMED_VALUE } from "../message/http-credentials.js";
import { counted } from "../number-text.js";
import { describeEvent } from "../report/event-line.js";
import { cutText } from "./page-finding.js";
import type { PageMessage } from "./page-model.js";
import { withoutOpaqueSegments } from "./path-disclosure.js";

/** Fields of metadata that say what a message is, and not what somebody keeps. */
const HARMLESS =
  /^(?:host|user-agent|server|date|via|vary|age|te|accept(?:-[a-z]+)?|content-(?:type|length|encoding)|cache-control|last-modified|grpc-(?:status|timeout|encoding|accept-encoding)|traceparent)$/i;

const MASKED = /\[redacted: \d+ bytes?\]$/;

export function pageMessage(event: MessageEvent): PageMessage {
  const { frame, side, kind } = event;
  const method = event.method === null ? null : withoutSecrets(event.method);
  const shown = { ...event, method, fields: shownFields(event.fields), ...shownMetadata(event) };
  const text = cutText(describeEvent(shown, { tlsAware: false })?.text ?? "");
  return {
    frame,
    side,
    kind,
    method: method === null ? null : cutText(method),
    text,
    decrypted: event.decrypted === true,
  };
}

function shownMetadata({ metadata, details }: MessageEvent): Pick<MessageEvent, "metadata" | "details"> {
  return {
    ...(metadata && { metadata: Object.fromEntries(Object.entries(metadata).map(shownEntry)) }),
    ...(details && { details: details.map(shownFields) }),
  };
}

function shownEntry([name, value]: [string, string]): [string, string] {
  return [name, HARMLESS.test(name) ? value : lengthOf(value)];
}

function shownFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (name === "target" && typeof value === "string") return [name, withoutSecrets(value)];
      return [name, isNumber(name) ? withoutText(value) : shownValue(value)];
    }),
  );
}

function shownValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownValue);
  return typeof value === "object" && value !== null ? shownFields(value as Record<string, unknown>) : value;
}

/** Without a schema fields have numbers for names, and nobody knows which is secret. */
function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

function withoutText(value: unknown): unknown {
  if (typeof value === "string") return lengthOf(value);
  if (Array.isArray(value)) return value.map(withoutText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutText(inner)]));
}

function withoutSecrets(target: string): string {
  return withoutOpaqueSegments(target, lengthOf).replace(
    NAMED_VALUE,
    (_all, name: string, value: string) => name + lengthOf(value),
  );
}

/** What is masked already says it. */
function lengthOf(text: string): string {
  return MASKED.test(text) ? text : `[${counted(Buffer.byteLength(text), "byte")}]`;
}
