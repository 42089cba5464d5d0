// Suricata's names for how far a connection is closed (its stream-tcp.c), by who closed first.
import t from "tap";
import { ClosingState } from "../../../src/sniffer/export/closing-state.js";

const FIN = 0x01;
const ACK = 0x10;

type Step = readonly [from: "client" | "server", flags: number];

const CASES: readonly (readonly [steps: readonly Step[], state: string | undefined])[] = [
  [[["client", ACK]], undefined],
  [[["client", FIN | ACK]], "close_wait"],
  [
    [
      ["client", FIN | ACK],
      ["server", ACK],
    ],
    "close_wait",
  ],
  [
    [
      ["client", FIN | ACK],
      ["server", FIN | ACK],
    ],
    "last_ack",
  ],
  [
    [
      ["client", FIN | ACK],
      ["server", FIN | ACK],
      ["server", ACK],
    ],
    "last_ack",
  ],
  [
    [
      ["client", FIN | ACK],
      ["server", FIN | ACK],
      ["client", ACK],
    ],
    "closed",
  ],
  [[["server", FIN | ACK]], "fin_wait1"],
  [
    [
      ["server", FIN | ACK],
      ["client", ACK],
    ],
    "fin_wait2",
  ],
  [
    [
      ["server", FIN | ACK],
      ["client", ACK],
      ["client", FIN | ACK],
    ],
    "time_wait",
  ],
  [
    [
      ["server", FIN | ACK],
      ["client", FIN | ACK],
    ],
    "time_wait",
  ],
  [
    [
      ["server", FIN | ACK],
      ["client", FIN | ACK],
      ["server", ACK],
    ],
    "closed",
  ],
  [
    [
      ["server", FIN | ACK],
      ["server", FIN | ACK],
    ],
    "fin_wait1",
  ],
];

t.test("who closed, and what is acknowledged of it", async (t) => {
  for (const [steps, expected] of CASES) {
    const state = new ClosingState();
    for (const [from, flags] of steps) state.push(from === "client", flags);
    t.equal(state.name, expected, steps.map(([from, flags]) => `${from} ${flags}`).join(", "));
  }
});
