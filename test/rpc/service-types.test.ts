// What must compile and what must not: clients and handlers get their types from the definition alone.

import t from "tap";
import { AccountServiceDefinition, type LoginResponse } from "../../src/gen/earshot/accounts/v1/accounts.js";
import type { Connection, RpcServer, ServiceClient, ServiceHandlers } from "../../src/rpc/index.js";

type Accounts = ServiceClient<typeof AccountServiceDefinition>;
type Handlers = ServiceHandlers<typeof AccountServiceDefinition>;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const { login } = AccountServiceDefinition.methods;
const streaming = {
  name: "S",
  fullName: "test.S",
  methods: {
    down: { ...login, responseStream: true },
    up: { ...login, requestStream: true },
    both: { ...login, requestStream: true, responseStream: true },
  },
} as const;
type Streams = ServiceClient<typeof streaming>;

/** Never called: the compiler is the test. */
export function compiles(accounts: Accounts, streams: Streams, connection: Connection, server: RpcServer): void {
  const answer: Equal<ReturnType<Accounts["login"]>, Promise<LoginResponse>> = true;
  const down: Equal<ReturnType<Streams["down"]>, AsyncIterable<LoginResponse>> = true;
  const up: Equal<ReturnType<Streams["up"]>, Promise<LoginResponse>> = true;
  const both: Equal<ReturnType<Streams["both"]>, AsyncIterable<LoginResponse>> = true;
  void [answer, down, up, both];

  void accounts.login({});
  void accounts.login({ username: "alice" }, { timeoutMs: 1, signal: AbortSignal.abort(), metadata: { key: "value" } });
  // @ts-expect-error a field that the message does not have
  void accounts.login({ user: "alice" });
  // @ts-expect-error a field of the wrong type
  void accounts.login({ username: 5 });
  // @ts-expect-error an option that does not exist
  void accounts.login({}, { timeout: 5 });
  // @ts-expect-error a method that does not exist
  void accounts.signIn({});
  // @ts-expect-error a client-streaming method takes many requests
  void streams.up({ username: "alice" });
  // @ts-expect-error no definition at all
  connection.client({ name: "x" });

  const { login: _, ...others } = {} as Handlers;
  server.serve(AccountServiceDefinition, { ...others, login: async ({ username }) => ({ sessionToken: username }) });
  // @ts-expect-error a handler is missing
  server.serve(AccountServiceDefinition, others);
  // @ts-expect-error a response field of the wrong type
  server.serve(AccountServiceDefinition, { ...others, login: () => ({ sessionToken: 5 }) });
  // @ts-expect-error a request field that does not exist
  server.serve(AccountServiceDefinition, { ...others, login: ({ user }) => ({ sessionToken: user }) });
  // @ts-expect-error a unary handler gives one message, not a stream
  server.serve(AccountServiceDefinition, { ...others, async *login() {} });
  // @ts-expect-error an event that does not exist
  server.on("connexion", () => {});
  // @ts-expect-error callEnd has a code, not a status
  server.on("callEnd", ({ status }) => status);
  server.on("callEnd", ({ method, durationMs }) => `${method} ${durationMs.toFixed()}`);
}

t.test("the types above compiled, and so did their refusals", async (t) => {
  t.type(compiles, "function");
});
