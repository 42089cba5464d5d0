import t from "tap";
import { SecretLines } from "../../../src/sniffer/capture/secret-lines.js";

t.test("every form of key log line goes into a capture once it is whole, and nothing else does", async (t) => {
  const lines = new SecretLines();
  const taken = [
    `CLIENT_RANDOM ${"ab".repeat(32)} ${"11".repeat(48)}`,
    `RSA ${"ab".repeat(8)} ${"22".repeat(48)}`,
    `RSA Session-ID:${"cd".repeat(32)} Master-Key:${"33".repeat(48)}`,
    `PMS_CLIENT_RANDOM ${"ab".repeat(32)} ${"44".repeat(1024)}`,
  ];
  const text = ["-----BEGIN PRIVATE KEY-----", ...taken, `RSA Session-ID:zz Master-Key:${"33".repeat(48)}`, ""].join(
    "\n",
  );
  const given = [text.slice(0, 200), text.slice(200)].map((part) => Buffer.from(lines.push(part)).toString());
  t.same(given.join("").trimEnd().split("\n"), taken);
  t.equal(lines.push(text).length, 0);
});
