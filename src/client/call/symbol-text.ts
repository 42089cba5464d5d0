// Describes a service, method, message or enum as a .proto file would, for people.
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescOneof,
  type DescService,
  ScalarType,
} from "@bufbuild/protobuf";
import type { CallSchema } from "./call-schema.js";
import { commentLines } from "./symbol-comments.js";

type Described = DescService | DescMethod | DescMessage | DescEnum;

/** Lines. Throws ClientError "not_in_schema". */
export function describeSymbol(schema: CallSchema, symbol: string): string[] {
  const found = find(schema, symbol);
  switch (found.kind) {
    case "service":
      return [...above(found), `service ${found.typeName} {`, ...members(found.methods, methodLines), "}"];
    case "rpc":
      return [...methodLines(found, ""), "", ...unique([found.input, found.output]).flatMap(messageLines)];
    case "message":
      return messageLines(found);
    case "enum":
      return enumLines(found);
  }
}

function find(schema: CallSchema, symbol: string): Described {
  const name = symbol.replace(/^[./]/, "");
  const types = [...schema.registry].flatMap((type) => (type.kind === "extension" ? [] : [type]));
  const exact = types.find((type) => type.typeName === name);
  if (exact !== undefined) return exact;
  const ending = types.filter((type) => type.typeName.endsWith(`.${name}`));
  if (ending.length === 1 && ending[0] !== undefined) return ending[0];
  if (/[./]/.test(name) && ending.length === 0) return schema.method(name);
  throw schema.noSuch(
    symbol,
    ending.map((type) => type.typeName),
  );
}

function methodLines(method: DescMethod, indent: string): string[] {
  const kind = method.methodKind;
  const request = kind === "client_streaming" || kind === "bidi_streaming" ? "stream " : "";
  const response = kind === "server_streaming" || kind === "bidi_streaming" ? "stream " : "";
  const { name, input, output } = method;
  const line = `rpc ${name}(${request}${input.typeName}) returns (${response}${output.typeName});`;
  return [...above(method, indent), `${indent}${line}`];
}

function messageLines(message: DescMessage): string[] {
  const enums = message.nestedEnums.flatMap((one) => enumLines(one).map((line) => `  ${line}`));
  const lines = members(message.members, memberLines);
  return [...above(message), `message ${message.typeName} {`, ...enums, ...lines, "}"];
}

function memberLines(member: DescField | DescOneof, indent: string): string[] {
  if (member.kind === "oneof") {
    const inner = member.fields.flatMap((field) => memberLines(field, `${indent}  `));
    return [...above(member, indent), `${indent}oneof ${member.name} {`, ...inner, `${indent}}`];
  }
  const optional = member.proto.proto3Optional ? "optional " : "";
  const redacted = member.proto.options?.debugRedact === true ? " [debug_redact = true]" : "";
  const line = `${optional}${fieldType(member)} ${member.name} = ${member.number}${redacted};`;
  return [...above(member, indent), `${indent}${line}`];
}

function fieldType(field: DescField): string {
  switch (field.fieldKind) {
    case "map":
      return `map<${scalarName(field.mapKey)}, ${valueType(field)}>`;
    case "list":
      return `repeated ${valueType(field)}`;
    default:
      return valueType(field);
  }
}

function valueType({ scalar, message, enum: enumeration }: DescField): string {
  return message?.typeName ?? enumeration?.typeName ?? (scalar === undefined ? "?" : scalarName(scalar));
}

function scalarName(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}

function enumLines(enumeration: DescEnum): string[] {
  const values = members(enumeration.values, (value, indent) => [
    ...above(value, indent),
    `${indent}${value.name} = ${value.number};`,
  ]);
  return [...above(enumeration), `enum ${enumeration.typeName} {`, ...values, "}"];
}

function above(described: Parameters<typeof commentLines>[0], indent = ""): string[] {
  return commentLines(described).map((line) => `${indent}//${line}`);
}

function members<T>(all: readonly T[], lines: (one: T, indent: string) => string[]): string[] {
  return all.flatMap((one) => lines(one, "  "));
}

function unique<T>(all: readonly T[]): T[] {
  return [...new Set(all)];
}
