// A capture's own keys open its packets also where a piece of the file ends right behind the keys.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CaptureWriter } from "../../src/sniffer/capture/capture-writer.js";
import { block, fixture, fixturePackets, option } from "./capture/capture-bytes.js";
import { numbered } from "./played-capture.js";
import { run } from "./sniffer-program.js";

const NAME_RESOLUTION = 4;

t.test("keys are used wherever the file is cut into pieces behind them", async (t) => {
  const packets = fixturePackets("illustrated-tls13/capture.pcap").map(({ bytes }) => bytes);
  const writer = new CaptureWriter();
  const keys = writer.secrets(fixture("illustrated-tls13/keylog.txt"));
  const body = numbered(packets, 0).map((packet) => writer.packet(packet));
  for (const piece of [0x4000, 0x8000]) {
    const head = writer.head();
    const filling = piece - head.length - keys.length - 12 - 8 - 10;
    const passedOver = block("le", NAME_RESOLUTION, option("le", 0, new Uint8Array(0)), Buffer.alloc(filling & ~3));
    const path = join(t.testdir({}), `at-${piece}.pcapng`);
    writeFileSync(path, Buffer.concat([head, passedOver, keys, ...body]));
    const { events } = await run(["-r", path, "--json"]);
    t.ok(
      events.some((event) => event.event === "record" && event.inner_content_type !== undefined),
      `keys that end just before byte ${piece} open records`,
    );
  }
});
