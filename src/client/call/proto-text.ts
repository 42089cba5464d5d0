// Turns .proto texts into file descriptors, which is the form in which the rest of the call command knows a schema.
import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Type as FieldType,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import { ClientError } from "../client-error.js";
import { printableText } from "../printable-text.js";

/** `name` is how other files import it: "earshot/call/v1/call.proto". */
export interface ProtoText {
  readonly name: string;
  readonly text: string;
}

/** Descriptors of the files, in their order. Imports of google/protobuf need not be among them. Throws ClientError "file_unusable". */
export function decodeProtoTexts(texts: readonly ProtoText[]): FileDescriptorProto[] {
  const root = new protobuf.Root();
  const files = texts.map((text) => parseText(root, text));
  try {
    for (const name of new Set(files.flatMap((file) => file.dependency))) {
      const common = protobuf.common.get(name);
      if (common?.nested) root.addJSON(common.nested);
    }
    root.resolveAll();
    const byName = new Map(files.map((file) => [file.name, file]));
    addDeclarations(root, byName);
  } catch (error) {
    throw unusable("The .proto files do not make a whole schema", error);
  }
  return files;
}

/** The file without what it declares: types can only be resolved when all files are read. */
function parseText(root: protobuf.Root, { name, text }: ProtoText): FileDescriptorProto {
  try {
    if (/^\s*edition\s*=/m.test(text)) throw new Error("editions are not read from text; give a descriptor set");
    const isProto3 = /^\s*syntax\s*=\s*(["'])proto3\1/m.test(text);
    Object.assign(protobuf.parse, { filename: name }); // Noted on all that is parsed next; its types leave it out.
    const parsed = protobuf.parse(text, root, { keepCase: true });
    return create(FileDescriptorProtoSchema, {
      name,
      package: parsed.package ?? "",
      syntax: isProto3 ? "proto3" : "proto2",
      dependency: [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])],
    });
  } catch (error) {
    throw unusable(`${printableText(name)} is not a usable .proto file`, error);
  }
}

function unusable(what: string, error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const why = error instanceof Error ? printableText(error.message, 200) : "unknown";
  const message = `${what} (${why}). What is not read from text can be given as a descriptor set: buf build -o set.binpb`;
  return new ClientError("file_unusable", message, { cause: error });
}

/** Packages span files, so the file of a declaration is what the parser noted on it. */
function addDeclarations(namespace: protobuf.NamespaceBase, files: ReadonlyMap<string, FileDescriptorProto>): void {
  for (const declared of namespace.nestedArray) {
    const file = files.get(declared.filename ?? "");
    if (declared instanceof protobuf.Type) file?.messageType.push(messageOf(declared));
    else if (declared instanceof protobuf.Enum) file?.enumType.push(enumOf(declared));
    else if (declared instanceof protobuf.Service) file?.service.push(serviceOf(declared));
    else if (declared instanceof protobuf.Namespace) addDeclarations(declared, files);
  }
}

function messageOf(type: protobuf.Type): DescriptorProto {
  const message = create(DescriptorProtoSchema, { name: type.name });
  const isSynthetic = (oneof: protobuf.OneOf) => oneof.fieldsArray.some(isOptionalOfProto3);
  const oneofs = [...type.oneofsArray].sort((a, b) => Number(isSynthetic(a)) - Number(isSynthetic(b)));
  for (const field of type.fieldsArray) {
    const descriptor = fieldOf(field);
    if (field.partOf) descriptor.oneofIndex = oneofs.indexOf(field.partOf);
    if (field instanceof protobuf.MapField) message.nestedType.push(mapEntryOf(field, descriptor));
    message.field.push(descriptor);
  }
  for (const { name } of oneofs) message.oneofDecl.push({ $typeName: "google.protobuf.OneofDescriptorProto", name });
  for (const nested of type.nestedArray) {
    if (nested instanceof protobuf.Type) message.nestedType.push(messageOf(nested));
    else if (nested instanceof protobuf.Enum) message.enumType.push(enumOf(nested));
  }
  return message;
}

function fieldOf(field: protobuf.Field): FieldDescriptorProto {
  const name = field.name;
  const options = field.options ?? {};
  const jsonName: unknown = options["json_name"];
  return create(FieldDescriptorProtoSchema, {
    name,
    number: field.id,
    label: field.repeated || field.map ? Label.REPEATED : field.required ? Label.REQUIRED : Label.OPTIONAL,
    ...typeOf(field.type, field.resolvedType),
    jsonName: typeof jsonName === "string" ? jsonName : lowerCamelCase(name),
    ...(isOptionalOfProto3(field) ? { proto3Optional: true } : {}),
    options: {
      debugRedact: options["debug_redact"] === true,
      ...(typeof options["packed"] === "boolean" ? { packed: options["packed"] } : {}),
    },
  });
}

function isOptionalOfProto3(field: protobuf.Field): boolean {
  return field.options?.["proto3_optional"] === true;
}

/** A map is a repeated field of entries with a key and a value. */
function mapEntryOf(field: protobuf.MapField, descriptor: FieldDescriptorProto): DescriptorProto {
  const name = `${lowerCamelCase(`_${field.name}`)}Entry`;
  descriptor.type = FieldType.MESSAGE;
  descriptor.typeName = `${field.parent?.fullName ?? ""}.${name}`;
  const part = { label: Label.OPTIONAL };
  return create(DescriptorProtoSchema, {
    name,
    options: { mapEntry: true },
    field: [
      { ...part, name: "key", jsonName: "key", number: 1, ...typeOf(field.keyType, null) },
      { ...part, name: "value", jsonName: "value", number: 2, ...typeOf(field.type, field.resolvedType) },
    ],
  });
}

function typeOf(name: string, resolved: protobuf.ReflectionObject | null): { type: FieldType; typeName?: string } {
  if (resolved instanceof protobuf.Enum) return { type: FieldType.ENUM, typeName: resolved.fullName };
  if (resolved instanceof protobuf.Type) {
    if ("group" in resolved && resolved.group === true) throw new Error(`${resolved.name} is a group`);
    return { type: FieldType.MESSAGE, typeName: resolved.fullName };
  }
  const scalar = SCALARS.get(name);
  if (scalar === undefined) throw new Error(`no such type: ${name}`);
  return { type: scalar };
}

const SCALARS: ReadonlyMap<string, FieldType> = new Map([
  ["double", FieldType.DOUBLE],
  ["float", FieldType.FLOAT],
  ["int32", FieldType.INT32],
  ["int64", FieldType.INT64],
  ["uint32", FieldType.UINT32],
  ["uint64", FieldType.UINT64],
  ["sint32", FieldType.SINT32],
  ["sint64", FieldType.SINT64],
  ["fixed32", FieldType.FIXED32],
  ["fixed64", FieldType.FIXED64],
  ["sfixed32", FieldType.SFIXED32],
  ["sfixed64", FieldType.SFIXED64],
  ["bool", FieldType.BOOL],
  ["string", FieldType.STRING],
  ["bytes", FieldType.BYTES],
]);

function enumOf({ name, values }: protobuf.Enum): EnumDescriptorProto {
  const value = Object.entries(values).map(([valueName, number]) => ({ name: valueName, number }));
  return create(EnumDescriptorProtoSchema, { name, value, options: { allowAlias: true } });
}

function serviceOf(service: protobuf.Service): ServiceDescriptorProto {
  const method = service.methodsArray.map((one) => ({
    name: one.name,
    inputType: one.resolvedRequestType?.fullName ?? "",
    outputType: one.resolvedResponseType?.fullName ?? "",
    clientStreaming: one.requestStream === true,
    serverStreaming: one.responseStream === true,
  }));
  return create(ServiceDescriptorProtoSchema, { name: service.name, method });
}

/** As protoc derives JSON names: an underscore goes, and the letter behind it becomes a capital. */
function lowerCamelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}
