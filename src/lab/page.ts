// The ladder as one self-contained page: no script, no network, light and dark, printable.
import { type Exposure, everyExposure } from "./rung.js";
import { place } from "./table.js";
import type { Verdict } from "./verdict.js";

/** Renders the whole page. Everything that came off the wire is escaped. */
export function renderPage(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter((verdict) => verdict.complaints.length > 0).length;
  const result =
    failed === 0 ? `All ${verdicts.length} rungs hold.` : `${failed} of ${verdicts.length} rungs do not hold.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Earshot: what a man in the middle can read</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What a man in the middle can read</h1>
<p>A real server, client and sniffer, run once per rung on loopback with a fresh password each time.
The same person registers, logs in, asks who they are and logs out. <strong>${result}</strong></p>
<div class="scroll">
<table>
<thead><tr><th scope="col">Rung</th>${everyExposure.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>
${verdicts.map(row).join("\n")}
</tbody>
</table>
</div>
${verdicts.map(section).join("\n")}
</main>
</body>
</html>
`;
}

function row(verdict: Verdict): string {
  const cells = everyExposure.map((exposure) => cell(verdict, exposure)).join("");
  return `<tr><th scope="row"><a href="#rung-${verdict.rung.number}">${verdict.rung.number}. ${escapeHtml(verdict.rung.title)}</a></th>${cells}</tr>`;
}

function cell(verdict: Verdict, exposure: Exposure): string {
  const proof = verdict.proofs.get(exposure);
  if (proof === undefined && isAbsent(verdict, exposure)) return "<td>none</td>";
  return proof === undefined
    ? `<td class="hidden">hidden</td>`
    : `<td class="${isSecret(exposure) ? "secret" : "seen"}">read<small>${place(proof)}</small></td>`;
}

/** Without TLS there is no certificate and no hello to hide. */
function isAbsent({ rung }: Verdict, exposure: Exposure): boolean {
  return rung.transport === "plaintext" && !isSecret(exposure) && exposure !== "sizes and times";
}

function isSecret(exposure: Exposure): boolean {
  return exposure === "username" || exposure === "password" || exposure === "session token";
}

function section({ rung, proofs, packets, clientRefused, complaints }: Verdict): string {
  const items = everyExposure.flatMap((exposure) => {
    const proof = proofs.get(exposure);
    return proof === undefined
      ? []
      : [`<li><b>${exposure}</b>: ${escapeHtml(proof.detail)} <small>${place(proof)}</small></li>`];
  });
  if (clientRefused) items.push("<li>The client refused the certificate and sent no call.</li>");
  const kept = complaints
    .map((complaint) => `<p class="secret">Not as it must be: ${escapeHtml(complaint)}</p>`)
    .join("");
  return `<section id="rung-${rung.number}">
<h2>${rung.number}. ${escapeHtml(rung.title)}</h2>
<p>He ${rung.attacker === "watches" ? "watches the wire" : "puts himself in the way with a certificate of his own"}; the client
${rung.transport === "plaintext" ? "uses no TLS" : `uses ${rung.transport} and ${rung.client}`}. <b>He reads ${escapeHtml(rung.lesson)}.</b></p>
<ul>
${items.join("\n")}
</ul>${kept}
<p><small>${packets.wire} packets on the wire: rung-${rung.number}.pcapng</small></p>
</section>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fdfdfb; --line: #d5d8dc; --bad: #b3261e; --note: #8a5a00; --good: #1a6b3a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --paper: #16181b; --line: #3a3f45; --bad: #ff8a80; --note: #f0c060; --good: #7ddc9a; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { line-height: 1.2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid var(--line); padding: .5rem .6rem; text-align: left; vertical-align: top; }
td small { display: block; color: inherit; opacity: .8; white-space: nowrap; }
a { color: inherit; }
.secret { color: var(--bad); font-weight: 700; }
.seen { color: var(--note); }
.hidden { color: var(--good); }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; }
@media print { .scroll { overflow: visible; } section { break-inside: avoid; } }
`;
