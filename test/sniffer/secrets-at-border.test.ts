// A capture's own keys open its packets also where a piece of the file ends right behind the keys.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CaptureReader } from "../../src/sniffer/capture/capture-reader.js";
import { CaptureWriter } from "../../src/sniffer/capture/capture-writer.js";
import { block, fixture, option } from "./capture/capture-bytes.js";
import { numbered } from "./played-capture.js";
import { run } from "./sniffer-program.js";

const NAME_RESOLUTION = 4;
const SECRETS = 10;
const TLS_KEY_LOG = 0x544c534b;

function secretsBlock(keyLog: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(TLS_KEY_LOG, 0);
  head.writeUInt32LE(keyLog.length, 4);
  return block("le", SECRETS, head, keyLog, Buffer.alloc(-keyLog.length & 3));
}

function packets(): Uint8Array[] {
  const reader = new CaptureReader();
  reader.push(fixture("illustrated-tls13/capture.pcap"));
  const found: Uint8Array[] = [];
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) found.push(raw.bytes.slice());
  return found;
}

t.test("keys are used wherever the file is cut into pieces behind them", async (t) => {
  const writer = new CaptureWriter();
  const keys = secretsBlock(fixture("illustrated-tls13/keylog.txt"));
  const body = numbered(packets(), 0).map((packet) => writer.packet(packet));
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
