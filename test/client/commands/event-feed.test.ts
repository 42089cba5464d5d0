// Watching through lost connections: each event once, and an end where waiting would not help.
import t, { type Test } from "tap";
import { AccountClient } from "../../../src/client/account-client.js";
import { EventFeed, type EventFeedOptions } from "../../../src/client/commands/event-feed.js";
import { SecurityEvent_Kind } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { RpcError, StatusCode } from "../../../src/rpc/index.js";
import { type AccountHandlers, startRelay, startStandIn, TOKEN } from "../stand-in-server.js";

const NOW_MS = Date.now();
const CURRENT = { sessionId: Buffer.alloc(16, 1), lastUsedAtMs: BigInt(NOW_MS), current: true };
const wireEvent = (number: number, atMs: number) => {
  const eventId = Buffer.alloc(16);
  eventId.writeUInt32BE(number);
  return { eventId, kind: SecurityEvent_Kind.KIND_LOGIN, atMs: BigInt(atMs) };
};

t.test("each event comes once, however often the connection breaks and however late it is stored", async (t) => {
  // Every third event becomes visible only when a later stream looks.
  const events = Array.from({ length: 60 }, (_, index) => wireEvent(index, NOW_MS + index * 1_000));
  let streams = 0;
  const { feed, seen, states, relay } = await watched(t, 60, {
    async *watch({ sinceMs }) {
      streams += 1;
      const visible = events.filter(
        (_, index) => index < streams * 7 && (index % 3 !== 0 || index < (streams - 1) * 7),
      );
      for (const event of visible) if (event.atMs >= sinceMs) yield { event };
      if (streams % 2 === 0) relay.cut();
      throw new RpcError(StatusCode.UNAVAILABLE, "stopping");
    },
  });
  await feed.run();
  t.equal(seen.length, 60);
  t.equal(new Set(seen).size, 60);
  t.same(states.slice(0, 3), ["watching", "lost", "watching"]);
});

t.test("a watch from now on that breaks before the first event goes on from its start", async (t) => {
  const asked: bigint[] = [];
  const { feed, seen } = await watched(t, 1, {
    async *watch({ sinceMs }) {
      asked.push(sinceMs);
      if (asked.length === 1) throw new RpcError(StatusCode.UNAVAILABLE, "stopping");
      yield { event: wireEvent(1, NOW_MS) };
    },
  });
  await feed.run();
  t.equal(seen.length, 1);
  t.same(asked, [0n, BigInt(NOW_MS)]);
});

t.test("where the clocks do not agree, it goes on from the last use that the server knows", async (t) => {
  const asked: bigint[] = [];
  const watch: AccountHandlers["watch"] = async function* ({ sinceMs }) {
    asked.push(sinceMs);
    if (asked.length % 2 === 1) throw new RpcError(StatusCode.UNAVAILABLE, "stopping");
    yield { event: wireEvent(1, NOW_MS) };
  };
  for (const skewMs of [-3_600_000, 3_600_000]) {
    const { feed } = await watched(t, 1, { watch }, { now: () => new Date(NOW_MS + skewMs) });
    await feed.run();
  }
  t.same(asked, [0n, BigInt(NOW_MS), 0n, BigInt(NOW_MS)]);
});

t.test("the end of the session is the end of it", async (t) => {
  const { feed, seen } = await watched(t, 9, {
    async *watch() {
      yield { event: wireEvent(1, NOW_MS) };
      throw new RpcError(StatusCode.UNAUTHENTICATED, "over");
    },
  });
  await t.rejects(feed.run(), { code: "session_ended" });
  t.equal(seen.length, 1);
});

t.test("a first attempt that fails is told at once", async (t) => {
  const unavailable = async () => {
    throw new RpcError(StatusCode.UNAVAILABLE, "no database");
  };
  const { feed, states } = await watched(t, 1, { listSessions: unavailable });
  await t.rejects(feed.run(), { code: "server_failed" });
  t.same(states, []);
});

t.test("what waiting does not mend ends it later too", async (t) => {
  let streams = 0;
  const { feed } = await watched(t, 1, {
    // biome-ignore lint/correctness/useYield: it fails before its first event
    async *watch() {
      streams += 1;
      throw new RpcError(streams === 1 ? StatusCode.UNAVAILABLE : StatusCode.UNIMPLEMENTED, "older");
    },
  });
  await t.rejects(feed.run(), { code: "server_failed" });
});

t.test("Ctrl-C ends it while it watches, and while it waits", async (t) => {
  for (const state of ["watching", "lost"]) {
    const interruption = new AbortController();
    const watch: AccountHandlers["watch"] = async function* (_, { signal }) {
      if (state === "lost") throw new RpcError(StatusCode.UNAVAILABLE, "stopping");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield {};
    };
    const onState = (now: string) => now === state && interruption.abort();
    const { feed } = await watched(t, 1, { watch }, { onState, signal: interruption.signal, firstDelayMs: 60_000 });
    await t.rejects(feed.run(), { code: "interrupted" });
  }
});

/** A feed that wants `count` events. */
async function watched(
  t: Test,
  count: number,
  handlers: Partial<AccountHandlers>,
  options: Partial<EventFeedOptions> = {},
) {
  const { host, port, close } = await startStandIn(
    { listSessions: async () => ({ sessions: [CURRENT] }), ...handlers },
    { plaintext: true },
  );
  const relay = await startRelay(port);
  t.teardown(() => Promise.all([relay.close(), close()]));
  const seen: string[] = [];
  const states: string[] = [];
  const feed = new EventFeed({
    token: TOKEN,
    since: undefined,
    withClient: async (use, signal) => {
      const client = await AccountClient.connect({ host, port: relay.port, plaintext: true, signal });
      try {
        await use(client);
      } finally {
        await client.close();
      }
    },
    onEvent: async ({ eventId }) => seen.push(eventId) < count,
    onState: (state) => states.push(state),
    now: () => new Date(NOW_MS),
    firstDelayMs: 1,
    signal: new AbortController().signal,
    ...options,
  });
  return { feed, seen, states, relay };
}
