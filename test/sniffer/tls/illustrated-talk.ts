// The two connections of "The Illustrated TLS Connection", as turns: test/fixtures/captures/illustrated-tls12 and -tls13.
import { readFileSync } from "node:fs";
import type { Side } from "../../../src/sniffer/event.js";
import type { Turn } from "./watched-talk.js";

const CAPTURES = new URL("../../../../test/fixtures/captures/", import.meta.url);

type Script = readonly (readonly [side: Side, records: string])[];

const SCRIPTS: Record<"12" | "13", Script> = {
  "12": [
    ["client", "clienthello"],
    ["server", "serverhello servercert serverkeyexchange serverhellodone"],
    ["client", "clientkeyexchange clientccs clientfinished"],
    ["server", "serverccs serverfinished"],
    ["client", "clientdata"],
    ["server", "serverdata"],
    ["client", "clientalert"],
  ],
  "13": [
    ["client", "clienthello"],
    ["server", "serverhello serverccs serverencextensions serverenccert serverenccertverify serverencfinished"],
    ["client", "clientccs clientencfinished"],
    ["client", "clientencdata"],
    ["server", "serverencticket1"],
    ["server", "serverencticket2"],
    ["server", "serverencdata"],
  ],
};

export function illustratedTalk(version: "12" | "13"): Turn[] {
  return SCRIPTS[version].map(([side, names]) => ({
    side,
    bytes: Buffer.concat(names.split(" ").map((name) => illustratedRecord(version, name))),
  }));
}

export function illustratedRecord(version: "12" | "13", name: string): Uint8Array {
  return readFileSync(new URL(`illustrated-tls${version}/records/${name}`, CAPTURES));
}

export function illustratedKeylog(version: "12" | "13"): string {
  return readFileSync(new URL(`illustrated-tls${version}/keylog.txt`, CAPTURES), "latin1");
}
