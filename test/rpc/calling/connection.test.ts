// Calls as a client makes them: answers, failures, details, metadata, sizes, and what each failure says of its delivery.

import t from "tap";
import {
  AccountServiceDefinition,
  InvalidField,
  UsernameTaken,
} from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { packDetail, RpcError, StatusCode } from "../../../src/rpc/index.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { dial, next, pair, startServer } from "../../helpers/rpc-pair.js";

t.test("a unary call brings the request there and the response back", async (t) => {
  const { accounts } = await pair(t, {
    login: ({ username, password }) => ({ sessionToken: `${username}+${password}` }),
  });
  const { sessionToken } = await accounts.login({ username: "alice", password: "secret" });
  t.equal(sessionToken, "alice+secret");
});

t.test("many calls at once each get their own answer, in whatever order they end", async (t) => {
  const { accounts } = await pair(t, {
    login: async ({ username }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { sessionToken: username };
    },
  });
  const names = Array.from({ length: 500 }, (_, index) => `user-${index}`);
  const answers = await Promise.all(names.map((username) => accounts.login({ username })));
  t.same(
    answers.map(({ sessionToken }) => sessionToken),
    names,
  );
});

t.test("a handler's RpcError arrives with code, message and typed details", async (t) => {
  const { accounts } = await pair(t, {
    register: () => {
      throw new RpcError(StatusCode.INVALID_ARGUMENT, "too short", {
        details: [[InvalidField, { field: "password", reason: 2 }], packDetail(UsernameTaken, { username: "alice" })],
      });
    },
  });
  const error = await failure(accounts.register({}));
  t.same(summary(error), ["INVALID_ARGUMENT", undefined, "answered"]);
  t.equal(error.message, "too short");
  t.same(error.detail(InvalidField), { field: "password", reason: 2, description: "" });
  t.same(error.detail(UsernameTaken), { username: "alice" });
});

t.test("any other error of a handler is INTERNAL, says nothing, and reaches the server's error event", async (t) => {
  const { accounts, server } = await pair(t, {
    whoAmI: async () => {
      throw new Error("SELECT secret FROM vault");
    },
  });
  const told = next(server, "error");
  const error = await failure(accounts.whoAmI({}));
  t.same(summary(error), ["INTERNAL", undefined, "answered"]);
  t.notMatch(error.message, /secret/);
  const [original, where] = await told;
  t.match(original, { message: "SELECT secret FROM vault" });
  t.match(where, { method: "earshot.accounts.v1.AccountService/WhoAmI" });
});

t.test("an error that nobody listens to ends neither the process nor the connection", async (t) => {
  const { accounts } = await pair(t, {
    whoAmI: () => {
      throw new Error("unheard");
    },
  });
  await failure(accounts.whoAmI({}));
  t.equal((await accounts.login({ username: "still" })).sessionToken, "still");
});

t.test("a handler that returns no message is INTERNAL", async (t) => {
  const { accounts, server } = await pair(t, { logout: () => undefined as never });
  const told = next(server, "error");
  t.equal((await failure(accounts.logout({}))).code, StatusCode.INTERNAL);
  t.match(await told, [{ message: /returned undefined/ }, {}]);
});

t.test("an upstream RpcError passes through, but never as not_processed: this handler did run", async (t) => {
  const { accounts } = await pair(t, {
    login: () => {
      throw new RpcError(StatusCode.UNAVAILABLE, "database away", { delivery: "not_processed" });
    },
  });
  t.same(summary(await failure(accounts.login({}))), ["UNAVAILABLE", undefined, "answered"]);
});

t.test("metadata travels both ways, text and bytes, on good answers and bad ones", async (t) => {
  const { accounts } = await pair(t, {
    login: (_request, ctx) => {
      ctx.responseMetadata.set("seen", ctx.metadata.get("authorization") ?? "none");
      return {};
    },
    logout: (_request, ctx) => {
      ctx.responseMetadata.set("bytes", ctx.metadata.getBinary("bytes") ?? new Uint8Array(0));
      throw new RpcError(StatusCode.UNAUTHENTICATED, "no");
    },
  });
  const seen: unknown[] = [];
  await accounts.login(
    {},
    { metadata: { authorization: "Bearer x" }, onResponseMetadata: (m) => seen.push(m.get("seen")) },
  );
  const bytes = Uint8Array.of(0, 255);
  await failure(
    accounts.logout({}, { metadata: { bytes }, onResponseMetadata: (m) => seen.push(m.getBinary("bytes")) }),
  );
  t.equal(seen[0], "Bearer x");
  t.same(Buffer.from(seen[1] as Uint8Array), Buffer.from(bytes));
});

t.test("a request above the floor waits for the server's Hello, then goes", async (t) => {
  const { accounts } = await pair(t);
  const username = "x".repeat(1_000_000);
  t.equal((await accounts.login({ username })).sessionToken.length, 1_000_000);
});

t.test("a request above the server's limit is refused here", async (t) => {
  const { accounts } = await pair(t, {}, { server: { maxFrameBytes: 100_000 } });
  const error = await failure(accounts.login({ username: "x".repeat(100_001) }));
  t.same(summary(error), ["RESOURCE_EXHAUSTED", "too_large", "not_sent"]);
});

t.test("a response above the client's limit is RESOURCE_EXHAUSTED on its stream alone", async (t) => {
  const { accounts } = await pair(
    t,
    { login: ({ username }) => ({ sessionToken: "x".repeat(Number(username)) }) },
    { client: { maxFrameBytes: 100_000 } },
  );
  t.same(summary(await failure(accounts.login({ username: "100000" }))), ["RESOURCE_EXHAUSTED", undefined, "answered"]);
  t.equal((await accounts.login({ username: "99000" })).sessionToken.length, 99_000);
});

t.test("requests and metadata that cannot be encoded fail here, and harm no other call", async (t) => {
  const { accounts } = await pair(t);
  const wrong = await failure(accounts.register({ requestId: 5 as unknown as Uint8Array }));
  t.same(summary(wrong), ["INVALID_ARGUMENT", "bad_request", "not_sent"]);
  const badKey = await failure(accounts.login({}, { metadata: { "Not A Key": "x" } }));
  t.same(summary(badKey), ["INVALID_ARGUMENT", "bad_options", "not_sent"]);
  const tooMany = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, "v"]));
  const crowded = await failure(accounts.login({}, { metadata: tooMany }));
  t.same(summary(crowded), ["INVALID_ARGUMENT", "bad_request", "not_sent"]);
  t.equal((await accounts.login({ username: "fine" })).sessionToken, "fine");
});

t.test("metadata above the server's limit is refused there, before the handler", async (t) => {
  const { accounts } = await pair(t, {}, { server: { maxMetadataBytes: 100 } });
  const error = await failure(accounts.login({}, { metadata: { key: "v".repeat(200) } }));
  t.same(summary(error), ["RESOURCE_EXHAUSTED", undefined, "not_processed"]);
});

t.test("a method that the server does not serve is UNIMPLEMENTED, not processed", async (t) => {
  const running = await startServer(t);
  const other = { ...AccountServiceDefinition, fullName: "earshot.other.v1.OtherService" };
  const connection = await dial(t, running);
  const error = await failure(connection.client(other).login({}));
  t.same(summary(error), ["UNIMPLEMENTED", undefined, "not_processed"]);
});
