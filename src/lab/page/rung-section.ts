// One rung for a class: what is done, what he has of it and what not, what it looks like, why, and what to try and ask.
import { decodeBars } from "../../sniffer/page/bar-list.js";
import type { PageDetail, PageModel } from "../../sniffer/page/page-model.js";
import { renderSample } from "../../sniffer/page/view/bytes-view.js";
import { html, type Markup } from "../../sniffer/page/view/markup.js";
import { renderTimeline } from "../../sniffer/page/view/timeline-view.js";
import type { Proof } from "../evidence.js";
import { type Exposure, everyExposure } from "../rung.js";
import { place, REFUSAL_WORDS } from "../table.js";
import type { Verdict } from "../verdict.js";
import { drawRung } from "./rung-drawing.js";
import { LESSONS } from "./rung-lesson.js";
import { evidenceId, sightOf } from "./rung-sight.js";
import { excerptOf } from "./sample-excerpt.js";
import { tryCommand } from "./try-command.js";

/** `folder` holds the captures, as it is written in the project's folder. */
export function renderRungSection(verdict: Verdict, view: PageModel | undefined, folder: string): Markup {
  const { rung, complaints } = verdict;
  const lesson = LESSONS[rung.number];
  const isSafe = !rung.readable.includes("password");
  return html`<section class="rung${complaints.length === 0 ? " holds" : ""}" id="rung-${rung.number}">
<div class="head">${drawRung(rung)}<div><h2>Rung ${rung.number}: ${rung.title}</h2>
<p>${lesson?.story}</p>
<p class="reads">He reads <b class="${isSafe ? "safe" : ""}">${rung.lesson}</b>.</p>
${complaints.map((complaint) => html`<p class="complaint">Not as it must be: ${complaint}</p>`)}</div></div>
<p class="idea">${lesson?.idea}</p>
<div class="two"><div><h3>What he has</h3>${renderProofs(verdict)}
${renderUnseen(verdict)}${renderOthers(verdict)}
${lesson === undefined ? undefined : html`<details><summary>${lesson.question}</summary><p>${lesson.answer}</p></details>`}</div>
<div>${renderSight(verdict, view)}
<h3>Try it</h3>${renderTrials(verdict, folder)}</div></div></section>`;
}

/** He stands between, and what he gets passes in his machine. */
function hasInside({ rung, packets }: Verdict): boolean {
  return rung.attacker !== "watches" && packets.inside > 0;
}

function renderProofs(verdict: Verdict): Markup {
  const { rung, proofs, refused, packets } = verdict;
  const isApart = hasInside(verdict);
  const items = everyExposure.flatMap((exposure) => {
    const proof = proofs.get(exposure);
    if (proof === undefined) return [];
    const where = isApart ? `${place(proof)}${SOURCE_WORDS[proof.source]}` : place(proof);
    return [
      html`<li id="${evidenceId(rung, exposure)}"><b>${exposure}</b>: ${proof.detail} <small>${where}</small></li>`,
    ];
  });
  const refusal = REFUSAL_WORDS[refused];
  const last = refusal === undefined ? undefined : html`<li>${refusal.replace(/^t/, "T")}.</li>`;
  const count = isApart
    ? `Two captures: ${packets.wire} packets on the wire, ${packets.inside} inside his machine.`
    : `${packets.wire} packets on the wire.`;
  const masked = proofs.has("password") ? " He reads password and token as they are; here they are masked." : "";
  return html`<ul class="proofs">${items}${last}</ul><p class="note">${count}${masked}</p>`;
}

const SOURCE_WORDS: Readonly<Record<Proof["source"], string>> = {
  wire: " on the wire",
  inside: " inside his machine",
  server: ", as anyone may",
};

function renderUnseen(verdict: Verdict): Markup | undefined {
  const { rung, proofs, complaints } = verdict;
  const items = everyExposure
    .filter((exposure) => !proofs.has(exposure))
    .map(
      (exposure) =>
        html`<li id="${evidenceId(rung, exposure)}"><b>${exposure}</b>: ${sightOf(verdict, exposure).why}</li>`,
    );
  if (items.length === 0) return undefined;
  // The sniffer knew the password here, and would have said where it is.
  const searched = !rung.readable.includes("password") && complaints.length === 0;
  return html`<h3>What he does not have</h3><ul class="proofs">${items}</ul>
${searched ? html`<p class="note">The password was looked for in all that went by, byte by byte and encoded: it is not there.</p>` : undefined}`;
}

/** Who only listens there has less than he who stands between. */
function renderOthers(verdict: Verdict): Markup | undefined {
  const { rung, others } = verdict;
  if (rung.attacker === "watches") return undefined;
  const words = (exposure: Exposure): string => {
    const proof = others.get(exposure);
    return proof === undefined ? "" : `${exposure}: ${proof.detail} (${place(proof)})`;
  };
  const seen = everyExposure.map(words).filter((text) => text !== "");
  const what = hasInside(verdict)
    ? html`As on rung 2, no login: ${seen.join("; ")}.`
    : html`The same as he: that somebody wanted to reach this server.`;
  return html`<h3>What others have who listen on the wire</h3><p>${what}</p>`;
}

function renderTrials(verdict: Verdict, folder: string): Markup {
  const { rung } = verdict;
  const wire = `rung-${rung.number}.pcapng`;
  const commandOf = (file: string) => html`<code>${tryCommand("-r", folder, [file])}</code>`;
  const trials = hasInside(verdict)
    ? html`<p class="try">what he reads: ${commandOf(`rung-${rung.number}-inside.pcapng`)}</p>
<p class="try">what others read: ${commandOf(wire)}</p>`
    : html`<p class="try">${commandOf(wire)}</p>`;
  const keys =
    rung.transport === "plaintext"
      ? undefined
      : html` ${wire} has the keys too, for Wireshark: what only they open, the sniffer lists apart.`;
  return html`${trials}<p class="note">In the project's folder.${keys}</p>
<p><a href="rung-${rung.number}.html">His view as a report</a>: every conversation, record and byte.</p>`;
}

/** The login, from where he stands. */
function renderSight(verdict: Verdict, view: PageModel | undefined): Markup | undefined {
  const detail = view === undefined ? undefined : loginOf(view);
  if (detail === undefined) return html`<h3>What he sees</h3><p class="note">Nothing: no login came by.</p>`;
  const sample = detail.samples.find(({ side, opened }) => side === "client" && !opened);
  const isRefused = verdict.refused === "the server";
  return html`<h3>What he sees of ${isRefused ? "the attempt" : "the login"}, ${hasInside(verdict) ? "inside his machine" : "on the wire"}</h3>
${renderTimeline(decodeBars(detail.bars), { mode: "order", from: 0, to: 1 }, false)}
${isRefused ? html`<p class="note">What answers as the server here is he, with his own certificate.</p>` : undefined}
${sample === undefined ? undefined : renderSample(excerptOf(sample, firstReadable(detail)), undefined, true)}`;
}

/** Where the first thing that he reads begins in what the client sent. */
function firstReadable({ findings }: PageDetail): number | undefined {
  const found = findings.find(({ visibility, place: { side } }) => visibility === "readable" && side === "client");
  return found?.place.offset ?? undefined;
}

/** The one with the password in it; where he cannot tell, the second, since the first registers. */
function loginOf({ details }: PageModel): PageDetail | undefined {
  const readable = details.filter(({ messages }) => messages.some(({ method }) => method?.includes("/Login") === true));
  return readable[0] ?? details[1] ?? details[0];
}
