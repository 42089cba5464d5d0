// The standard reflection service, grpc.reflection.v1: lets callers without the protos learn what a server serves.

import {
  ServerReflectionDefinition,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../../gen/grpc/reflection/v1/reflection.js";
import { StatusCode } from "../../wire/status-code.js";
import { RpcError } from "../rpc-error.js";
import type { RpcServer } from "../serving/rpc-server.js";
import { DescriptorIndex, type FileEntry } from "./descriptor-index.js";

export interface ReflectionOptions {
  /** A serialized google.protobuf.FileDescriptorSet with all imports, as `buf build -o set.binpb` or `protoc -o` makes it. */
  readonly descriptorSet: Uint8Array;
}

type Answer = NonNullable<ServerReflectionResponse["messageResponse"]>;

/** Files go together up to this; beyond it each is asked for by its name, so that no answer outgrows a frame. */
const MAX_CLOSURE_BYTES = 1024 * 1024;

/**
 * Serves grpc.reflection.v1.ServerReflection for the services that the server serves, now or later. Whoever may call the
 * server learns its whole schema, comments included if the set has them.
 * @throws RpcError INVALID_ARGUMENT `bad_options` for bytes that are no descriptor set.
 */
export function serveReflection(server: RpcServer, { descriptorSet }: ReflectionOptions): void {
  const reflection = new Reflection(indexOf(descriptorSet), () => server.services);
  server.serve(ServerReflectionDefinition, {
    async *serverReflectionInfo(requests) {
      const sent = new Set<FileEntry>();
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: reflection.answer(request, sent) };
      }
    },
  });
}

function indexOf(descriptorSet: Uint8Array): DescriptorIndex {
  try {
    const index = new DescriptorIndex(descriptorSet);
    if (index.fileCount > 0) {
      return index;
    }
  } catch {
    // Said below, whatever it was.
  }
  const message =
    "descriptorSet must be a serialized FileDescriptorSet with files in it; make it with: buf build -o set.binpb";
  throw new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
}

class Reflection {
  readonly #index: DescriptorIndex;
  readonly #services: () => readonly string[];

  constructor(index: DescriptorIndex, services: () => readonly string[]) {
    this.#index = index;
    this.#services = services;
  }

  /** `sent` holds the files that went out on the same stream: they need not go again. */
  answer({ messageRequest }: ServerReflectionRequest, sent: Set<FileEntry>): Answer {
    switch (messageRequest?.$case) {
      case "listServices":
        return this.#serviceList();
      case "fileByFilename":
        return this.#files(this.#index.file(messageRequest.value), sent, "file");
      case "fileContainingSymbol":
        return this.#files(this.#index.fileOfSymbol(messageRequest.value), sent, "symbol");
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = messageRequest.value;
        return this.#files(this.#index.fileOfExtension(containingType, extensionNumber), sent, "extension");
      }
      case "allExtensionNumbersOfType":
        return this.#extensionNumbers(messageRequest.value);
      default:
        return failure(StatusCode.INVALID_ARGUMENT, "the request asks for nothing that this server knows of");
    }
  }

  #serviceList(): Answer {
    const service = [...this.#services()].sort().map((name) => ({ name }));
    return { $case: "listServicesResponse", value: { service } };
  }

  #extensionNumbers(type: string): Answer {
    if (this.#index.fileOfSymbol(type) === undefined) {
      return failure(StatusCode.NOT_FOUND, "no such type");
    }
    const extensionNumber = this.#index.extensionNumbers(type);
    return { $case: "allExtensionNumbersResponse", value: { baseTypeName: type, extensionNumber } };
  }

  /** The file that was asked for goes out in any case. */
  #files(file: FileEntry | undefined, sent: Set<FileEntry>, what: string): Answer {
    if (file === undefined) {
      return failure(StatusCode.NOT_FOUND, `no such ${what}`);
    }
    const unsent = this.#index.withDependencies(file).filter((one) => one === file || !sent.has(one));
    const bytes = unsent.reduce((sum, one) => sum + one.bytes.length, 0);
    const chosen = bytes > MAX_CLOSURE_BYTES ? [file] : unsent;
    for (const one of chosen) {
      sent.add(one);
    }
    return { $case: "fileDescriptorResponse", value: { fileDescriptorProto: chosen.map((one) => one.bytes) } };
  }
}

function failure(errorCode: StatusCode, errorMessage: string): Answer {
  return { $case: "errorResponse", value: { errorCode, errorMessage } };
}
