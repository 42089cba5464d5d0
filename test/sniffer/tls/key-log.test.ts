import t from "tap";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { byteByByte } from "../../helpers/stage-feeding.js";

const RANDOM = Buffer.alloc(32, 0xab);
const HEX = RANDOM.toString("hex");
const TEXT = [
  "# made by a browser",
  `CLIENT_RANDOM ${HEX} ${"11".repeat(48)}`,
  `CLIENT_TRAFFIC_SECRET_0 ${HEX.toUpperCase()} ${"22".repeat(32)}\r`,
  `EXPORTER_SECRET ${HEX} ${"33".repeat(32)}`,
  `CLIENT_TRAFFIC_SECRET_1 ${HEX} ${"44".repeat(32)}`,
  "",
  "complete rubbish",
  `CLIENT_RANDOM ${HEX.slice(2)} ${"11".repeat(48)}`,
  `SERVER_TRAFFIC_SECRET_0 ${HEX} ${"55".repeat(48)}`,
].join("\n");

t.test("secrets are found by client random and label, however the text arrives", async (t) => {
  const whole = new KeyLog();
  whole.push(TEXT);
  const split = new KeyLog();
  for (const byte of byteByByte(Buffer.from(TEXT))) split.push(Buffer.from(byte).toString("latin1"));
  for (const log of [whole, split]) {
    log.finish();
    t.equal(log.size, 1);
    t.equal(log.malformedLines, 2);
    t.same(log.secret("CLIENT_RANDOM", RANDOM), new Uint8Array(48).fill(0x11));
    t.same(log.secret("CLIENT_TRAFFIC_SECRET_0", RANDOM), new Uint8Array(32).fill(0x22));
    t.same(log.secret("SERVER_TRAFFIC_SECRET_0", RANDOM), new Uint8Array(48).fill(0x55));
    t.equal(log.secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", RANDOM), undefined);
    t.equal(log.has(Buffer.alloc(32)), false);
  }
});

t.test("a line that has not ended is not yet taken", async (t) => {
  const log = new KeyLog();
  const line = `CLIENT_RANDOM ${HEX} ${"11".repeat(48)}`;
  log.push(line);
  t.equal(log.size, 0);
  const before = log.revision;
  log.push("\n");
  t.equal(log.size, 1);
  t.not(log.revision, before);
});

t.test("an endless line is not kept", async (t) => {
  const log = new KeyLog();
  for (let round = 0; round < 100; round++) log.push("x".repeat(10_000));
  log.push(`\nCLIENT_RANDOM ${HEX} ${"11".repeat(48)}\n`);
  t.equal(log.size, 1);
});
