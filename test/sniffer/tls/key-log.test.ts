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

t.test("a last line without a newline is taken once its secret is whole, and again when it went on", async (t) => {
  const log = new KeyLog();
  const line = `CLIENT_RANDOM ${HEX} ${"11".repeat(48)}`;
  log.push(line.slice(0, -1));
  t.equal(log.size, 0);
  log.push(line.slice(-1));
  t.same(log.secret("CLIENT_RANDOM", RANDOM), new Uint8Array(48).fill(0x11));
  const before = log.revision;
  log.push("\n");
  t.equal(log.revision, before, "nothing is new");
  log.push(`SERVER_TRAFFIC_SECRET_0\t${HEX}  ${"22".repeat(32)}`);
  log.push(`${"33".repeat(16)}\r\n`);
  t.equal(log.secret("SERVER_TRAFFIC_SECRET_0", RANDOM)?.length, 48);
  t.equal(log.malformedLines, 0);
});

t.test("what follows a secret does no harm, but for more of it", async (t) => {
  const log = new KeyLog();
  log.push(`CLIENT_RANDOM ${HEX} ${"11".repeat(48)}\\\r\n`);
  t.same(log.secret("CLIENT_RANDOM", RANDOM), new Uint8Array(48).fill(0x11));
  log.push(`CLIENT_TRAFFIC_SECRET_0 ${HEX} ${"22".repeat(48)}2\n`);
  t.equal(log.secret("CLIENT_TRAFFIC_SECRET_0", RANDOM), undefined);
});

t.test("an endless line is not kept", async (t) => {
  const log = new KeyLog();
  for (let round = 0; round < 100; round++) log.push("x".repeat(10_000));
  log.push(`\nCLIENT_RANDOM ${HEX} ${"11".repeat(48)}\n`);
  t.equal(log.size, 1);
});

t.test("older lines are found by the encrypted pre-master secret, the session id, or the client random", async (t) => {
  const log = new KeyLog();
  log.push(
    `RSA ${"ab".repeat(8)} ${"11".repeat(48)}\nRSA Session-ID:${"cd".repeat(5)} Master-Key:${"22".repeat(48)}\r\n`,
  );
  log.push(`PMS_CLIENT_RANDOM ${HEX} ${"33".repeat(512)}\n`);
  t.equal(log.malformedLines, 0);
  t.same(log.secret("RSA", Buffer.alloc(8, 0xab)), new Uint8Array(48).fill(0x11));
  t.same(log.secret("RSA Session-ID", Buffer.alloc(5, 0xcd)), new Uint8Array(48).fill(0x22));
  t.equal(log.secret("PMS_CLIENT_RANDOM", RANDOM)?.length, 512);
  log.push(`RSA ${"ab".repeat(8)} ${"11".repeat(47)}\nRSA Session-ID: Master-Key:${"22".repeat(48)}\n`);
  t.equal(log.malformedLines, 2);
});
