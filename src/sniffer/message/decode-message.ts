// Reads a message by its schema without ever failing: what was good before the damage is kept, masked fields are
// proved readable by their length and place but not shown (protobuf.dev/programming-guides/encoding).
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import { decodeVarint } from "../../bytes/varint.js";
import { type GuessedValue, guessField } from "./field-guess.js";
import { decodePacked, decodeScalar, isPackable, skipValue, wireTypeOf } from "./field-value.js";
import type { FieldShape, MessageShape } from "./schema.js";

export interface MessageLimits {
  /** Messages within messages. */
  maxDepth: number;
  /** Values in one message with all that it holds; the rest is counted, not shown. */
  maxValues: number;
}

const DEFAULT_MESSAGE_LIMITS: MessageLimits = { maxDepth: 32, maxValues: 4096 };

/** A field that says who someone is or that must not be shown, and where its value lies in the decoded bytes. */
export interface NotedField {
  /** "earshot.accounts.v1.LoginRequest.password". */
  path: string;
  name: string;
  redacted: boolean;
  /** The value itself when it is text that may be shown. */
  text: string | undefined;
  offset: number;
  length: number;
}

export interface DecodedMessage {
  fields: Record<string, unknown>;
  noted: NotedField[];
  /** What was wrong from some byte on; undefined when all was read. */
  damage: { what: string; offset: number } | undefined;
  /** True when values were left out because of a limit. */
  cut: boolean;
}

/** "[redacted: 24 bytes]": shows that it could be read, and nothing of it. */
export function redactedText(length: number): string {
  return `[redacted: ${length} ${length === 1 ? "byte" : "bytes"}]`;
}

/** Without a shape, fields go by number and values are guessed. */
export function decodeMessage(
  bytes: Uint8Array,
  shape: MessageShape | undefined,
  limits: MessageLimits = DEFAULT_MESSAGE_LIMITS,
): DecodedMessage {
  const walk = new MessageWalk(limits);
  const reader = new ByteReader(bytes);
  const fields = walk.message(reader, shape, 0);
  return { fields, noted: walk.noted, damage: walk.damage, cut: walk.cut };
}

/** Whose value is worth a finding though it may be shown: it names a person. */
const NAME_FIELDS = new Set(["username", "user_name", "user", "login", "email", "account_name"]);

class MessageWalk {
  readonly noted: NotedField[] = [];
  damage: DecodedMessage["damage"];
  cut = false;
  readonly #limits: MessageLimits;
  #values = 0;

  constructor(limits: MessageLimits) {
    this.#limits = limits;
  }

  message(reader: ByteReader, shape: MessageShape | undefined, depth: number): Record<string, unknown> {
    const fields = new Map<string, unknown>();
    let at = reader.offset;
    try {
      while (!reader.atEnd() && !this.cut && this.damage === undefined) {
        at = reader.offset;
        this.#field(reader, shape, fields, depth);
      }
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      this.damage ??= { what: error.message, offset: at };
    }
    // fromEntries makes own properties, so a field or map key named __proto__ is only a name.
    return Object.fromEntries(fields);
  }

  #field(reader: ByteReader, shape: MessageShape | undefined, fields: Map<string, unknown>, depth: number): void {
    const at = reader.offset;
    const tag = decodeVarint(reader);
    const number = tag >>> 3;
    if (number === 0) throw new BytesError("malformed", "a field has the number 0", at);
    if (this.#values >= this.#limits.maxValues || depth > this.#limits.maxDepth) {
      this.cut = true;
      return;
    }
    this.#values += 1;
    const field = shape?.fields.get(number);
    if (shape === undefined || field === undefined || !fits(field, tag & 7)) {
      add(fields, String(number), this.#guess(reader, tag & 7, depth), false);
    } else if (field.map && field.message !== undefined) {
      this.#mapEntry(reader, field, field.message, fields, depth);
    } else {
      this.#known(reader, field, shape, tag & 7, fields, depth);
    }
  }

  #known(
    reader: ByteReader,
    field: FieldShape,
    shape: MessageShape,
    wireType: number,
    fields: Map<string, unknown>,
    depth: number,
  ): void {
    if (field.redact) {
      const value = skipValue(reader, wireType);
      this.#note(field, shape, value, undefined);
      add(fields, field.name, redactedText(value.length), field.repeated);
    } else if (field.kind === "message") {
      const inner = reader.sub(decodeVarint(reader));
      add(fields, field.name, this.message(inner, field.message, depth + 1), field.repeated);
    } else if (wireType === 2 && isPackable(field)) {
      const room = this.#limits.maxValues - this.#values;
      const values = decodePacked(reader.sub(decodeVarint(reader)), field, room);
      this.#values += values.length;
      for (const value of values) add(fields, field.name, value, true);
    } else {
      this.#scalar(reader, field, shape, fields);
    }
  }

  #scalar(reader: ByteReader, field: FieldShape, shape: MessageShape, fields: Map<string, unknown>): void {
    const { value, offset, length } = decodeScalar(reader, field);
    if (typeof value === "string" && NAME_FIELDS.has(field.name)) this.#note(field, shape, { offset, length }, value);
    add(fields, field.name, value, field.repeated);
  }

  #mapEntry(
    reader: ByteReader,
    field: FieldShape,
    entry: MessageShape,
    fields: Map<string, unknown>,
    depth: number,
  ): void {
    if (field.redact) {
      const value = skipValue(reader, 2);
      this.#note(field, entry, value, undefined);
      add(fields, field.name, redactedText(value.length), true);
      return;
    }
    const pair = this.message(reader.sub(decodeVarint(reader)), entry, depth + 1);
    const map = fields.get(field.name) ?? {};
    fields.set(field.name, map);
    // Defined, not assigned: a key named __proto__ is then only a name.
    const value = { value: pair["value"] ?? null, enumerable: true, writable: true, configurable: true };
    Object.defineProperty(map, String(pair["key"] ?? ""), value);
  }

  #note(field: FieldShape, shape: MessageShape, value: { offset: number; length: number }, text: string | undefined) {
    // Absent and empty are the same in proto3: an empty password tells nothing.
    if (value.length === 0) return;
    this.noted.push({
      path: `${shape.name}.${field.name}`,
      name: field.name,
      redacted: field.redact,
      text,
      offset: value.offset,
      length: value.length,
    });
  }

  #guess(reader: ByteReader, wireType: number, depth: number): GuessedValue {
    const guess = guessField(reader, wireType, this.#limits.maxDepth - depth, this.#limits.maxValues - this.#values);
    this.#values += guess.values;
    return guess.value;
  }
}

function fits(field: FieldShape, wireType: number): boolean {
  return wireType === wireTypeOf(field) || (wireType === 2 && isPackable(field));
}

/** Repeated fields are arrays always; others become one when the wire repeats them, since the last one alone would hide the first. */
function add(fields: Map<string, unknown>, name: string, value: unknown, repeated: boolean): void {
  const before = fields.get(name);
  if (before === undefined) fields.set(name, repeated ? [value] : value);
  else if (Array.isArray(before)) before.push(value);
  else fields.set(name, [before, value]);
}
