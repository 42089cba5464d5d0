// A small drawing of who stands where on a rung: the client, the wire, the server, and the man in the middle.
import { html, Markup } from "../../sniffer/page/view/markup.js";
import type { Rung } from "../rung.js";

/** Grid of 200 by 92. */
const LAPTOP = '<rect x="8" y="52" width="34" height="22" rx="2"/><path d="M3 79h44"/>';
const SERVER = '<rect x="162" y="46" width="28" height="34" rx="2"/><path d="M166 54h20M166 62h20M166 70h20"/>';
const EYE = '<path d="M80 22s7-11 20-11 20 11 20 11-7 11-20 11-20-11-20-11Z"/><circle cx="100" cy="22" r="5"/>';
const MAN = '<circle cx="100" cy="42" r="8"/><path d="M86 76c0-14 6-22 14-22s14 8 14 22Z"/>';

export function drawRung(rung: Rung): Markup {
  const between = rung.attacker !== "watches";
  const refused = rung.refused === "the server";
  const state = rung.transport === "plaintext" ? "open" : between && !refused ? "broken" : "shut";
  const wires = between
    ? `${wire(48, 84, refused ? "refused" : "theirs")}${refused ? "" : wire(116, 158, "theirs")}`
    : `${wire(48, 158, state)}<path class="gaze" d="M100 36v22"/>`;
  const locks = between ? (refused ? cross(66) : lock(66) + lock(137)) : state === "shut" ? lock(74) + lock(126) : "";
  const badge = rung.attacker === "impersonates, trusted" ? BADGE : "";
  return html`<svg class="drawing ${state}" viewBox="0 0 200 92" role="img" aria-label="${describe(rung)}">${new Markup(
    `<g class="ends">${LAPTOP}${SERVER}</g>${wires}${locks}<g class="man">${between ? MAN : EYE}</g>${badge}`,
  )}</svg>`;
}

/** A certificate with a seal, at the man's side. */
const BADGE =
  '<g class="badge"><rect x="118" y="30" width="16" height="12" rx="1"/><circle cx="131" cy="43" r="3.4"/></g>';

function wire(from: number, to: number, name: string): string {
  return `<path class="wire ${name}" d="M${from} 66H${to}"/>`;
}

function lock(x: number): string {
  return `<g class="lock"><rect x="${x - 6}" y="61" width="12" height="9" rx="1.5"/><path d="M${x - 3.5} 61v-3a3.5 3.5 0 0 1 7 0v3"/></g>`;
}

function cross(x: number): string {
  return `<path class="cross" d="M${x - 6} 60l12 12m0-12l-12 12"/>`;
}

function describe({ attacker, transport, refused }: Rung): string {
  const how = transport === "plaintext" ? "nothing is encrypted" : `encrypted with ${transport}`;
  if (attacker === "watches") return `Client and server, ${how}; he watches the wire.`;
  const whose = attacker === "impersonates" ? "a certificate of his own" : "a certificate that the client trusts";
  const end = refused === "the server" ? "the client refuses" : "both sides talk to him";
  return `He stands between client and server with ${whose}; ${end}.`;
}
