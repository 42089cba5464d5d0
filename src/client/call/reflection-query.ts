// Asks a server for its schema by grpc.reflection.v1.
import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  ServerReflectionDefinition,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../../gen/grpc/reflection/v1/reflection.js";
import { type CallOptions, type Connection, StatusCode } from "../../rpc/index.js";
import { ClientError } from "../client-error.js";
import { printableText } from "../printable-text.js";

type Question = NonNullable<ServerReflectionRequest["messageRequest"]>;
type Answer = NonNullable<ServerReflectionResponse["messageResponse"]>;

/** What one server may make us keep. */
const MAX_FILES = 10_000;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
/** Files of google/protobuf that are not sent are known here. */
const WELL_KNOWN_PREFIX = "google/protobuf/";

/**
 * The files of all services that the server lists, with their imports.
 * Throws RpcError, UNIMPLEMENTED among them when the server has no reflection, and ClientError "bad_answer".
 */
export async function askForSchema(connection: Connection, options: CallOptions): Promise<FileDescriptorProto[]> {
  const query = new ReflectionQuery(connection, options);
  try {
    const list = await query.ask({ $case: "listServices", value: "" });
    if (list.$case !== "listServicesResponse") throw badAnswer("no list of services");
    for (const { name } of list.value.service) {
      await query.collect({ $case: "fileContainingSymbol", value: name });
    }
    for (let missing = query.missing(); missing.length > 0; missing = query.missing()) {
      for (const name of missing) await query.collect({ $case: "fileByFilename", value: name });
    }
    return query.files;
  } finally {
    await query.close();
  }
}

class ReflectionQuery {
  readonly #files = new Map<string, FileDescriptorProto>();
  readonly #notFound = new Set<string>();
  readonly #answers: AsyncIterator<ServerReflectionResponse>;
  readonly #questions = new QuestionStream();
  #totalBytes = 0;

  constructor(connection: Connection, options: CallOptions) {
    const reflection = connection.client(ServerReflectionDefinition);
    this.#answers = reflection.serverReflectionInfo(this.#questions, options)[Symbol.asyncIterator]();
  }

  get files(): FileDescriptorProto[] {
    return [...this.#files.values()];
  }

  async ask(question: Question): Promise<Answer> {
    this.#questions.push(question);
    const { value, done } = await this.#answers.next();
    const answer = done === true ? undefined : value.messageResponse;
    if (answer === undefined) throw badAnswer("no answer to a question");
    return answer;
  }

  /** What is not found is left out: a server may serve what its descriptor set lacks. */
  async collect(question: Question & { value: string }): Promise<void> {
    const answer = await this.ask(question);
    if (answer.$case === "fileDescriptorResponse") {
      for (const bytes of answer.value.fileDescriptorProto) this.#add(bytes);
    } else if (answer.$case !== "errorResponse") {
      throw badAnswer("no files");
    } else if (answer.value.errorCode !== StatusCode.NOT_FOUND) {
      throw badAnswer(`the error ${printableText(answer.value.errorMessage, 100)}`);
    }
    // So that a file that was promised and did not come is not asked for without end.
    if (question.$case === "fileByFilename" && !this.#files.has(question.value)) this.#notFound.add(question.value);
  }

  /** Imports of the files that came which did not come themselves. */
  missing(): string[] {
    const wanted = new Set(this.files.flatMap((file) => file.dependency));
    return [...wanted].filter(
      (name) => !this.#files.has(name) && !this.#notFound.has(name) && !name.startsWith(WELL_KNOWN_PREFIX),
    );
  }

  async close(): Promise<void> {
    this.#questions.end();
    await this.#answers.return?.();
  }

  #add(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    if (this.#totalBytes > MAX_TOTAL_BYTES || this.#files.size >= MAX_FILES) throw badAnswer("too large a schema");
    try {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      this.#files.set(file.name, file);
    } catch (error) {
      throw badAnswer("a file that cannot be read", error);
    }
  }
}

function badAnswer(what: string, cause?: unknown): ClientError {
  return new ClientError("bad_answer", `The server's reflection gave ${what}; give the schema with --proto.`, {
    cause,
  });
}

/** The request stream of a query: what is asked next goes out when it is asked. */
class QuestionStream implements AsyncIterable<{ messageRequest: Question }> {
  readonly #waiting: Question[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  push(question: Question): void {
    this.#waiting.push(question);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<{ messageRequest: Question }> {
    while (!this.#ended) {
      const question = this.#waiting.shift();
      if (question !== undefined) yield { messageRequest: question };
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
