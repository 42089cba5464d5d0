import t from "tap";
import { numbered, of, play, sniff } from "./played-capture.js";

const flows = Array.from({ length: 20 }, (_, index) =>
  play([["client", `GET /${index} HTTP/1.1\r\n\r\n`]], { clientPort: 20_000 + index, end: "open" }),
);
/** All at the same time, each with one more word at the end. */
const packets = numbered([...flows.flat(), ...flows.map((packets) => packets[0] ?? new Uint8Array(0))]);

t.test(
  "of more conversations that speak than there is room for, those silent for longest are given up and told",
  async (t) => {
    const closed = of(sniff(packets, { limits: { maxSpeakingConversations: 5 } }), "conversation");
    t.equal(closed.filter(({ client_bytes: bytes }) => bytes > 0).length, 20, "what each said is told once");
    t.ok(closed.length > 20, "what they say later is another conversation");
    t.equal(of(sniff(packets), "conversation").length, 20);
  },
);
