// The streams of recorded captures against what tshark made of them (make-streams.mjs).
import t from "tap";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import type { ConversationEvent } from "../../../src/sniffer/event.js";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";
import { ConversationTable } from "../../../src/sniffer/stream/conversation-table.js";
import { fixture } from "../capture/capture-bytes.js";

type Summary = Omit<ConversationEvent, "event" | "application">;
type Expected = Partial<Summary> & { file: string };

const expected: Expected[] = JSON.parse(new TextDecoder().decode(fixture("streams.json")));

function summaries(file: string): Summary[] {
  const reader = new CaptureReader();
  const decoder = new PacketDecoder();
  const table = new ConversationTable();
  const closed: Summary[] = [];
  const drain = () => {
    for (let event = table.next(); event !== undefined; event = table.next()) {
      if (event.kind === "close") event.conversation.summary((summary) => closed.push(summary));
    }
  };
  reader.push(fixture(file));
  reader.finish();
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
    const packet = decoder.decode(raw);
    if (packet.transport === 0) continue;
    table.push(packet);
    drain();
  }
  table.finish();
  drain();
  return closed;
}

t.test("ends, frames, lengths, hashes and Community ID are those that tshark gives", async (t) => {
  t.ok(expected.length >= 5);
  for (const file of new Set(expected.map(({ file }) => file))) {
    const ours = summaries(file).filter(({ protocol }) => protocol === "tcp");
    const theirs = expected.filter((each) => each.file === file).map(({ file: _file, ...stream }) => stream);
    t.equal(ours.length, theirs.length, `${file}: as many streams`);
    for (const [index, stream] of theirs.entries()) t.match(ours[index], stream, `${file} ${stream.client}`);
  }
});
