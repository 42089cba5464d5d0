// The ladder in a terminal: a row a rung as it is climbed, its evidence below, at most 80 columns.
import { pathToFileURL } from "node:url";
import { styleText } from "node:util";
import { linked } from "../sniffer/report/terminal-link.js";
import type { Proof, ProofSource } from "./evidence.js";
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
  const apart = verdict.rung.attacker !== "watches";
  const lines = everyExposure.flatMap((exposure) => {
    const proof = verdict.proofs.get(exposure);
    if (proof === undefined) return [];
    const where = apart ? `${SOURCE_WORDS[proof.source]}${place(proof)}`.padEnd(28) : place(proof).padEnd(20);
    return [`${exposure.padEnd(20)} ${where} ${proof.detail}`.slice(0, 75)];
  });
  const refusal = REFUSAL_WORDS[verdict.refused];
  if (refusal !== undefined) lines.push(refusal);
  return lines;
}

/** Which capture counts the packets, where there are two. */
const SOURCE_WORDS: Readonly<Record<ProofSource, string>> = { wire: "wire, ", inside: "inside, ", server: "" };

/** Where the proof stands: its packet and, where one byte begins it, that byte of the stream. */
export function place(proof: Proof): string {
  if (proof.frame === null) return "asked of the server";
  return proof.offset === null ? `packet ${proof.frame}` : `packet ${proof.frame}, byte ${proof.offset}`;
}

export interface Closing {
  /** As it is shown. */
  readonly folder: string;
  readonly page: string;
  readonly seconds: number;
  readonly colour: boolean;
  /** The terminal makes links of what is marked as such. */
  readonly links: boolean;
}

export function renderClosing(verdicts: readonly Verdict[], closing: Closing): string {
  const { folder, page, seconds, colour, links } = closing;
  const failed = verdicts.filter((verdict) => verdict.complaints.length > 0);
  const result =
    failed.length === 0
      ? paint("green", `All ${verdicts.length} rungs hold`, colour)
      : paint("red", `${failed.length} of ${verdicts.length} rungs do not hold`, colour);
  return [
    `${result} (${seconds.toFixed(1)} s).`,
    "",
    `  ${links ? linked(`${folder}/ladder.html`, pathToFileURL(page).href) : `${folder}/ladder.html`}    the same as a page, for a class room`,
    `  ${folder}/rung-N.html    what he sees of each rung, as the sniffer's report`,
    `  ${folder}/rung-N.pcapng  the captures, with TLS secrets, for Wireshark`,
    `  ${folder}/lengths-*.pcapng  for sniffer --guess`,
    "",
    "Next: npx server --cert certs/   npx client register NAME   npx sniffer --help",
    "",
  ].join("\n");
}
