// Calls of all kinds as JSON, with a schema from reflection, from files, or of this package itself.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { readProtoFiles } from "../../../src/client/call/proto-files.js";
import { SessionFile } from "../../../src/client/session-file.js";
import { descriptorSetBase64 } from "../../../src/gen/descriptor-set.js";
import { AccountServiceDefinition, InvalidField } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import {
  type CallContext,
  packDetail,
  RpcError,
  StatusCode,
  serveHealth,
  serveReflection,
} from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ECHO_HANDLERS, type EchoHandlers } from "../../helpers/echo-service.js";
import { ECHO } from "../../helpers/rpc-pair.js";
import { call, callServer, textChunks } from "./call-fixture.js";

const ECHO_PROTO = fileURLToPath(new URL("../../../../test/proto/earshot/test/v1/echo.proto", import.meta.url));
const WITH_PROTO = ["--proto", ECHO_PROTO];

const echoServer = (t: Test, handlers: Partial<EchoHandlers> = {}) =>
  callServer(t, (server) => server.serve(EchoServiceDefinition, { ...ECHO_HANDLERS, ...handlers }));

/** The account service and reflection. */
const reflectingServer = (t: Test, login = ECHO.login) =>
  callServer(t, (server) => {
    server.serve(AccountServiceDefinition, { ...ECHO, login });
    serveReflection(server, { descriptorSet: Buffer.from(descriptorSetBase64, "base64") });
  });

t.test("all four kinds of call, one JSON object a line", async (t) => {
  const server = await echoServer(t);
  const run = async (...args: string[]) => (await call(server, [...args, ...WITH_PROTO])).printed;
  t.same(await run("EchoService/Unary", '{"text":"a","data":"AQI="}'), ['{"text":"a","data":"AQI="}']);
  t.same(await run("EchoService/Unary"), ["{}"], "no message is an empty one");
  t.same(await run("EchoService/ServerStream", '{"text":"a","count":2}'), ['{"text":"a"}', '{"text":"a","index":1}']);
  t.same(await run("EchoService/ClientStream", '{"data":"AQI="} {"data":"AQI="}'), ['{"index":2,"totalBytes":"4"}']);
  t.same(await run("EchoService/ClientStream"), ["{}"], "no message is a stream without any");
  t.same(await run("EchoService/Bidi", '{"text":"a"}{"text":"b"}'), ['{"text":"a"}', '{"text":"b","index":1}']);
});

t.test("messages from standard input go out as they come, and answers are printed as they come", async (t) => {
  const server = await echoServer(t);
  let resume: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    resume = resolve;
  });
  async function* typed() {
    yield* textChunks('{"text"', ':"first"}');
    await answered; // Were it held back until the input ends, this would wait without end.
    yield* textChunks('\n{"text":"second"}\n');
  }
  const onLine = () => {
    resume();
    return true;
  };
  const { printed } = await call(server, ["EchoService/Bidi", "-", ...WITH_PROTO], { stdin: typed(), onLine });
  t.same(printed, ['{"text":"first"}', '{"text":"second","index":1}']);
});

t.test("pretty answers stand over several lines", async (t) => {
  const { printed } = await call(await echoServer(t), ["EchoService/Unary", '{"text":"a"}', "--pretty", ...WITH_PROTO]);
  t.same(printed, ["{", '  "text": "a"', "}"]);
});

t.test("a misfit in the middle of a stream ends the call, and is what is told", async (t) => {
  const args = ["EchoService/Bidi", '{"text":"a"}\n{"txet":"b"}', ...WITH_PROTO];
  const { error } = await call(await echoServer(t), args);
  t.match(error, { code: "invalid_field", field: "txet", message: /begins in line 2 .* no field "txet"/ });
});

t.test("one message is one message", async (t) => {
  const server = await echoServer(t);
  let calls = 0;
  server.server.on("call", () => {
    calls += 1;
  });
  const { error } = await call(server, ["EchoService/Unary", "{}{}", ...WITH_PROTO]);
  t.match(error, { code: "invalid_field", message: /Unary takes one message/ });
  t.equal(calls, 0, "and nothing was sent");
});

t.test("by reflection nothing has to be at hand", async (t) => {
  const server = await reflectingServer(t);
  const methods = Object.values(AccountServiceDefinition.methods).map(({ name }) => name);
  t.same((await call(server, ["--list"])).printed, [
    ...methods.sort().map((name) => `earshot.accounts.v1.AccountService/${name}`),
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  ]);
  t.match((await call(server, ["--describe", "AccountService/Logout"])).printed, [
    /^\/\/ Ends the session/,
    /^rpc Logout\(.*LogoutRequest\)/,
  ]);
  const { printed } = await call(server, ["AccountService/Login", "-"], { stdin: textChunks('{"username":"alice"}') });
  t.same(printed, ['{"sessionToken":"alice"}']);
});

t.test("without reflection the package's own protos do", async (t) => {
  const server = await callServer(t, (rpc) => serveHealth(rpc));
  t.same((await call(server, ["Health/Check"])).printed, ['{"status":"SERVING"}']);
  t.match((await call(server, ["shop.v1.Shop/Buy"])).error, {
    code: "not_in_schema",
    message: /no reflection.*--proto/,
  });
});

t.test("a secret in an argument is sent, with a warning that does not repeat it", async (t) => {
  const server = await reflectingServer(t);
  const json = '{"username":"alice","password":"Zebra-Quartz-77"}';
  const { printed, warned } = await call(server, ["AccountService/Login", json]);
  t.same(printed, ['{"sessionToken":"alice"}']);
  t.match(warned, [/Other users of this machine.*holds password; give -/]);
  t.notMatch(warned.join(), "Zebra");
  t.same((await call(server, ["AccountService/Login", "-"], { stdin: textChunks(json) })).warned, []);
});

t.test("metadata goes out, and the saved session in place of an argument", async (t) => {
  let seen: CallContext["metadata"] | undefined;
  const server = await reflectingServer(t, (_request, ctx) => {
    seen = ctx.metadata;
    return {};
  });
  const sessions = new SessionFile(join(server.home, "sessions.json"), t.fail);
  const account = { username: "alice", accountId: "00".repeat(16), expiresAt: new Date(2_000_000_000_000) };
  await sessions.save(server.address, { ...account, token: "t".repeat(43) });
  await call(server, ["AccountService/Login", "--metadata", "x=1", "--metadata", "x=2", "--as", "alice"]);
  t.same(seen?.getAll("x"), ["1", "2"]);
  t.equal(seen?.get("authorization"), `Bearer ${"t".repeat(43)}`);
  const { warned } = await call(server, ["AccountService/Login", "--metadata", "Authorization=Bearer hunter2"]);
  t.equal(seen?.get("authorization"), "Bearer hunter2");
  t.match(warned, [/holds authorization; --session/]);
  t.notMatch(warned.join(), "hunter2");
  const { error } = await call(server, ["AccountService/Login", "--as", "bob"]);
  t.match(error, { code: "not_logged_in" });
});

t.test("an error of the server: its code, its words, and its details by their type", async (t) => {
  const server = await reflectingServer(t, () => {
    const known = packDetail(InvalidField, { field: "password", description: "too\u001b short" });
    const details = [known, { typeUrl: "type.googleapis.com/shop.v1.Unknown", value: Uint8Array.of(1, 2) }];
    throw new RpcError(StatusCode.FAILED_PRECONDITION, "not\u009btoday", { details });
  });
  const { error } = await call(server, ["AccountService/Login"]);
  t.match(error, {
    code: "call_failed",
    status: "FAILED_PRECONDITION",
    message: "The server answered FAILED_PRECONDITION: not?today.",
    details: [
      { "@type": "type.googleapis.com/earshot.accounts.v1.InvalidField", field: "password" },
      { "@type": "type.googleapis.com/shop.v1.Unknown", value: "AQI=" },
    ],
  });
});

const CODES: readonly (readonly [StatusCode, args: readonly string[], code: string])[] = [
  [StatusCode.UNAUTHENTICATED, [], "not_logged_in"],
  [StatusCode.DEADLINE_EXCEEDED, [], "timed_out"],
  [StatusCode.NOT_FOUND, [], "call_failed"],
  [StatusCode.UNAVAILABLE, [], "call_failed"],
];

t.test("the exit status of an error follows its code", async (t) => {
  for (const [status, args, code] of CODES) {
    const server = await reflectingServer(t, () => {
      throw new RpcError(status, "");
    });
    t.match((await call(server, ["AccountService/Login", ...args])).error, { code }, String(status));
  }
});

t.test("a method that the server does not serve", async (t) => {
  const { error } = await call(await reflectingServer(t), ["EchoService/Unary", ...WITH_PROTO]);
  t.match(error, { code: "call_failed", status: "UNIMPLEMENTED" });
});

t.test("a stream lasts as long as it likes, unless a limit is given", async (t) => {
  const server = await callServer(t, (rpc) => serveHealth(rpc));
  const { printed, error } = await call(server, ["Health/Watch", "--timeout", "3"]);
  t.same(printed, ['{"status":"SERVING"}']);
  t.match(error, { code: "timed_out" });
});

t.test("who stops reading, or interrupts, ends a stream without end", async (t) => {
  const server = await callServer(t, (rpc) => serveHealth(rpc));
  const left = await call(server, ["Health/Watch"], { onLine: () => false });
  t.same([left.printed.length, left.error], [1, undefined]);
  const interruption = new AbortController();
  const onLine = () => {
    interruption.abort();
    return true;
  };
  const interrupted = await call(server, ["Health/Watch"], { signal: interruption.signal, onLine });
  t.match(interrupted.error, { code: "interrupted" });
});

t.test("the test's own proto is what the tests' code was generated from", async (t) => {
  t.match(await readProtoFiles(ECHO_PROTO), [{ package: "earshot.test.v1" }]);
});
