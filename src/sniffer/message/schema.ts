// Decides what the bytes of a message mean: shapes made from .proto texts that are read at run time.
import type protobuf from "protobufjs";

/** The protobufjs module, handed in because loading it takes time that most runs need not spend. */
export type Protobuf = Pick<typeof protobuf, "parse" | "common" | "Root" | "Type" | "Enum" | "MapField">;

/** `name` is how other files import it: "earshot/call/v1/call.proto". */
export interface ProtoFile {
  name: string;
  text: string;
}

/** How a field's bytes are read. "group" is known only so that it can be refused. */
export type FieldKind = ScalarKind | "enum" | "message";
export type ScalarKind =
  | "double"
  | "float"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64"
  | "bool"
  | "string"
  | "bytes";

export interface FieldShape {
  readonly number: number;
  /** As the schema writes it: "session_token". */
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Marked debug_redact: its value proves readable without being shown. */
  readonly redact: boolean;
  /** For a map: its entries are messages of key 1 and value 2. */
  readonly map: boolean;
  readonly message: MessageShape | undefined;
  readonly enumNames: ReadonlyMap<number, string> | undefined;
}

export interface MessageShape {
  /** "earshot.accounts.v1.LoginRequest". */
  readonly name: string;
  readonly fields: ReadonlyMap<number, FieldShape>;
}

export interface MethodShape {
  readonly request: MessageShape;
  readonly response: MessageShape;
}

/** `parse`: a file is not a schema. `duplicate`: two files define the same name. */
export type SchemaErrorCode = "parse" | "duplicate";

export class SchemaError extends Error {
  override readonly name = "SchemaError";
  readonly code: SchemaErrorCode;

  constructor(code: SchemaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export class Schema {
  readonly #root: protobuf.Root;
  readonly #protobuf: Protobuf;
  readonly #shapes = new Map<string, { name: string; fields: Map<number, FieldShape> }>();
  readonly #methods = new Map<string, MethodShape | undefined>();

  private constructor(module: Protobuf, root: protobuf.Root) {
    this.#protobuf = module;
    this.#root = root;
  }

  /** Where two files have the same name, the later one counts. Throws SchemaError that names the file. */
  static parse(module: Protobuf, files: readonly ProtoFile[]): Schema {
    const root = new module.Root();
    const byName = new Map(files.map((file) => [file.name, file]));
    const imports = new Set<string>();
    for (const file of byName.values()) {
      for (const name of parseFile(module, root, file)) imports.add(name);
    }
    for (const name of imports) {
      // The well-known types come with protobufjs; an import that nobody has leaves its fields unnamed, no more.
      const common = byName.has(name) ? undefined : module.common.get(name)?.nested;
      if (common !== undefined) root.addJSON(common);
    }
    return new Schema(module, root);
  }

  /** `path` is "package.Service/Method". */
  method(path: string): MethodShape | undefined {
    if (!this.#methods.has(path)) {
      const found = this.#findMethod(path);
      // Unknown paths come from the wire: they are not remembered, or a peer could grow the table.
      if (found === undefined) return undefined;
      this.#methods.set(path, found);
    }
    return this.#methods.get(path);
  }

  /** `name` is "package.Message", with or without a leading dot. */
  message(name: string): MessageShape | undefined {
    const type = lookup(() => this.#root.lookup(name));
    return type instanceof this.#protobuf.Type ? this.#shape(type) : undefined;
  }

  /** Every message that the files define: candidates for streams whose type nobody names. */
  topLevelMessages(): MessageShape[] {
    const found: MessageShape[] = [];
    const walk = (namespace: protobuf.NamespaceBase): void => {
      for (const nested of namespace.nestedArray) {
        if (nested instanceof this.#protobuf.Type) found.push(this.#shape(nested));
        else if ("nestedArray" in nested) walk(nested as protobuf.NamespaceBase);
      }
    };
    walk(this.#root);
    // The well-known types come along with imports; a stream of bare timestamps is not worth a guess.
    return found.filter(({ name }) => !name.startsWith("google.protobuf."));
  }

  #findMethod(path: string): MethodShape | undefined {
    const slash = path.indexOf("/");
    if (slash <= 0) return undefined;
    const service = lookup(() => this.#root.lookupService(path.slice(0, slash)));
    const name = path.slice(slash + 1);
    if (service === undefined || !Object.hasOwn(service.methods, name)) return undefined;
    const method = service.methods[name];
    if (method === undefined || lookup(() => method.resolve()) === undefined) return undefined;
    const { resolvedRequestType: request, resolvedResponseType: response } = method;
    if (request === null || response === null) return undefined;
    return { request: this.#shape(request), response: this.#shape(response) };
  }

  #shape(type: protobuf.Type): MessageShape {
    const name = type.fullName.replace(/^\./, "");
    const known = this.#shapes.get(name);
    if (known !== undefined) return known;
    const shape = { name, fields: new Map<number, FieldShape>() };
    // Entered before its fields are made, because a message may hold itself.
    this.#shapes.set(name, shape);
    for (const field of type.fieldsArray) {
      const made = this.#field(field);
      if (made !== undefined) shape.fields.set(field.id, made);
    }
    return shape;
  }

  #field(field: protobuf.Field): FieldShape | undefined {
    if (lookup(() => field.resolve()) === undefined) return undefined;
    const value = this.#valueShape(field);
    if (value === undefined) return undefined;
    const own = { number: field.id, name: field.name, redact: field.options?.["debug_redact"] === true };
    if (!(field instanceof this.#protobuf.MapField)) {
      return { ...own, ...value, repeated: field.repeated, map: false };
    }
    const key = scalarKind(field.keyType);
    if (key === undefined) return undefined;
    const entry: MessageShape = {
      name: `${field.name}.entry`,
      fields: new Map([
        [1, { ...PLAIN, number: 1, name: "key", kind: key }],
        [2, { ...PLAIN, ...value, number: 2, name: "value" }],
      ]),
    };
    return { ...own, kind: "message", message: entry, enumNames: undefined, repeated: false, map: true };
  }

  #valueShape(field: protobuf.Field): Pick<FieldShape, "kind" | "message" | "enumNames"> | undefined {
    const type = field.resolvedType;
    if (type instanceof this.#protobuf.Type) {
      return { kind: "message", message: this.#shape(type), enumNames: undefined };
    }
    if (type instanceof this.#protobuf.Enum) {
      const names = new Map(Object.entries(type.values).map(([name, number]) => [number, name]));
      return { kind: "enum", message: undefined, enumNames: names };
    }
    const kind = scalarKind(field.type);
    return kind === undefined ? undefined : { kind, message: undefined, enumNames: undefined };
  }
}

const PLAIN = { repeated: false, redact: false, map: false, message: undefined, enumNames: undefined } as const;

const SCALAR_KINDS: ReadonlySet<string> = new Set<ScalarKind>([
  "double",
  "float",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "sint32",
  "sint64",
  "fixed32",
  "fixed64",
  "sfixed32",
  "sfixed64",
  "bool",
  "string",
  "bytes",
]);

function scalarKind(type: string): ScalarKind | undefined {
  return isScalar(type) ? type : undefined;
}

function isScalar(type: string): type is ScalarKind {
  return SCALAR_KINDS.has(type);
}

/** Parses into `root` and returns what the file imports. */
function parseFile(module: Protobuf, root: protobuf.Root, file: ProtoFile): string[] {
  try {
    const parsed = module.parse(file.text, root, { keepCase: true });
    return [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = message.startsWith("duplicate name") ? "duplicate" : "parse";
    throw new SchemaError(code, `${file.name}: ${message}`, { cause: error });
  }
}

/** protobufjs throws for a name that it does not have; here that is an answer. */
function lookup<T>(find: () => T | null | undefined): T | undefined {
  try {
    return find() ?? undefined;
  } catch {
    return undefined;
  }
}
