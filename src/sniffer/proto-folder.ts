// Reads the .proto files of folders, and makes a schema of them when it is first needed.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type MessageShape, type Protobuf, type ProtoFile, Schema, SchemaError } from "./message/schema.js";
import { fileError, RunError } from "./run-error.js";

/** The package's own protocol: earshot.call.v1 and earshot.accounts.v1. */
const OWN_FOLDER = fileURLToPath(new URL("../../../proto/", import.meta.url));
/** A folder given by mistake, such as /, should fail soon. */
const MAX_FILES = 5000;
const MAX_FILE_BYTES = 0x400000;

/** Schemas of the package's own files and of those in folders, parsed when they are first needed: that takes time. */
export class ProtoFolders {
  readonly #folders: readonly string[];
  #schema: Schema | undefined;
  #foreign: readonly MessageShape[] | undefined;

  constructor(folders: readonly string[] = []) {
    this.#folders = folders;
  }

  /** Throws RunError that names the file when one cannot be read or parsed. */
  schema(): Schema {
    this.#schema ??= parseFiles([OWN_FOLDER, ...this.#folders].flatMap(readProtoFolder));
    return this.#schema;
  }

  /** The messages of the given folders alone. */
  foreignMessages(): readonly MessageShape[] {
    if (this.#folders.length === 0) return [];
    this.#foreign ??= parseFiles(this.#folders.flatMap(readProtoFolder)).topLevelMessages();
    return this.#foreign;
  }
}

function parseFiles(files: readonly ProtoFile[]): Schema {
  try {
    return Schema.parse(requireProtobuf(), files);
  } catch (error) {
    if (error instanceof SchemaError) throw new RunError(error.message, { cause: error });
    throw error;
  }
}

/** A synchronous load, since the pipeline has no place to wait. */
function requireProtobuf(): Protobuf {
  return createRequire(import.meta.url)("protobufjs");
}

export function readProtoFolder(folder: string): ProtoFile[] {
  let at = folder;
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".proto"));
    if (files.length === 0) throw new RunError(`there are no .proto files in ${folder}`);
    if (files.length > MAX_FILES) throw new RunError(`${folder} holds more than ${MAX_FILES} .proto files`);
    return files.map((file) => {
      at = join(file.parentPath, file.name);
      return { name: relative(folder, at).split(sep).join("/"), text: readText(at) };
    });
  } catch (error) {
    throw error instanceof RunError ? error : fileError("read", at, error);
  }
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  if (bytes.length > MAX_FILE_BYTES) throw new RunError(`${path} is larger than ${MAX_FILE_BYTES} bytes`);
  return bytes.toString("utf8");
}
