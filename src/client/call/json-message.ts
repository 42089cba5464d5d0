// Messages as JSON and back, in the JSON form that protobuf defines. What does not fit is told without its value: it may be a password.
import {
  type DescField,
  type DescMessage,
  fromJsonString,
  type Message,
  type Registry,
  toJson,
} from "@bufbuild/protobuf";
import { isFieldError } from "@bufbuild/protobuf/reflect";
import { ClientError } from "../client-error.js";
import { printableJson, printableText } from "../printable-text.js";
import type { JsonText } from "./json-splitter.js";

/** Throws ClientError "invalid_field" that names the field. */
export function decodeJson(type: DescMessage, { text, line }: JsonText, registry: Registry): Message {
  try {
    return fromJsonString(type, text, { registry });
  } catch (error) {
    const { why, field } = explain(error, type, registry);
    const where = line > 1 ? `The JSON that begins in line ${line}` : "The JSON";
    throw new ClientError("invalid_field", `${where} does not fit: ${why}.`, { field, cause: undefined });
  }
}

/** One line, or with `pretty` several. Throws ClientError "bad_schema" when it holds an Any of a type that the schema lacks. */
export function encodeJson(type: DescMessage, message: Message, registry: Registry, pretty: boolean): string {
  try {
    return printableJson(JSON.stringify(toJson(type, message, { registry }), undefined, pretty ? 2 : undefined));
  } catch (error) {
    const why = error instanceof Error ? printableText(error.message, 200) : "unknown";
    throw new ClientError("bad_schema", `The answer cannot be shown as JSON with this schema: ${why}.`, {
      cause: error,
    });
  }
}

/** The names of the fields in the message that the schema marks debug_redact, at any depth. */
export function redactedFields(type: DescMessage, json: string): string[] {
  const value: unknown = JSON.parse(json);
  return [...new Set(redactedIn(type, value))];
}

function redactedIn(type: DescMessage, value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one) => redactedIn(type, one));
  const fields = new Map(
    type.fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]),
  );
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = fields.get(key);
    if (field === undefined) return [];
    if (field.proto.options?.debugRedact === true) return [field.name];
    return field.message === undefined ? [] : redactedIn(field.message, inner);
  });
}

interface Explanation {
  readonly why: string;
  readonly field?: string;
}

function explain(error: unknown, type: DescMessage, registry: Registry): Explanation {
  if (!(error instanceof Error)) return { why: "it is not JSON" };
  if (isFieldError(error.cause)) return explainField(error.cause.field(), error.cause.message);
  const [, key] = /: key "(.*)" is unknown$/s.exec(error.message) ?? [];
  const typeName = /^cannot decode (?:message |enum )?(\S+) from JSON/.exec(error.message)?.[1] ?? type.typeName;
  if (key !== undefined) return explainUnknown(registry.getMessage(typeName) ?? type, printableText(key, 60));
  if (error.cause instanceof SyntaxError) return explainSyntax(error.cause.message);
  const values = registry.getEnum(typeName)?.values.map((value) => value.name);
  if (values !== undefined) return { why: `${typeName} is one of ${values.join(", ")}` };
  if (/is not in the type registry$/.test(error.message)) return { why: 'the schema lacks the type in "@type"' };
  const rule = RULES.find((one) => error.message.includes(one));
  return {
    why: `${typeName} ${rule === undefined ? "is written differently in JSON" : `: ${rule}`}`.replace(" :", ":"),
  };
}

/** What the library says where it repeats nothing of the input. */
const RULES = [
  "invalid RFC 3339 string",
  "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z inclusive",
  "path names must be lowerCamelCase",
  "maximum recursion depth",
  '"@type" is empty',
  '"@type" is invalid',
  "duplicate object key",
  "invalid base64 string",
  "set multiple times",
  "must not be null",
];

function explainField(
  field: DescField | { readonly kind: "oneof"; readonly name: string },
  reason: string,
): Explanation {
  const { name } = field;
  const expected = /expected [a-z]+(?: \([a-z0-9]+\))?/i.exec(reason)?.[0];
  const range = reason.endsWith("out of range") ? " within its range" : "";
  const rule =
    /oneof set multiple times by \w+ and \w+$/.exec(reason)?.[0] ?? RULES.find((one) => reason.includes(one));
  const why = expected === undefined ? (rule ?? "it cannot hold that") : `${expected}${range}`;
  return { why: `field ${name}: ${why}`, field: name };
}

function explainUnknown(type: DescMessage, key: string): Explanation {
  const names = type.fields.map((field) => field.name);
  const fields = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return { why: `${type.typeName} has no field "${key}"; ${fields}`, field: key };
}

/** V8 repeats a part of the text; only the place may be told. */
function explainSyntax(message: string): Explanation {
  const position = /at position (\d+)/.exec(message)?.[1];
  const where = position === undefined ? "" : ` (at character ${Number(position) + 1})`;
  return { why: /end of JSON/i.test(message) ? "it ends too early" : `it is not JSON${where}` };
}
