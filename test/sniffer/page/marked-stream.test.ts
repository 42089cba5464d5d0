import t from "tap";
import { fromBase64 } from "../../../src/sniffer/page/bar-list.js";
import { KeptRoom } from "../../../src/sniffer/page/kept-room.js";
import { MarkedStream } from "../../../src/sniffer/page/marked-stream.js";

const ROOM = new KeptRoom(100, 0);

const shown = (stream: MarkedStream, how: { watched: boolean; isOpen: boolean }) =>
  stream
    .pieces(1000, { base: "plaintext", disclosure: "open", ...how })
    .map(({ data }) => Buffer.from(fromBase64(data)).toString("latin1"))
    .join("|");

t.test("what came last of an open conversation may be half a secret", async (t) => {
  const stream = new MarkedStream(ROOM);
  stream.push(0, Buffer.from("all read "));
  stream.understood();
  stream.push(9, Buffer.from("PASS hun"));
  t.equal(shown(stream, { watched: true, isOpen: true }), `all read ${"\0".repeat(8)}`);
  t.equal(shown(stream, { watched: true, isOpen: false }), "all read PASS hun", "it ended: nothing more comes");
  t.equal(shown(stream, { watched: false, isOpen: true }), "all read PASS hun", "nobody looks for secrets in it");
});

t.test("behind a hole nothing is read, and so nothing shown", async (t) => {
  const stream = new MarkedStream(ROOM);
  stream.push(0, Buffer.from("before "));
  stream.gap(7, 3);
  stream.push(10, Buffer.from("PASS hunter2"));
  stream.understood();
  t.equal(shown(stream, { watched: true, isOpen: false }), `before |${"\0".repeat(12)}`);
});

t.test("with more secrets than can be remembered nothing is shown", async (t) => {
  const stream = new MarkedStream(ROOM, { marks: 2, secrets: 2 });
  stream.push(0, Buffer.from("a b c d"));
  stream.hide({ offset: 0, length: 1 });
  stream.hide({ offset: 2, length: 1 });
  t.equal(shown(stream, { watched: true, isOpen: false }), "\0 \0 c d");
  stream.hide({ offset: 4, length: 1 });
  t.equal(shown(stream, { watched: true, isOpen: false }), "");
});

t.test(
  "marks over the room that all streams have are left out, and those of a stream that goes are for others",
  async (t) => {
    const room = new KeptRoom(3, 1);
    const spansOf = (stream: MarkedStream) =>
      stream
        .pieces(1000, { base: "not_understood", disclosure: "open", watched: false, isOpen: false })
        .flatMap(({ spans }) => spans.map((span) => span.length));
    const marked = () => {
      const stream = new MarkedStream(room);
      stream.push(0, Buffer.from("abcdef"));
      for (const offset of [0, 2, 4]) stream.mark({ offset, length: 1, class: "tls_metadata" });
      return stream;
    };
    const first = marked();
    t.same([first, marked()].map(spansOf), [
      [1, 1, 1, 1, 1, 1],
      [1, 5],
    ]);
    first.giveBack();
    t.same(spansOf(marked()), [1, 1, 1, 3], "beside the one that the other has");
  },
);
