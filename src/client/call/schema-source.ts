// Decides where the schema of a call comes from: --proto, the server's reflection, or the protos of this package.
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type CallOptions, type Connection, RpcError, StatusCode } from "../../rpc/index.js";
import { CallSchema } from "./call-schema.js";
import { askForSchema } from "./reflection-query.js";

/** Throws ClientError, or RpcError when the connection fails. `connect` is called only when the server is to be asked. */
export async function findSchema(
  proto: string | undefined,
  connect: () => Promise<Connection>,
  options: CallOptions,
): Promise<CallSchema> {
  if (proto !== undefined) {
    const { readProtoFiles } = await import("./proto-files.js"); // With it comes a parser that other calls do without.
    return new CallSchema(await readProtoFiles(proto));
  }
  try {
    return new CallSchema(await askForSchema(await connect(), options));
  } catch (error) {
    if (!(error instanceof RpcError && error.code === StatusCode.UNIMPLEMENTED)) throw error;
    return ownSchema();
  }
}

const NO_REFLECTION = "the server offers no reflection, so only Earshot's own services are known; give --proto";

/** Every Earshot server serves these, with reflection or without. */
async function ownSchema(): Promise<CallSchema> {
  const { descriptorSetBase64 } = await import("../../gen/descriptor-set.js");
  return new CallSchema(
    fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, "base64")).file,
    NO_REFLECTION,
  );
}
