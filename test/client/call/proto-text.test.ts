// Schemas from text: the same as the compiler's own, and a clear word where they cannot be.

import { fileURLToPath } from "node:url";
import { createFileRegistry, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";
import { CallSchema } from "../../../src/client/call/call-schema.js";
import { readProtoFiles } from "../../../src/client/call/proto-files.js";
import { decodeProtoTexts } from "../../../src/client/call/proto-text.js";
import { descriptorSetBase64 } from "../../../src/gen/descriptor-set.js";
import { shopSchema } from "./every-kind.js";

const PROTO_FOLDER = fileURLToPath(new URL("../../../../proto/", import.meta.url));

/** All that calls depend on, as lines. */
function linesOf(registry: FileRegistry): string[] {
  return [...registry].flatMap((type) => {
    switch (type.kind) {
      case "service":
        return type.methods.map((one) => [type.typeName, one.name, one.methodKind, one.input, one.output].join(" "));
      case "enum":
        return type.values.map((value) => [type.typeName, value.name, value.number].join(" "));
      case "message":
        return type.fields.map((field) => {
          const packed = field.fieldKind === "list" && field.packed;
          const redacted = field.proto.options?.debugRedact === true;
          const { number, jsonName, fieldKind, scalar, message, presence, oneof } = field;
          const type = [fieldKind, scalar, message, field.enum, packed, presence, oneof?.name, redacted];
          return [field, number, jsonName, ...type].join(" ");
        });
      default:
        return [];
    }
  });
}

t.test("what is read of this package's protos is what the compiler made of them", async (t) => {
  const compiled = fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, "base64"));
  const read = new CallSchema(await readProtoFiles(PROTO_FOLDER)).registry;
  t.same(linesOf(read).sort(), linesOf(createFileRegistry(compiled)).sort());
});

t.test("every kind of field", async (t) => {
  const fields = shopSchema().registry.getMessage("shop.v1.Everything")?.fields ?? [];
  const kinds = Object.fromEntries(
    fields.map((field) => [field.name, `${field.fieldKind} ${field.oneof?.name ?? ""}`]),
  );
  t.match(kinds, { some_number: "scalar ", color: "enum ", inner: "message ", colors: "list ", by_id: "map " });
  t.match(kinds, { text_choice: "scalar choice", none: "message choice", maybe: "scalar " });
  const packed = fields.filter((field) => field.fieldKind === "list" && field.packed).map(({ name }) => name);
  t.same(packed, ["colors"]);
});

t.test("proto2 has its own presence and its closed enums", async (t) => {
  const text = `syntax = "proto2"; package old; enum E { A = 1; } message M { required int32 a = 1; optional E e = 2; repeated int32 r = 3; }`;
  const { registry } = new CallSchema(decodeProtoTexts([{ name: "old.proto", text }]));
  t.equal(registry.getEnum("old.E")?.open, false);
  const [required, , repeated] = registry.getMessage("old.M")?.fields ?? [];
  t.equal(required?.presence, 3, "LEGACY_REQUIRED");
  t.match(repeated, { fieldKind: "list", packed: false });
});

const UNUSABLE: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ["nonsense", "hello there", /a\.proto is not a usable .proto file/],
  ["an edition", 'edition = "2023"; message A {}', /descriptor set: buf build/],
  ["a type that is nowhere", 'syntax = "proto3"; message A { Gone gone = 1; }', /do not make a whole schema.*Gone/],
  ["a group", 'syntax = "proto2"; message A { repeated group B = 1 { optional int32 c = 1; } }', /is a group/],
];

for (const [what, text, says] of UNUSABLE) {
  t.test(`${what} is refused in words`, async (t) => {
    t.throws(() => decodeProtoTexts([{ name: "a.proto", text }]), { message: says });
  });
}
