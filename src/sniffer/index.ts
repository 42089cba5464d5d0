// The package's `earshot/sniffer`: the pipeline, what goes in, and what comes out.
export type { CaptureError, CaptureErrorCode } from "./capture/capture-error.js";
export { CaptureReader } from "./capture/capture-reader.js";
export { CaptureWriter } from "./capture/capture-writer.js";
export type * from "./event.js";
export { SecretList } from "./finding/secret-search.js";
export { type ProtoFile, Schema, SchemaError } from "./message/schema.js";
export type { RawPacket } from "./packet/raw-packet.js";
export { Pipeline, type PipelineOptions } from "./pipeline.js";
export { ProtoFolders } from "./proto-folder.js";
export type { Conversation, StreamEvent } from "./stream/stream-event.js";
