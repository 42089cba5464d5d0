// What a descriptor set declares, found again by every name it has.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_descriptor,
} from "@bufbuild/protobuf/wkt";
import t from "tap";
import { descriptorSetBase64 } from "../../../src/gen/descriptor-set.js";
import { DescriptorIndex } from "../../../src/rpc/services/descriptor-index.js";

const own = new DescriptorIndex(Buffer.from(descriptorSetBase64, "base64"));
const ACCOUNTS = "earshot/accounts/v1/accounts.proto";

t.test("files, with all that they import, the file itself first", async (t) => {
  const call = own.file("earshot/call/v1/call.proto");
  t.same(call && own.withDependencies(call).map(({ name }) => name), [
    "earshot/call/v1/call.proto",
    "google/protobuf/any.proto",
  ]);
  t.equal(own.file("nothing.proto"), undefined);
});

t.test("every kind of symbol leads to its file", async (t) => {
  const accounts = "earshot.accounts.v1";
  const symbols = [
    `${accounts}.AccountService`,
    `${accounts}.AccountService.Login`,
    `${accounts}.LoginRequest`,
    `${accounts}.LoginRequest.password`,
    `${accounts}.InvalidField.Reason`,
    `${accounts}.InvalidField.REASON_REQUIRED`,
  ];
  for (const symbol of symbols) t.equal(own.fileOfSymbol(symbol)?.name, ACCOUNTS, symbol);
  t.equal(own.fileOfSymbol("earshot.call.v1.Frame.body")?.name, "earshot/call/v1/call.proto", "a oneof");
  t.equal(own.fileOfSymbol(accounts), undefined, "a package is no symbol: it has no one file");
});

t.test("extensions are found by what they extend and their number", async (t) => {
  const extendee = ".google.protobuf.FieldOptions";
  const options = create(FileDescriptorProtoSchema, {
    name: "options.proto",
    package: "shop",
    dependency: ["google/protobuf/descriptor.proto"],
    extension: [{ name: "unit", number: 50_001, extendee }],
    messageType: [{ name: "Scope", extension: [{ name: "scale", number: 50_002, extendee }] }],
  });
  const set = create(FileDescriptorSetSchema, { file: [file_google_protobuf_descriptor.proto, options] });
  const index = new DescriptorIndex(toBinary(FileDescriptorSetSchema, set));
  t.equal(index.fileOfExtension("google.protobuf.FieldOptions", 50_002)?.name, "options.proto");
  t.equal(index.fileOfExtension("google.protobuf.FieldOptions", 1), undefined);
  t.same(index.extensionNumbers("google.protobuf.FieldOptions").sort(), [50_001, 50_002]);
  t.equal(index.fileOfSymbol("shop.unit")?.name, "options.proto");
  t.equal(index.fileOfSymbol("shop.Scope.scale")?.name, "options.proto");
  t.same(index.extensionNumbers("shop.Scope"), []);
});

t.test("imports that lead in a circle, or to nowhere, do not matter", async (t) => {
  const file = [
    { name: "a.proto", dependency: ["b.proto", "gone.proto"] },
    { name: "b.proto", dependency: ["a.proto"] },
  ];
  const set = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
  const index = new DescriptorIndex(set);
  const first = index.file("a.proto");
  t.same(first && index.withDependencies(first).map(({ name }) => name), ["a.proto", "b.proto"]);
});

t.test("bytes cut off anywhere make an error or a smaller set, nothing else", async (t) => {
  const bytes = Buffer.from(descriptorSetBase64, "base64");
  for (let length = 0; length < bytes.length; length += 61) {
    try {
      t.ok(new DescriptorIndex(bytes.subarray(0, length)).fileCount <= own.fileCount);
    } catch (error) {
      t.type(error, Error);
    }
  }
});
