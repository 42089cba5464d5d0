// Reflection as grpcurl asks: one stream, question by question.

import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import t, { type Test } from "tap";
import { descriptorSetBase64 } from "../../../src/gen/descriptor-set.js";
import {
  ServerReflectionDefinition,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../../../src/gen/grpc/reflection/v1/reflection.js";
import { RpcServer, StatusCode, serveReflection } from "../../../src/rpc/index.js";
import { dial, startServer } from "../../helpers/rpc-pair.js";

type Question = NonNullable<ServerReflectionRequest["messageRequest"]>;

const descriptorSet = Buffer.from(descriptorSetBase64, "base64");
const ACCOUNTS = "earshot/accounts/v1/accounts.proto";
const CALL = "earshot/call/v1/call.proto";

/** The answers to the questions, asked on one stream. */
async function ask(t: Test, questions: readonly (Question | undefined)[]): Promise<ServerReflectionResponse[]> {
  const running = await startServer(t);
  serveReflection(running.server, { descriptorSet });
  const client = (await dial(t, running)).client(ServerReflectionDefinition);
  const requests = questions.map((messageRequest) => ({ host: "shop.example", messageRequest }));
  const answers: ServerReflectionResponse[] = [];
  for await (const answer of client.serverReflectionInfo(streamOf(requests))) answers.push(answer);
  return answers;
}

async function* streamOf<T>(all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}

function fileNames({ messageResponse }: ServerReflectionResponse): string[] | undefined {
  if (messageResponse?.$case !== "fileDescriptorResponse") return undefined;
  return messageResponse.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

t.test("lists the services that are served, itself among them, and tells what it was asked", async (t) => {
  const [answer] = await ask(t, [{ $case: "listServices", value: "" }]);
  t.match(answer, {
    validHost: "shop.example",
    originalRequest: { host: "shop.example", messageRequest: { $case: "listServices" } },
    messageResponse: {
      $case: "listServicesResponse",
      value: {
        service: [{ name: "earshot.accounts.v1.AccountService" }, { name: "grpc.reflection.v1.ServerReflection" }],
      },
    },
  });
});

t.test("gives a file by its name, or by a symbol in it", async (t) => {
  const answers = await ask(t, [
    { $case: "fileByFilename", value: ACCOUNTS },
    { $case: "fileContainingSymbol", value: "earshot.accounts.v1.AccountService.Login" },
  ]);
  t.same(answers.map(fileNames), [[ACCOUNTS], [ACCOUNTS]], "what was asked for comes each time");
});

t.test("imports come along, but not twice on one stream", async (t) => {
  const question: Question = { $case: "fileContainingSymbol", value: "earshot.call.v1.Frame" };
  const answers = await ask(t, [question, question]);
  t.same(answers.map(fileNames), [[CALL, "google/protobuf/any.proto"], [CALL]]);
});

t.test("what it does not have is an error of its own, and the stream goes on", async (t) => {
  const extension = { containingType: "earshot.call.v1.Frame", extensionNumber: 7 };
  const answers = await ask(t, [
    { $case: "fileByFilename", value: "no.proto" },
    { $case: "fileContainingSymbol", value: "no.Symbol" },
    { $case: "fileContainingExtension", value: extension },
    { $case: "allExtensionNumbersOfType", value: "no.Type" },
    undefined,
    { $case: "allExtensionNumbersOfType", value: "earshot.call.v1.Frame" },
  ]);
  const codes = answers.map(({ messageResponse }) =>
    messageResponse?.$case === "errorResponse" ? messageResponse.value.errorCode : messageResponse?.$case,
  );
  const { NOT_FOUND, INVALID_ARGUMENT } = StatusCode;
  const last = "allExtensionNumbersResponse";
  t.same(codes, [NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, INVALID_ARGUMENT, last]);
});

t.test("bytes that are no descriptor set are refused at once", async (t) => {
  const server = new RpcServer({ plaintext: true });
  for (const bytes of [new Uint8Array(0), Buffer.from("not a set"), descriptorSet.subarray(0, 100)]) {
    t.throws(() => serveReflection(server, { descriptorSet: bytes }), { message: /buf build/ });
  }
});
