// The schemas for the peers: compiled by protobufjs, and as descriptors for protobuf-es.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import { root } from "./product.js";

const folders = [join(root, "proto"), join(root, "test/proto")];
const files = ["earshot/accounts/v1/accounts.proto", "earshot/test/v1/echo.proto"];

/** protobufjs's types. It writes an encoder and a decoder for each at run time: the fastest of the stock codecs. */
export function loadProtobufjs() {
  const schema = new protobuf.Root();
  schema.resolvePath = (_origin, target) => join(target.startsWith("earshot/test/") ? folders[1] : folders[0], target);
  schema.loadSync(files);
  return schema;
}

/** The two services as protobuf-es describes them. */
export function loadDescriptors() {
  const registry = createFileRegistry(...folders.map(describe));
  return {
    accounts: registry.getService("earshot.accounts.v1.AccountService"),
    echo: registry.getService("earshot.test.v1.EchoService"),
  };
}

function describe(folder) {
  const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin/buf"), ["build", folder, "-o", "-"]);
  if (status !== 0) throw new Error(`buf build ${folder}: ${stderr}`);
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, stdout));
}
