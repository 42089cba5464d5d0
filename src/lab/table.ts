// The ladder in a terminal: a row a rung as it is climbed, its evidence below, at most 80 columns.
import { styleText } from "node:util";
import type { Proof } from "./evidence.js";
import { everyExposure, type Refused } from "./rung.js";
import type { Verdict } from "./verdict.js";

type Style = Parameters<typeof styleText>[0];

const paint = (style: Style, text: string, colour: boolean) =>
  // The caller has already decided; styleText must not look at the stream again.
  colour ? styleText(style, text, { validateStream: false }) : text;

export const REFUSAL_WORDS: Readonly<Record<Refused, string | undefined>> = {
  nothing: undefined,
  "the server": "the client refused the certificate and sent no call",
  "the login": "the server refused the login that he passed on, and gave no token",
};

export function renderHeading(colour: boolean): string {
  return [
    "",
    paint("bold", "What a man in the middle can read, and what each layer takes from him", colour),
    "Real server, real client, real sniffer on loopback; a fresh password on each rung.",
    "",
    "",
  ].join("\n");
}

export function renderRung(verdict: Verdict, colour: boolean): string {
  const { rung, complaints } = verdict;
  const mark = complaints.length === 0 ? paint("green", "✓", colour) : paint("red", "✗", colour);
  const lines = [
    `${mark} ${paint("bold", `rung ${rung.number}`, colour)}  ${rung.title}`,
    `     he reads  ${paint(rung.readable.includes("password") ? "red" : "green", rung.lesson, colour)}`,
    ...evidenceLines(verdict).map((line) => paint("dim", `     ${line}`, colour)),
    ...complaints.map((complaint) => paint("red", `     not as it must be: ${complaint}`, colour)),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function evidenceLines(verdict: Verdict): string[] {
  const lines = everyExposure.flatMap((exposure) => {
    const proof = verdict.proofs.get(exposure);
    return proof === undefined
      ? []
      : [`${exposure.padEnd(20)} ${place(proof).padEnd(20)} ${proof.detail}`.slice(0, 75)];
  });
  const refusal = REFUSAL_WORDS[verdict.refused];
  if (refusal !== undefined) lines.push(refusal);
  return lines;
}

/** Where the proof stands: its packet and, where one byte begins it, that byte of the stream. */
export function place(proof: Proof): string {
  return proof.offset === null ? `packet ${proof.frame}` : `packet ${proof.frame}, byte ${proof.offset}`;
}

export function renderClosing(verdicts: readonly Verdict[], folder: string, seconds: number, colour: boolean): string {
  const failed = verdicts.filter((verdict) => verdict.complaints.length > 0);
  const result =
    failed.length === 0
      ? paint("green", `All ${verdicts.length} rungs hold`, colour)
      : paint("red", `${failed.length} of ${verdicts.length} rungs do not hold`, colour);
  return [
    `${result} (${seconds.toFixed(1)} s).`,
    "",
    `  ${folder}/ladder.html    the same as a page, for a class room`,
    `  ${folder}/rung-N.html    what he sees of each rung, as the sniffer's report`,
    `  ${folder}/rung-N.pcapng  the captures, with TLS secrets, for Wireshark`,
    `  ${folder}/lengths-*.pcapng  for sniffer --guess`,
    "",
    "Next: npx server --cert certs/   npx client register NAME   npx sniffer --help",
    "",
  ].join("\n");
}
