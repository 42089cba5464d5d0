import t from "tap";
import { fromBase64 } from "../../../src/sniffer/page/bar-list.js";
import { MarkedStream } from "../../../src/sniffer/page/marked-stream.js";

const shown = (stream: MarkedStream, how: { watched: boolean; isOpen: boolean }) =>
  stream
    .pieces(1000, { base: "plaintext", disclosure: "open", ...how })
    .map(({ data }) => Buffer.from(fromBase64(data)).toString("latin1"))
    .join("|");

t.test("what came last of an open conversation may be half a secret", async (t) => {
  const stream = new MarkedStream();
  stream.push(0, Buffer.from("all read "));
  stream.understood();
  stream.push(9, Buffer.from("PASS hun"));
  t.equal(shown(stream, { watched: true, isOpen: true }), `all read ${"\0".repeat(8)}`);
  t.equal(shown(stream, { watched: true, isOpen: false }), "all read PASS hun", "it ended: nothing more comes");
  t.equal(shown(stream, { watched: false, isOpen: true }), "all read PASS hun", "nobody looks for secrets in it");
});

t.test("behind a hole nothing is read, and so nothing shown", async (t) => {
  const stream = new MarkedStream();
  stream.push(0, Buffer.from("before "));
  stream.gap(7, 3);
  stream.push(10, Buffer.from("PASS hunter2"));
  stream.understood();
  t.equal(shown(stream, { watched: true, isOpen: false }), `before |${"\0".repeat(12)}`);
});

t.test("with more secrets than can be remembered nothing is shown", async (t) => {
  const stream = new MarkedStream({ marks: 2, secrets: 2 });
  stream.push(0, Buffer.from("a b c d"));
  stream.hide({ offset: 0, length: 1 });
  stream.hide({ offset: 2, length: 1 });
  t.equal(shown(stream, { watched: true, isOpen: false }), "\0 \0 c d");
  stream.hide({ offset: 4, length: 1 });
  t.equal(shown(stream, { watched: true, isOpen: false }), "");
});
