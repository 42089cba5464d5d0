// The services and messages that calls can be made with, from file descriptors of whatever source.
import { clone, create, createFileRegistry, type DescMethod, type FileRegistry } from "@bufbuild/protobuf";
import * as wellKnown from "@bufbuild/protobuf/wkt";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ClientError } from "../client-error.js";
import { printableText } from "../printable-text.js";

export class CallSchema {
  readonly registry: FileRegistry;

  readonly #hint: string;

  /**
   * Files in any order; those of google/protobuf may be missing. `hint` tells who looks for what is not there how to get
   * it. Throws ClientError "bad_schema".
   */
  constructor(files: readonly FileDescriptorProto[], hint = "see client call --list") {
    this.#hint = hint;
    try {
      this.registry = createFileRegistry(create(FileDescriptorSetSchema, { file: importsFirst(files) }));
    } catch (error) {
      const why = error instanceof Error ? printableText(error.message, 200) : "unknown";
      throw new ClientError("bad_schema", `The schema is not whole: ${why}.`, { cause: error });
    }
  }

  /** "package.Service/Method" of all methods, sorted. */
  get methodPaths(): string[] {
    return this.#methods.map(pathOf).sort();
  }

  /**
   * The method of "package.Service/Method", or of "Service/Method" when only one service is called so. A dot may stand
   * for the slash. Throws ClientError "not_in_schema".
   */
  method(written: string): DescMethod {
    const wanted = written.replace(/^\//, "").replace(/\.(?=[^./]*$)(?!.*\/)/, "/");
    const found = this.#methods.filter((method) => pathOf(method) === wanted || pathOf(method).endsWith(`.${wanted}`));
    const exact = found.find((method) => pathOf(method) === wanted) ?? (found.length === 1 ? found[0] : undefined);
    if (exact !== undefined) return exact;
    throw this.noSuch(written, found.map(pathOf));
  }

  /** For a name that is nowhere, or could mean several things. */
  noSuch(written: string, choices: readonly string[]): ClientError {
    const shown = printableText(written, 100);
    const message =
      choices.length > 1
        ? `${shown} could be any of these, so write it whole: ${[...choices].sort().join(", ")}.`
        : `There is no ${shown} in the schema: ${this.#hint}.`;
    return new ClientError("not_in_schema", message);
  }

  get #methods(): DescMethod[] {
    return [...this.registry].flatMap((type) => (type.kind === "service" ? type.methods : []));
  }
}

export function pathOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

/** Imports stand before what imports them, as a registry wants it; an import that is nowhere is left to fail where its types are used. */
function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const known = new Map([...WELL_KNOWN, ...files].map((file) => [file.name, file]));
  const ordered = new Set<FileDescriptorProto>();
  const begun = new Set<string>();
  const add = (name: string): void => {
    const file = known.get(name);
    if (file === undefined || begun.has(name)) return;
    begun.add(name);
    file.dependency.forEach(add);
    const dependency = file.dependency.filter((one) => known.has(one));
    ordered.add(Object.assign(clone(FileDescriptorProtoSchema, file), { dependency, publicDependency: [] }));
  };
  for (const { name } of files) add(name);
  return [...ordered];
}

/** google/protobuf/timestamp.proto and its like. */
const WELL_KNOWN: readonly FileDescriptorProto[] = Object.values(wellKnown).flatMap((value) =>
  typeof value === "object" && "kind" in value && value.kind === "file" ? [value.proto] : [],
);
