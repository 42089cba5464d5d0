// What a FileDescriptorSet declares, by file, by symbol and by extension (google/protobuf/descriptor.proto). Only names are
// read; the files themselves stay the bytes that they came as.

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

export interface FileEntry {
  readonly name: string;
  /** The serialized FileDescriptorProto. */
  readonly bytes: Uint8Array;
  readonly dependencies: readonly string[];
}

export class DescriptorIndex {
  readonly #files = new Map<string, FileEntry>();
  readonly #symbols = new Map<string, FileEntry>();
  readonly #extensions = new Map<string, Map<number, FileEntry>>();

  /** @throws Error for bytes that are no FileDescriptorSet. */
  constructor(descriptorSet: Uint8Array) {
    for (const bytes of fieldsOf(descriptorSet).all(1)) {
      this.#addFile(bytes);
    }
  }

  get fileCount(): number {
    return this.#files.size;
  }

  file(name: string): FileEntry | undefined {
    return this.#files.get(name);
  }

  /** The file that declares "package.Message", "package.Service.Method", "package.Message.field" and so on. */
  fileOfSymbol(symbol: string): FileEntry | undefined {
    return this.#symbols.get(symbol);
  }

  fileOfExtension(extendee: string, number: number): FileEntry | undefined {
    return this.#extensions.get(extendee)?.get(number);
  }

  /** In no order; empty for a type that nothing extends. */
  extensionNumbers(extendee: string): number[] {
    return [...(this.#extensions.get(extendee)?.keys() ?? [])];
  }

  /** The file and all that it imports, directly or not, as far as the set has them; the file itself comes first. */
  withDependencies(file: FileEntry): FileEntry[] {
    const found = new Set([file]);
    for (const { dependencies } of found) {
      for (const name of dependencies) {
        const dependency = this.#files.get(name);
        if (dependency !== undefined) {
          found.add(dependency); // A set may grow while it is walked; what is added is walked too.
        }
      }
    }
    return [...found];
  }

  #addFile(bytes: Uint8Array): void {
    const fields = fieldsOf(bytes);
    const file = { name: fields.text(1), bytes, dependencies: fields.all(3).map(textOf) };
    this.#files.set(file.name, file);
    const declare = (symbol: string): void => {
      this.#symbols.set(symbol, file);
    };
    const scope = fields.text(2);
    for (const message of fields.all(4)) {
      this.#addMessage(file, scope, message);
    }
    declareEnums(fields.all(5), scope, declare);
    for (const service of fields.all(6).map(fieldsOf)) {
      const name = joined(scope, service.text(1));
      declare(name);
      declareNames(service.all(2), name, declare);
    }
    this.#addExtensions(file, scope, fields.all(7));
  }

  #addMessage(file: FileEntry, scope: string, bytes: Uint8Array): void {
    const fields = fieldsOf(bytes);
    const name = joined(scope, fields.text(1));
    const declare = (symbol: string): void => {
      this.#symbols.set(symbol, file);
    };
    declare(name);
    declareNames(fields.all(2), name, declare);
    declareNames(fields.all(8), name, declare);
    declareEnums(fields.all(4), name, declare);
    this.#addExtensions(file, name, fields.all(6));
    for (const nested of fields.all(3)) {
      this.#addMessage(file, name, nested);
    }
  }

  #addExtensions(file: FileEntry, scope: string, extensions: readonly Uint8Array[]): void {
    for (const field of extensions.map(fieldsOf)) {
      const extendee = field.text(2).replace(/^\./, "");
      const known = this.#extensions.get(extendee) ?? new Map<number, FileEntry>();
      this.#extensions.set(extendee, known.set(field.number(3), file));
      this.#symbols.set(joined(scope, field.text(1)), file);
    }
  }
}

/** The values of an enum are siblings of the enum itself, as in C++. */
function declareEnums(enums: readonly Uint8Array[], scope: string, declare: (symbol: string) => void): void {
  declareNames(enums, scope, declare);
  for (const one of enums) {
    declareNames(fieldsOf(one).all(2), scope, declare);
  }
}

/** All descriptors keep their name in field 1. */
function declareNames(descriptors: readonly Uint8Array[], scope: string, declare: (symbol: string) => void): void {
  for (const descriptor of descriptors) {
    declare(joined(scope, fieldsOf(descriptor).text(1)));
  }
}

function joined(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** The fields of one message that matter here: those with a length, and small numbers. */
class DescriptorFields {
  readonly #lengths = new Map<number, Uint8Array[]>();
  readonly #numbers = new Map<number, number>();

  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (wireType === WireType.LengthDelimited) {
        const values = this.#lengths.get(field);
        if (values === undefined) {
          this.#lengths.set(field, [reader.bytes()]);
        } else {
          values.push(reader.bytes());
        }
      } else if (wireType === WireType.Varint) {
        this.#numbers.set(field, Number(reader.int64()));
      } else {
        reader.skip(wireType, field);
      }
    }
  }

  all(field: number): readonly Uint8Array[] {
    return this.#lengths.get(field) ?? [];
  }

  text(field: number): string {
    return textOf(this.all(field).at(-1) ?? new Uint8Array(0));
  }

  number(field: number): number {
    return this.#numbers.get(field) ?? 0;
  }
}

function fieldsOf(bytes: Uint8Array): DescriptorFields {
  return new DescriptorFields(bytes);
}
