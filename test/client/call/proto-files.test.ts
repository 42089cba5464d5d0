// What --proto may name: a file with its imports, a folder, a descriptor set; and how it says that it cannot be used.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import t, { type Test } from "tap";
import { readProtoFiles } from "../../../src/client/call/proto-files.js";
import { decodeProtoTexts } from "../../../src/client/call/proto-text.js";
import { TEXTS } from "./every-kind.js";

function folderOf(t: Test, files: readonly { name: string; text: string | Uint8Array }[]): string {
  const folder = t.testdir();
  for (const { name, text } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const names = async (path: string) => (await readProtoFiles(path)).map((file) => file.name).sort();

t.test("a folder is read whole, by the names that imports use; packages of npm are not", async (t) => {
  const broken = { name: "node_modules/x/broken.proto", text: "nonsense" };
  const wellKnown = { name: "google/protobuf/any.proto", text: "nonsense too: ours is taken" };
  const folder = folderOf(t, [...TEXTS, broken, wellKnown]);
  t.same(await names(folder), ["shop/v1/money.proto", "shop/v1/shop.proto"]);
});

t.test("a file is read with its imports, which lie below it or below a folder above", async (t) => {
  const folder = folderOf(t, TEXTS);
  t.same(await names(join(folder, "shop/v1/shop.proto")), ["shop.proto", "shop/v1/money.proto"]);
});

t.test("a descriptor set is taken as it is", async (t) => {
  const set = create(FileDescriptorSetSchema, { file: decodeProtoTexts(TEXTS) });
  const folder = folderOf(t, [{ name: "set.binpb", text: toBinary(FileDescriptorSetSchema, set) }]);
  t.same(await names(join(folder, "set.binpb")), ["shop/v1/money.proto", "shop/v1/shop.proto"]);
});

t.test("what cannot be used is said in words", async (t) => {
  const folder = folderOf(t, [
    { name: "nothing.bin", text: "nothing" },
    { name: "empty.binpb", text: "" },
    { name: "broken.proto", text: "nonsense" },
    { name: "empty/note.txt", text: "" },
    { name: "large.proto", text: " ".repeat(5 * 1024 * 1024) },
  ]);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["gone.proto", /gone\.proto cannot be read \(ENOENT\)/],
    ["nothing.bin", /neither a \.proto file, nor a folder of them, nor a descriptor set/],
    ["empty.binpb", /neither/],
    ["broken.proto", /broken\.proto is not a usable \.proto file/],
    ["empty", /no \.proto files in/],
    ["large.proto", /too large/],
  ];
  for (const [name, says] of cases) {
    await t.rejects(readProtoFiles(join(folder, name)), { code: "file_unusable", message: says }, name);
  }
});
