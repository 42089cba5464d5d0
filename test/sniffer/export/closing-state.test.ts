// Suricata's names for how far a connection is closed (its stream-tcp.c), by who closed first.
import t from "tap";
import { ClosingState } from "../../../src/sniffer/export/closing-state.js";

const FIN = 0x01;
const ACK = 0x10;

/** Who sent it, client or server: a FIN in capitals, else an acknowledgment. */
const CASES: readonly (readonly [steps: string, state: string | undefined])[] = [
  ["cs", undefined],
  ["C", "close_wait"],
  ["Cs", "close_wait"],
  ["CS", "last_ack"],
  ["CSs", "last_ack"],
  ["CSc", "closed"],
  ["S", "fin_wait1"],
  ["SS", "fin_wait1"],
  ["Sc", "fin_wait2"],
  ["ScC", "time_wait"],
  ["SC", "time_wait"],
  ["SCs", "closed"],
];

t.test("who closed, and what is acknowledged of it", async (t) => {
  for (const [steps, expected] of CASES) {
    const state = new ClosingState();
    for (const step of steps) state.push(/c/i.test(step), step === step.toUpperCase() ? FIN | ACK : ACK);
    t.equal(state.name, expected, steps);
  }
});
