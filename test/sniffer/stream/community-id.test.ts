import t from "tap";
import { communityId } from "../../../src/sniffer/stream/community-id.js";

const ipv4 = (text: string) => Uint8Array.from(text.split(".").map(Number));
const LOOPBACK6 = Uint8Array.from([...new Array<number>(15).fill(0), 1]);

/** The specification's own examples and those of Zeek's tests; the last one by tshark. */
const vectors: [number, Uint8Array, number, Uint8Array, number, string][] = [
  [6, ipv4("128.232.110.120"), 34855, ipv4("66.35.250.204"), 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
  [17, ipv4("192.168.1.52"), 54585, ipv4("8.8.8.8"), 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="],
  [6, ipv4("1.2.3.4"), 1122, ipv4("5.6.7.8"), 3344, "1:wCb3OG7yAFWelaUydu0D+125CLM="],
  [17, ipv4("1.2.3.4"), 1122, ipv4("5.6.7.8"), 3344, "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg="],
  [6, LOOPBACK6, 58799, LOOPBACK6, 8080, "1:DrvL6kiQCet+fHyhUo1q/hvD/NI="],
];

t.test("both directions have the identifier that other tools give", async (t) => {
  for (const [protocol, source, sourcePort, destination, destinationPort, id] of vectors) {
    t.equal(communityId({ protocol, source, destination, sourcePort, destinationPort }), id);
    const back = { source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort };
    t.equal(communityId({ protocol, ...back }), id);
  }
});
