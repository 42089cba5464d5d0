import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import t from "tap";
import type { LiveUpdate } from "../../../src/sniffer/page/live-update.js";
import { PAGE_LIMITS, PageRecorder } from "../../../src/sniffer/page/page-recorder.js";
import { Pipeline } from "../../../src/sniffer/pipeline.js";
import { HeldPackets } from "../../../src/sniffer/web/held-packets.js";
import { UpdateStreams } from "../../../src/sniffer/web/update-streams.js";
import { numbered, play } from "../played-capture.js";

const PACE = { leastMs: 5, pauseFactor: 0, beatMs: 1_000_000 };
const ROOM = 20;

/** A capture that is fed by hand, and a server that lets browsers follow it. */
class Followed {
  readonly recorder = new PageRecorder({ name: "test", live: true }, { ...PAGE_LIMITS, conversations: ROOM });
  readonly streams = new UpdateStreams(this.recorder, new HeldPackets(), PACE);
  readonly responses: ServerResponse[] = [];
  readonly server: Server = createServer((_, response) => {
    this.responses.push(response);
    this.streams.add(response);
  });
  readonly #pipeline = new Pipeline({ tap: (event) => this.recorder.pushStream(event) });
  #port = 0;
  #conversations = 0;

  async listen(): Promise<void> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    const address = this.server.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  /** Conversations that begin and end, each with a user of its own, so that there is much to tell. */
  talk(count: number): void {
    for (let index = 0; index < count; index++) {
      this.#conversations += 1;
      const login = Buffer.from(`user-${this.#conversations}:x`).toString("base64");
      const packets = play([["client", `GET / HTTP/1.1\r\nAuthorization: Basic ${login}\r\n\r\n`]], {
        clientPort: 10_000 + (this.#conversations % 50_000),
      });
      for (const packet of numbered(packets)) {
        this.recorder.packet(packet, packet.bytes.length);
        this.#pipeline.push(packet);
        for (let event = this.#pipeline.next(); event !== undefined; event = this.#pipeline.next())
          this.recorder.push(event);
      }
    }
  }

  async follow(): Promise<Follower> {
    const request = get({ port: this.#port, host: "127.0.0.1", agent: false });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return new Follower(response);
  }

  async close(): Promise<void> {
    this.streams.close();
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** What a page would do with it. */
class Follower {
  readonly response: IncomingMessage;
  readonly rows = new Map<number, unknown>();
  last: LiveUpdate | undefined;
  updates = 0;
  hasEnded = false;
  #text = "";
  #wake: () => void = () => {};

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding("utf8").on("data", (text: string) => this.#take(text));
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(text: string): void {
    this.#text += text;
    const parts = this.#text.split("\n\n");
    this.#text = parts.pop() ?? "";
    for (const part of parts) {
      if (part.startsWith("event: update\ndata: ")) this.#update(JSON.parse(part.slice(20)));
      if (part.startsWith("event: end")) this.hasEnded = true;
    }
    this.#wake();
  }

  #update(update: LiveUpdate): void {
    this.updates += 1;
    this.last = update;
    if (update.complete) this.rows.clear();
    for (const id of update.gone) this.rows.delete(id);
    for (const row of update.rows) this.rows.set(row.id, row);
  }
}

async function followed(t: { teardown(end: () => unknown): void }): Promise<Followed> {
  const capture = new Followed();
  await capture.listen();
  t.teardown(() => capture.close());
  return capture;
}

const listed = (recorder: PageRecorder) => recorder.rows().sort((left, right) => left.id - right.id);
const had = (follower: Follower) => [...follower.rows].sort(([left], [right]) => left - right).map(([, row]) => row);

t.test("the first update is complete, the next tells what changed, the last that it is the last", async (t) => {
  const capture = await followed(t);
  capture.talk(3);
  const page = await capture.follow();
  await page.until(() => page.updates === 1);
  t.match(page.last, { complete: true, gone: [], head: { packets: capture.recorder.packets } });
  t.same(had(page), JSON.parse(JSON.stringify(listed(capture.recorder))));
  capture.talk(1);
  await page.until(() => page.updates === 2);
  t.match(page.last, { complete: false, rows: [{ id: 3 }] });
  t.equal(page.last?.rows.length, 1);
  capture.streams.end();
  await page.until(() => page.hasEnded);
  const late = await capture.follow();
  await late.until(() => late.hasEnded);
  t.same(had(late), had(page), "who comes after the end gets all of it, and the end");
});

t.test("rows that made room leave the page, also those that changed before they went", async (t) => {
  const capture = await followed(t);
  const page = await capture.follow();
  for (let round = 0; round < 10; round++) {
    const { updates } = page;
    capture.talk(7 + round);
    await page.until(() => page.updates > updates);
  }
  capture.streams.end();
  await page.until(() => page.hasEnded);
  t.equal(page.rows.size, ROOM);
  t.same(had(page), JSON.parse(JSON.stringify(listed(capture.recorder))));
});

t.test("a browser that does not read holds no more than one update, and then has what there is", async (t) => {
  const capture = await followed(t);
  const page = await capture.follow();
  await page.until(() => page.updates === 1);
  page.response.socket.pause();
  const [response] = capture.responses;
  capture.talk(200);
  let most = 0;
  // As much as fits into the sockets' own buffers comes first; then it waits here, and some more is tried.
  for (let more = 100; more > 0; more -= most > 0 ? 1 : 0) {
    capture.talk(3);
    await new Promise((resolve) => setTimeout(resolve, PACE.leastMs));
    most = Math.max(most, response?.writableLength ?? 0);
  }
  t.ok(most < 100_000, `${most} bytes wait`);
  const { updates } = page;
  capture.streams.end();
  page.response.socket.resume();
  await page.until(() => page.hasEnded);
  t.ok(page.updates > updates);
  t.same(had(page), JSON.parse(JSON.stringify(listed(capture.recorder))));
  t.equal(page.last?.head.packets, capture.recorder.packets);
});

t.test("streams that went are forgotten, and the last one's going is told", async (t) => {
  const capture = await followed(t);
  const gone = new Promise<void>((resolve) => {
    capture.streams.onEmpty = resolve;
  });
  const pages = await Promise.all([capture.follow(), capture.follow()]);
  await Promise.all(pages.map((page) => page.until(() => page.updates === 1)));
  t.equal(capture.streams.count, 2);
  for (const page of pages) page.response.destroy();
  await gone;
  t.equal(capture.streams.count, 0);
});

t.test("an end right behind an update that fills the buffer is told as well", async (t) => {
  const capture = await followed(t);
  capture.talk(300);
  const page = await capture.follow();
  await page.until(() => page.updates === 1);
  while (capture.responses[0]?.writableNeedDrain) await new Promise(setImmediate);
  capture.talk(300);
  const over = once(page.response, "end");
  capture.streams.close();
  await over;
  t.equal(page.updates, 2);
  t.ok(page.hasEnded, "else the page asks for ever where nobody is");
});
