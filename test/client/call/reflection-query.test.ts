// Reflection from servers that are odd, careless or hostile.
import { create, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import t, { type Test } from "tap";
import {
  ServerReflectionDefinition,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../../../src/gen/grpc/reflection/v1/reflection.js";
import { RpcError, StatusCode } from "../../../src/rpc/index.js";
import { call, callServer } from "./call-fixture.js";

type Question = NonNullable<ServerReflectionRequest["messageRequest"]>;
type Answer = NonNullable<ServerReflectionResponse["messageResponse"]>;

/** A server that answers each question as told; undefined ends the stream. */
const oddServer = (t: Test, answer: (question: Question) => Answer | undefined) =>
  callServer(t, (server) =>
    server.serve(ServerReflectionDefinition, {
      async *serverReflectionInfo(requests) {
        for await (const { messageRequest } of requests) {
          const messageResponse = messageRequest === undefined ? undefined : answer(messageRequest);
          if (messageResponse === undefined) return;
          yield { messageResponse };
        }
      },
    }),
  );

const services = (...names: string[]): Answer => ({
  $case: "listServicesResponse",
  value: { service: names.map((name) => ({ name })) },
});
const notFound: Answer = { $case: "errorResponse", value: { errorCode: StatusCode.NOT_FOUND, errorMessage: "gone" } };

function files(...all: FileDescriptorProto[]): Answer {
  const fileDescriptorProto = all.map((file) => toBinary(FileDescriptorProtoSchema, file));
  return { $case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

const SERVICE = create(FileDescriptorProtoSchema, {
  name: "service.proto",
  package: "shop",
  dependency: ["types.proto", "google/protobuf/any.proto", "never/comes.proto"],
  service: [{ name: "Shop", method: [{ name: "Buy", inputType: ".shop.Order", outputType: ".google.protobuf.Any" }] }],
});
const TYPES = create(FileDescriptorProtoSchema, {
  name: "types.proto",
  package: "shop",
  messageType: [{ name: "Order" }],
});

t.test("imports that do not come along are asked for, once; services without a file are left out", async (t) => {
  const asked: string[] = [];
  const server = await oddServer(t, (question) => {
    if (question.$case === "listServices") return services("shop.Shop", "shop.Unknown");
    if (typeof question.value === "string") asked.push(question.value);
    if (question.value === "shop.Shop") return files(SERVICE);
    return question.value === "types.proto" ? files(TYPES) : notFound;
  });
  const { printed, error } = await call(server, ["--list"]);
  t.equal(error, undefined);
  t.same(printed, ["shop.Shop/Buy"]);
  t.same(asked, ["shop.Shop", "shop.Unknown", "types.proto", "never/comes.proto"]);
});

const broken: Answer = { $case: "fileDescriptorResponse", value: { fileDescriptorProto: [Uint8Array.of(0xff)] } };
const denied: Answer = {
  $case: "errorResponse",
  value: { errorCode: StatusCode.PERMISSION_DENIED, errorMessage: "no\u001b" },
};

const ODD: readonly (readonly [what: string, answer: (question: Question) => Answer | undefined, says: RegExp])[] = [
  ["ends at once", () => undefined, /no answer to a question/],
  ["answers something else", () => files(TYPES), /no list of services/],
  ["gives files that are none", ({ $case }) => ($case === "listServices" ? services("a") : broken), /cannot be read/],
  ["gives a list again", () => services("a"), /no files/],
  ["refuses", ({ $case }) => ($case === "listServices" ? services("a") : denied), /the error no\?/],
];

for (const [what, answer, says] of ODD) {
  t.test(`a server that ${what}`, async (t) => {
    const { error } = await call(await oddServer(t, answer), ["--list"]);
    t.match(error, { code: "bad_answer", message: says });
  });
}

t.test("a schema that does not hold together is told as such", async (t) => {
  const server = await oddServer(t, ({ $case }) =>
    $case === "listServices" ? services("shop.Shop") : $case === "fileContainingSymbol" ? files(SERVICE) : notFound,
  );
  t.match((await call(server, ["--list"])).error, { code: "bad_schema", message: /not whole/ });
});

t.test("a server without end of files is left", async (t) => {
  let count = 0;
  const server = await oddServer(t, ({ $case }) => {
    if ($case === "listServices") return services("a");
    count += 1;
    const large = { name: `${count}.proto`, dependency: [`${count + 1}.proto`], package: "x".repeat(2_000_000) };
    return files(create(FileDescriptorProtoSchema, large));
  });
  t.match((await call(server, ["--list"])).error, { code: "bad_answer", message: /too large a schema/ });
  t.ok(count < 100, `${count} files were taken`);
});

t.test("a server that fails otherwise than by not having reflection is not called with a schema of ours", async (t) => {
  const server = await callServer(t, (rpc) =>
    rpc.serve(ServerReflectionDefinition, {
      serverReflectionInfo: () => {
        throw new RpcError(StatusCode.PERMISSION_DENIED, "log in first");
      },
    }),
  );
  t.match((await call(server, ["--list"])).error, { status: "PERMISSION_DENIED" });
});
