import t from "tap";
import { Ledger } from "../../src/sniffer/ledger.js";

t.test("entries add up, and what a tally does not know counts nothing", async (t) => {
  const ledger = new Ledger();
  ledger.add("headers", 40);
  ledger.addTally({ plaintext: 5, gap: 1 });
  ledger.addTally({ plaintext: 2, ciphertext: 9 });
  const none = { tls_metadata: 0, padding: 0, retransmitted: 0, truncated: 0, not_understood: 0 };
  t.same(ledger.accounted, { headers: 40, plaintext: 7, gap: 1, ciphertext: 9, ...none });
});
