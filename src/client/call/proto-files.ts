// Reads the schema that --proto names: a .proto file, a folder of them, or a descriptor set.
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ClientError } from "../client-error.js";
import { printableText } from "../printable-text.js";
import { decodeProtoTexts, type ProtoText } from "./proto-text.js";

/** A folder given by mistake, such as /, should fail soon. */
const MAX_FILES = 5_000;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_SET_BYTES = 64 * 1024 * 1024;
/** These are known already, whole. */
const WELL_KNOWN_PREFIX = "google/protobuf/";

/** Throws ClientError "file_unusable". */
export async function readProtoFiles(path: string): Promise<FileDescriptorProto[]> {
  const entry = await unlessUnreadable(path, () => stat(path));
  if (entry.isDirectory()) return decodeProtoTexts(await readFolder(path));
  if (!path.endsWith(".proto")) return readDescriptorSet(path, entry.size);
  return decodeProtoTexts(await readWithImports(path));
}

async function readFolder(folder: string): Promise<ProtoText[]> {
  const entries = await unlessUnreadable(folder, () => readdir(folder, { recursive: true, withFileTypes: true }));
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".proto"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.split(sep).includes("node_modules"));
  if (paths.length === 0) throw new ClientError("file_unusable", `There are no .proto files in ${shown(folder)}.`);
  if (paths.length > MAX_FILES) {
    throw new ClientError("file_unusable", `${shown(folder)} holds more than ${MAX_FILES} .proto files.`);
  }
  const names = paths.map((path) => relative(folder, path).split(sep).join("/")).sort();
  const own = names.filter((name) => !name.startsWith(WELL_KNOWN_PREFIX));
  return Promise.all(own.map(async (name) => ({ name, text: await readText(join(folder, name)) })));
}

/** Imports are looked for in the file's folder and in those above it, as if protoc were run there. */
async function readWithImports(path: string): Promise<ProtoText[]> {
  const texts = new Map<string, ProtoText>();
  const read = async (name: string, file: string): Promise<void> => {
    const text = await readText(file);
    texts.set(name, { name, text });
    if (texts.size > MAX_FILES)
      throw new ClientError("file_unusable", `${shown(path)} imports more than ${MAX_FILES} files.`);
    for (const wanted of importsOf(text)) {
      const found = texts.has(wanted) ? undefined : await findImport(resolve(path), wanted);
      if (found !== undefined) await read(wanted, found);
    }
  };
  await read(basename(path), path);
  return [...texts.values()];
}

function importsOf(text: string): string[] {
  const written = [...text.matchAll(/^\s*import\s+(?:public\s+|weak\s+)?["']([^"']+)["']/gm)];
  return written.flatMap(([, name]) => (name === undefined || name.startsWith(WELL_KNOWN_PREFIX) ? [] : [name]));
}

/** Undefined when it is nowhere: it may hold nothing but options. */
async function findImport(from: string, name: string): Promise<string | undefined> {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const path = join(folder, name);
    const found = await stat(path).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (found) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await unlessUnreadable(path, () => stat(path));
  if (size > MAX_FILE_BYTES) throw new ClientError("file_unusable", `${shown(path)} is too large for a .proto file.`);
  return unlessUnreadable(path, () => readFile(path, "utf8"));
}

async function readDescriptorSet(path: string, size: number): Promise<FileDescriptorProto[]> {
  if (size > MAX_SET_BYTES) throw new ClientError("file_unusable", `${shown(path)} is too large for a descriptor set.`);
  const bytes = await unlessUnreadable(path, () => readFile(path));
  try {
    const { file } = fromBinary(FileDescriptorSetSchema, bytes);
    if (file.length > 0) return file;
  } catch {
    // Said below, whatever it was.
  }
  const message = `${shown(path)} is neither a .proto file, nor a folder of them, nor a descriptor set.`;
  throw new ClientError("file_unusable", message);
}

async function unlessUnreadable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new ClientError("file_unusable", `${shown(path)} cannot be read (${code}).`, { cause: error });
  }
}

function shown(path: string): string {
  return printableText(path, 200);
}
