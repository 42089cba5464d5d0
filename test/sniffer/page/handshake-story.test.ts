import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { HandshakeStory } from "../../../src/sniffer/page/handshake-story.js";
import { Pipeline } from "../../../src/sniffer/pipeline.js";
import { fixture, fixturePackets } from "../capture/capture-bytes.js";

function storyOf(name: string, keyLog?: string): HandshakeStory {
  const pipeline = new Pipeline();
  if (keyLog !== undefined) pipeline.addKeys(keyLog);
  const story = new HandshakeStory();
  const drain = (): void => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) story.push(event);
  };
  for (const packet of fixturePackets(name)) {
    pipeline.push(packet);
    drain();
  }
  pipeline.finish();
  drain();
  return story;
}

const lineOf = (story: HandshakeStory, title: string, name: string) =>
  story.steps.find((step) => step.title === title)?.lines.find((line) => line.name === name);

t.test("TLS 1.2: what is offered, chosen and shown, with what can be read of it", async (t) => {
  const story = storyOf("illustrated-tls12/capture.pcap");
  t.match(lineOf(story, "The client offers", "server name"), { text: "example.ulfheim.net", level: "readable" });
  t.match(lineOf(story, "The server chooses", "version"), { text: "TLS 1.2", level: "readable" });
  t.match(lineOf(story, "The server shows who it is", "subject"), { level: "readable" });
  t.match(lineOf(story, "The server chooses", "from here on"), { text: /still in the clear/ });
});

t.test("TLS 1.3: the certificate shows with keys alone, and its step says so", async (t) => {
  const shut = storyOf("illustrated-tls13/capture.pcap");
  t.equal(lineOf(shut, "The server shows who it is", "subject"), undefined);
  t.match(lineOf(shut, "The server chooses", "from here on"), { text: "everything is encrypted", level: "length" });
  const opened = storyOf(
    "illustrated-tls13/capture.pcap",
    Buffer.from(fixture("illustrated-tls13/keylog.txt")).toString(),
  );
  t.match(lineOf(opened, "The server shows who it is", "subject"), { level: "length", why: /with the keys/ });
});

t.test("alerts say who, what, and whether others can read it", async (t) => {
  const alert = (extra: object): SnifferEvent =>
    ({
      event: "alert",
      conversation: 0,
      frame: 9,
      side: "client",
      level: 2,
      description: 48,
      name: "unknown_ca",
      ...extra,
    }) as SnifferEvent;
  const story = new HandshakeStory();
  story.push(alert({}));
  story.push(alert({ side: "server", level: null, description: null, name: "encrypted" }));
  const record = {
    event: "record",
    conversation: 0,
    frame: 9,
    side: "client",
    content_type: 23,
    version: "0x0303",
    length: 19,
  } as const;
  story.push({ ...record, opened: true });
  story.push(alert({ name: "close_notify" }));
  t.match(story.steps, [
    { title: "The client alerts", lines: [{ text: "unknown ca", level: "readable" }] },
    { title: "The server alerts", lines: [{ level: "presence" }] },
    { title: "The client alerts", lines: [{ text: "close notify", level: "presence", why: /with the keys/ }] },
  ]);
});

t.test("a conversation that renegotiates for ever tells a bounded story", async (t) => {
  const story = new HandshakeStory();
  for (let round = 0; round < 1000; round++) {
    story.push({
      event: "alert",
      conversation: 0,
      frame: round,
      side: "client",
      level: 1,
      description: 0,
      name: "close_notify",
    });
  }
  t.equal(story.steps.length, 24);
});
