// Metadata of a call: a small multimap of lower-case keys to text or bytes.

import type { MetadataEntry } from "../gen/earshot/call/v1/call.js";
import { StatusCode } from "../wire/status-code.js";
import { RpcError } from "./rpc-error.js";

export type MetadataValue = string | Uint8Array;
/** Metadata as a caller writes it. A list gives the key several values. */
export type MetadataInit = Metadata | Readonly<Record<string, MetadataValue | readonly MetadataValue[]>>;

/** Keys that begin so carry facts of the protocol itself; the library sets them, nobody else. */
export const RESERVED_KEY_PREFIX = "earshot.";
/** Tags and lengths of one entry take less. */
const BYTES_PER_ENTRY = 16;
const KEY_FORM = /^[a-z0-9._-]{1,64}$/;

/** Keys are `[a-z0-9._-]{1,64}`. Order is kept; a key may have several values. */
export class Metadata {
  /** Never changed in place: frames and calls may share it. */
  #entries: readonly MetadataEntry[];

  constructor(entries: readonly MetadataEntry[] = []) {
    this.#entries = entries;
  }

  /** @throws RpcError INVALID_ARGUMENT `bad_options` for a key that is malformed or reserved, or a value of another type. */
  static from(init: MetadataInit | undefined): Metadata {
    if (init instanceof Metadata) {
      return init;
    }
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(init ?? {})) {
      for (const one of isList(value) ? value : [value]) {
        metadata.append(key, one);
      }
    }
    return metadata;
  }

  /** The first text under the key. */
  get(key: string): string | undefined {
    for (const entry of this.#entries) {
      if (entry.key === key && entry.value?.$case === "text") {
        return entry.value.value;
      }
    }
    return undefined;
  }

  /** The first bytes under the key. */
  getBinary(key: string): Uint8Array | undefined {
    for (const entry of this.#entries) {
      if (entry.key === key && entry.value?.$case === "binary") {
        return entry.value.value;
      }
    }
    return undefined;
  }

  /** All values under the key, in order. */
  getAll(key: string): MetadataValue[] {
    return this.#entries.flatMap((entry) => (entry.key === key && entry.value ? [entry.value.value] : []));
  }

  /** Replaces all values under the key. */
  set(key: string, value: MetadataValue): this {
    this.delete(key);
    return this.append(key, value);
  }

  append(key: string, value: MetadataValue): this {
    checkKey(key);
    checkValue(key, value);
    const one = typeof value === "string" ? ({ $case: "text", value } as const) : ({ $case: "binary", value } as const);
    this.#entries = [...this.#entries, { key, value: one }];
    return this;
  }

  delete(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The entries as they go on the wire. */
  get entries(): readonly MetadataEntry[] {
    return this.#entries;
  }
}

/** Bytes that keys and values take, which is what `maxMetadataBytes` counts. */
export function metadataBytes(entries: readonly MetadataEntry[]): number {
  let bytes = 0;
  for (const { key, value } of entries) {
    const length = value?.$case === "text" ? Buffer.byteLength(value.value) : (value?.value.length ?? 0);
    bytes += key.length + length;
  }
  return bytes;
}

/** Bytes that the entries take in a frame, at most. */
export function metadataRoom(entries: readonly MetadataEntry[]): number {
  return entries.length === 0 ? 0 : metadataBytes(entries) + BYTES_PER_ENTRY * entries.length;
}

/** Whether a peer's entries have lawful keys, each with a value. */
export function wellFormed(entries: readonly MetadataEntry[]): boolean {
  return entries.every((entry) => KEY_FORM.test(entry.key) && entry.value !== undefined);
}

function isList(value: MetadataValue | readonly MetadataValue[]): value is readonly MetadataValue[] {
  return Array.isArray(value);
}

function checkKey(key: string): void {
  if (!KEY_FORM.test(key) || key.startsWith(RESERVED_KEY_PREFIX)) {
    throw refused(key, `use 1 to 64 of a-z, 0-9, ".", "_", "-", and not the prefix "${RESERVED_KEY_PREFIX}"`);
  }
}

/** Programs without types give numbers and undefined; found only as the frame is made, that would end more than the call. */
function checkValue(key: string, value: unknown): void {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    throw refused(key, `its value is ${value === null ? "null" : typeof value}, and must be a string or a Uint8Array`);
  }
}

function refused(key: string, rule: string): RpcError {
  const message = `metadata key ${JSON.stringify(key.slice(0, 64))}: ${rule}`;
  return new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
}
