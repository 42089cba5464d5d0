import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import t from "tap";
import { PageRecorder } from "../../../src/sniffer/page/page-recorder.js";
import { HeldPackets } from "../../../src/sniffer/web/held-packets.js";
import { PageContent } from "../../../src/sniffer/web/page-content.js";
import { PageServer } from "../../../src/sniffer/web/page-server.js";
import { UpdateStreams } from "../../../src/sniffer/web/update-streams.js";
import { numbered } from "../played-capture.js";
import { ask } from "./watched-relay.js";

/** More than sockets take without a reader. */
const HELD_MEGABYTES = 24;

t.test("large downloads are two at a time: each holds what it sends until it is read", async (t) => {
  const recorder = new PageRecorder({ name: "test", live: true });
  const held = new HeldPackets();
  for (const packet of numbered(Array.from({ length: HELD_MEGABYTES * 16 }, () => Buffer.alloc(0x10000))))
    held.push(packet);
  const streams = new UpdateStreams(recorder, held);
  const server = new PageServer(new PageContent({ recorder, held, streams, script: undefined }));
  const address = await server.listen(0);
  t.teardown(() => server.close());
  const begin = async () => {
    const [response] = await once(get(`${address}capture.pcapng`, { agent: false }), "response");
    return response as IncomingMessage;
  };
  const [first, second] = [await begin(), await begin()];
  const third = await ask(`${address}capture.pcapng`);
  t.match(third, { status: 503, headers: { "retry-after": "5" } });
  t.equal((await ask(`${address}report.html`)).status, 503);
  t.equal((await ask(address)).status, 200, "the page itself is not large");
  first.destroy();
  let bytes = 0;
  for await (const chunk of second) bytes += chunk.length;
  t.equal(bytes, Number(second.headers["content-length"]));
  t.ok(bytes > held.count.bytes && bytes < held.count.bytes + 1000, "all that is held, with its head");
  const again = await ask(`${address}capture.pcapng`);
  t.equal(again.body.length, bytes);
  t.match(String((await ask(address)).body), /as of when it was loaded/, "without its script it still is a page");
});
