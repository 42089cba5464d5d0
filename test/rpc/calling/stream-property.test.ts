// Random calls of all four kinds, at random speeds and windows, through a proxy that cuts at random: all arrives, in order.

import t from "tap";
import { MessageInbox } from "../../../src/rpc/channel/message-inbox.js";
import { connect, RpcServer } from "../../../src/rpc/index.js";
import { ServedCalls } from "../../../src/rpc/serving/served-calls.js";
import { type EchoResponse, EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import type { EchoHandlers } from "../../helpers/echo-service.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { FrameProxy } from "./frame-proxy.js";

const ROUNDS = 16;
const CALLS = 16;

interface Message {
  readonly text: string;
  readonly data: Uint8Array;
}

/** The messages of one direction of one call: both sides know them by their seed. */
function messagesOf(seed: number): Message[] {
  const random = new RandomSource(seed);
  const largest = random.pick([0, 10, 2000, 2000, 40_000, 200_000]);
  const count = random.below(largest > 10_000 ? 12 : 60);
  return Array.from({ length: count }, (_, index) => {
    const empty = random.chance(0.1);
    const data = new Uint8Array(empty ? 0 : random.below(largest + 1)).fill(index);
    return { text: empty ? "" : `${seed} ${index}`, data };
  });
}

/** Waits now and then, as the seed has it: readers and producers of every speed. */
function pace(seed: number): () => Promise<void> | undefined {
  const random = new RandomSource(seed ^ 0x5bd1e995);
  const chance = random.pick([0, 0.05, 0.5, 1]);
  return () => {
    if (!random.chance(chance)) return undefined;
    return new Promise((resolve) => {
      if (random.chance(0.2)) setTimeout(resolve, 1);
      else setImmediate(resolve);
    });
  };
}

async function* paced(seed: number): AsyncGenerator<Message> {
  const wait = pace(seed);
  for (const message of messagesOf(seed)) {
    await wait();
    yield message;
  }
}

/** Reads the messages of a seed, up to `most`, and fails on the first that is another. */
async function check(stream: AsyncIterable<Message>, seed: number, most = Number.POSITIVE_INFINITY): Promise<number> {
  const wait = pace(seed + 1);
  const expected = messagesOf(seed);
  let index = 0;
  for await (const { text, data } of stream) {
    await wait();
    const wanted = expected[index];
    if (text !== wanted?.text || Buffer.compare(data, wanted.data) !== 0) {
      throw new Error(`message ${index} of ${seed}: "${text}" with ${data.length} bytes, not "${wanted?.text}"`);
    }
    index += 1;
    if (index === most) return index;
  }
  if (index !== expected.length) throw new Error(`${index} messages of ${seed} came, not ${expected.length}`);
  return index;
}

/** `size` is the seed of the responses, `delayMs` that of the requests, `count` how many of them the handler reads. */
const HANDLERS: EchoHandlers = {
  unary: ({ text, data }) => ({ text, data }),
  serverStream: ({ size }) => paced(size),
  async clientStream(requests, { metadata }) {
    return { index: await check(requests, numberIn(metadata.get("requests")), numberIn(metadata.get("most"))) };
  },
  async *bidi(requests, { metadata }) {
    const reading = check(requests, numberIn(metadata.get("requests")), numberIn(metadata.get("most")));
    reading.catch(() => {}); // Who leaves early hears of it no more.
    yield* paced(numberIn(metadata.get("responses")));
    await reading;
  },
};

function numberIn(text: string | undefined): number {
  return Number(text);
}

/** One call with its own seed; resolves when it went as it should. */
async function call(client: Awaited<ReturnType<typeof round>>["client"], seed: number): Promise<unknown> {
  const random = new RandomSource(seed);
  const [requests, responses] = [random.uint32(), random.uint32()];
  const whole = random.chance(0.7);
  const most = whole ? 1e9 : 1 + random.below(5);
  const metadata = { requests: `${requests}`, responses: `${responses}`, most: `${random.chance(0.8) ? 1e9 : 2}` };
  switch (random.below(4)) {
    case 0: {
      const data = random.bytes(random.below(3000));
      const answer: EchoResponse = await client.unary({ text: "unary", data });
      return Buffer.compare(answer.data, data) === 0 || Promise.reject(new Error("the answer is another"));
    }
    case 1:
      return check(client.serverStream({ size: responses }), responses, most);
    case 2:
      return client.clientStream(paced(requests), { metadata });
    default:
      return check(client.bidi(paced(requests), { metadata }), responses, most);
  }
}

async function round(t: Parameters<FrameProxy["listen"]>[0], random: RandomSource) {
  const window = (): number => random.pick([65_536, 65_537, 100_000, 262_144]);
  const server = new RpcServer({ plaintext: true, limits: { streamWindowBytes: window() } });
  server.serve(EchoServiceDefinition, HANDLERS);
  server.on("error", (error) => t.fail("a handler failed", { error }));
  t.teardown(() => server.close({ graceMs: 0 }));
  const proxy = new FrameProxy(random);
  const port = await proxy.listen(t, (await server.listen({ host: "127.0.0.1", port: 0 })).port);
  const limits = { streamWindowBytes: window() };
  const connection = await connect({ host: "127.0.0.1", port, plaintext: true, limits });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return { server, connection, proxy, client: connection.client(EchoServiceDefinition) };
}

t.test("everything arrives in order and complete, within its credit, and nothing stays behind", async (t) => {
  const seed = chooseSeed();
  t.comment(`seed ${seed}`);
  const random = new RandomSource(seed);
  const { inboxes, served } = watchBuffers(t);
  let [dataFrames, overdrawn] = [0, 0];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const { client, connection, server, proxy } = await round(t, random);
    const seeds = Array.from({ length: CALLS }, () => random.uint32());
    const outcomes = await Promise.allSettled(seeds.map((one) => call(client, one)));
    for (const outcome of outcomes)
      if (outcome.status === "rejected") t.fail(`round ${turn}`, { error: outcome.reason });
    await connection.close();
    await server.close();
    t.same(proxy.faults, [], `credit in round ${turn}`);
    dataFrames += proxy.dataFrames;
    overdrawn += proxy.overdrawn;
  }
  t.ok(
    dataFrames > 100 && inboxes.size > 20,
    `${dataFrames} messages on ${inboxes.size} streams, ${overdrawn} overdrew`,
  );
  t.same(
    [...inboxes].map(({ bufferedBytes }) => bufferedBytes).filter((bytes) => bytes !== 0),
    [],
  );
  t.same(
    [...served].map(({ openRequestBytes }) => openRequestBytes).filter((bytes) => bytes !== 0),
    [],
  );
});

/** All inboxes and all connections' calls that took messages while the test ran. */
function watchBuffers({ teardown }: { teardown(run: () => void): void }) {
  const inboxes = new Set<MessageInbox>();
  const served = new Set<ServedCalls>();
  const { receive } = MessageInbox.prototype;
  const { onBuffered } = ServedCalls.prototype;
  MessageInbox.prototype.receive = function (payload) {
    inboxes.add(this);
    receive.call(this, payload);
  };
  ServedCalls.prototype.onBuffered = function (deltaBytes) {
    served.add(this);
    onBuffered.call(this, deltaBytes);
  };
  teardown(() => {
    MessageInbox.prototype.receive = receive;
    ServedCalls.prototype.onBuffered = onBuffered;
  });
  return { inboxes, served };
}
