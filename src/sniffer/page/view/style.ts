// The style sheet of all pages: light and dark, from a phone to a beamer, and on paper. Contrast is 4.5 to 1 or more.

import { LIVE_STYLE } from "./live-style.js";

/** Whose colour stands for what: red can be read, amber shows its length, blue its presence, green is hidden. */
const LIGHT = `
  color-scheme: light;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2126; --soft: #565d66; --line: #dcdad3; --shade: #f2f0ea; --link: #1f4fa3;
  --readable: #a81c1c; --readable-bg: #fde8e4; --unknown: #6b3fa0; --unknown-bg: #f1e9fa; --length: #7a5200; --length-bg: #fdf1d3;
  --presence: #1f5a8a; --presence-bg: #e3eff9; --hidden: #17653a; --hidden-bg: #e1f3e7; --absent: #5c636b; --absent-bg: #efeeea;
  --b-plaintext: #d6402f; --b-tls_metadata: #dd9a1c; --b-ciphertext: #2f9160; --b-opened: #2b78c2; --b-not_understood: #8a5fc0;
  --b-gap: #9aa0a6; --b-padding: #a8d5ba; --b-headers: #8d97a3; --b-retransmitted: #c3c8cd; --b-truncated: #b08d57; --b-secret: #8c0f0f;
  --b-withheld: #6f747b; --mark: #fff0a8;`;

const DARK = `
  color-scheme: dark;
  --paper: #14171a; --card: #1b1f23; --ink: #e9e7e1; --soft: #a4abb3; --line: #343a41; --shade: #22272c; --link: #8ab6ff;
  --readable: #ff9c8f; --readable-bg: #44201d; --unknown: #cdaef5; --unknown-bg: #32254a; --length: #f0c35e; --length-bg: #3d3013;
  --presence: #8cc4f2; --presence-bg: #1b3348; --hidden: #84d9a4; --hidden-bg: #173725; --absent: #a4abb3; --absent-bg: #262b30;
  --b-plaintext: #f0644f; --b-tls_metadata: #e3ae45; --b-ciphertext: #46b37d; --b-opened: #5ea3e6; --b-not_understood: #ad86df;
  --b-gap: #6f767e; --b-padding: #3d6b52; --b-headers: #68727d; --b-retransmitted: #50575e; --b-truncated: #a08356; --b-secret: #ff8374;
  --b-withheld: #80868d; --mark: #55480f;`;

const BASE = `
:root {${LIGHT}
}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {${DARK}
} }
:root[data-theme="dark"] {${DARK}
}
* { box-sizing: border-box; } [hidden] { display: none !important; }
[tabindex="-1"]:focus { outline: none; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", "Helvetica Neue", sans-serif; }
main, .top { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
main > section { margin: 2.5rem 0; }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 0 0 .6rem; text-wrap: balance; }
h2 { font-size: 1.35rem; } h3 { font-size: 1.2rem; overflow-wrap: anywhere; } h4 { font-size: 1rem; } h5 { font-size: .95rem; }
p { margin: .4rem 0; } small { font-size: .82em; color: var(--soft); } code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .85em; }
code, dd, li, .explain, .verdict p, .detail header p { overflow-wrap: anywhere; } a { color: var(--link); text-underline-offset: .15em; }
:focus-visible:not([tabindex="-1"]) { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
button, input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: .3rem .7rem; }
button { cursor: pointer; } button:hover { background: var(--shade); } button[aria-pressed="true"] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
summary { cursor: pointer; padding: .3rem 0; color: var(--link); } details[open] > summary { margin-bottom: .4rem; }
.top { display: flex; align-items: center; gap: .8rem; flex-wrap: wrap; padding-top: 1rem; padding-bottom: .4rem; color: var(--soft); font-size: .9rem; }
.top .brand { font-weight: 700; color: var(--ink); letter-spacing: .01em; } .top .spring { flex: 1; }
.icon { flex: none; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; vertical-align: -.15em; }
.skip-link { position: absolute; left: -99rem; } .skip-link:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; }
.note { color: var(--soft); font-size: .9rem; } .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.js-only { display: none; } .js .js-only { display: revert; } .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.scroll { overflow-x: auto; } [data-rows] { max-height: 70vh; overflow-y: auto; } [data-rows] thead th { position: sticky; top: 0; background: var(--paper); }
`;

const PARTS = `
.verdict { display: flex; gap: 1.1rem; align-items: flex-start; padding: 1.3rem 1.5rem; border-radius: 14px; border: 1px solid var(--line); background: var(--card); border-left: .5rem solid currentColor; }
.verdict h1 { font-size: clamp(1.3rem, 3.4vw, 2.1rem); color: var(--ink); margin: 0; } .verdict p { color: var(--soft); } .verdict .caveat { color: var(--ink); } .verdict b { color: var(--ink); overflow-wrap: anywhere; }
.verdict > .icon { width: 2.4rem; height: 2.4rem; margin-top: .2rem; stroke-width: 1.2; }
${["readable", "unknown", "length", "presence", "hidden", "absent"]
  .map(
    (level) =>
      `.verdict.${level} { color: var(--${level}); } .chip.${level}, .cell.${level} { color: var(--${level}); background: var(--${level}-bg); } .said.${level} .icon { color: var(--${level}); }`,
  )
  .join("\n")}
.chip { display: inline-flex; align-items: center; gap: .35rem; padding: .08rem .55rem; border-radius: 99px; font-size: .82rem; font-weight: 600; white-space: nowrap; border: 1px solid transparent; vertical-align: middle; }
.chip.follows, .cell.follows { background: transparent; border: 1px dashed currentColor; }
.matrix table { border-collapse: separate; border-spacing: .4rem; width: 100%; margin: 0 -.4rem; table-layout: fixed; }
.matrix th { text-align: left; font-weight: 600; vertical-align: bottom; padding: .2rem .3rem; } .matrix tbody th { vertical-align: middle; }
.matrix th small { display: block; font-weight: 400; line-height: 1.3; }
.cell { display: flex; align-items: center; gap: .5rem; padding: .55rem .7rem; border-radius: 9px; border: 1px solid transparent; text-decoration: none; font-weight: 600; font-size: .92rem; }
.context .cell.readable { color: var(--length); background: var(--length-bg); } .context .chip.readable { color: var(--length); background: var(--length-bg); } .context .readable.follows { background: transparent; }
.group th { font-weight: 400; color: var(--soft); font-size: .85rem; padding-top: .7rem; }
.cell:hover, .cell[aria-expanded="true"] { box-shadow: 0 0 0 2px currentColor; }
.explain { border-radius: 9px; border: 1px solid var(--line); background: var(--card); padding: .7rem 1rem; margin: .2rem 0 .8rem; scroll-margin: 1rem; } .explain:empty { display: none; }
.key { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; font-size: .85rem; color: var(--soft); margin: .5rem 0; } .key-note { display: inline-flex; align-items: center; gap: .4rem; }
.swatch { display: inline-block; width: .85rem; height: .85rem; border-radius: 3px; background: var(--line); flex: none; vertical-align: -.1em; } .swatch.solid { background: var(--absent); } .swatch.outline { background: none; border: 1px dashed var(--absent); }
.reasons section { margin: 1rem 0; } .aspect { font-weight: 600; margin: 0 0 .4rem; } .reasons dl { margin: 0; display: grid; grid-template-columns: minmax(13rem, 22rem) 1fr; gap: .35rem 1rem; font-size: .92rem; } .reasons dd { margin: 0; } .reasons dt:target, .reasons dt:focus { background: var(--mark); }
table.plain { border-collapse: collapse; width: 100%; font-size: .92rem; } .plain th, .plain td { text-align: left; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } .plain thead th { color: var(--soft); font-weight: 600; font-size: .82rem; white-space: nowrap; }
.plain tbody th { font-weight: 600; } .plain td { overflow-wrap: anywhere; } .plain td.number { overflow-wrap: normal; } .rows small { display: block; } .rows td:nth-child(4) { overflow-wrap: break-word; } .rows tr.open { background: var(--shade); } .rows tr[hidden] { display: none; } .rows tbody tr:hover { background: var(--shade); } .secrets { color: var(--readable); font-size: .85rem; white-space: nowrap; }
.ledger { display: flex; height: 1.6rem; border-radius: 8px; overflow: hidden; gap: 2px; margin: .6rem 0; } .ledger span { flex-basis: 0; }
.ledger-table { max-width: 32rem; } .ledger-table .number, .ledger-table thead th + th { text-align: right; padding-left: 1rem; }
.filters, .js .filters { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: .5rem 0 .8rem; } .filters label { font-size: .85rem; color: var(--soft); display: grid; gap: .15rem; } .filters input, .filters select { height: 2.3rem; box-sizing: border-box; } .filters input[type="search"] { width: min(22rem, 80vw); }
.detail { border: 1px solid var(--line); border-radius: 14px; background: var(--card); padding: 1.2rem 1.4rem; margin: 1rem 0; } .detail .part { margin: 1.4rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); }
.timeline { margin: 0; } .timeline svg { display: block; width: 100%; height: 8.2rem; background: var(--shade); border-radius: 8px; } .timeline .axis { stroke: var(--soft); stroke-width: 1; } .timeline figcaption, .timeline .tip { font-size: .82rem; color: var(--soft); margin: .3rem 0 0; } .timeline .tip { color: var(--ink); min-height: 1.4em; }
.chart { display: grid; grid-template-columns: auto 1fr; gap: .6rem; } .lanes { display: grid; grid-template-rows: 1fr 1fr; align-items: center; font-size: .8rem; color: var(--soft); }
.timeline rect:hover { filter: brightness(1.2); stroke: var(--ink); stroke-width: 1; vector-effect: non-scaling-stroke; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; font-size: .88rem; } .controls label { display: inline-flex; gap: .4rem; align-items: center; } .controls input[type="range"] { padding: 0; width: 9rem; }
.steps, .messages, .statements { list-style: none; margin: 0; padding: 0; } .step { border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; margin: .6rem 0; width: min(100%, 46rem); position: relative; } .step.server { margin-left: auto; } .step.client { border-left: 4px solid var(--presence); } .step.server { border-right: 4px solid var(--unknown); }
.step dl { display: grid; grid-template-columns: 9rem 1fr; gap: .35rem .8rem; margin: 0; font-size: .92rem; } .step dt { color: var(--soft); } .step dd { margin: 0; } .step dd small { display: block; } .said { display: flex; gap: .35em; overflow-wrap: anywhere; } .said .icon { margin-top: .25em; }
.messages li { padding: .35rem 0; border-bottom: 1px solid var(--line); } .statements li { padding: .25rem 0; }
.rating { display: inline-block; white-space: nowrap; border-radius: 5px; padding: 0 .45rem; font-size: .82rem; font-weight: 600; } .rating.good { color: var(--hidden); background: var(--hidden-bg); } .rating.weak { color: var(--length); background: var(--length-bg); } .rating.bad { color: var(--readable); background: var(--readable-bg); } .rating.unknown { color: var(--absent); background: var(--absent-bg); }
.bytes pre { background: var(--shade); border-radius: 8px; padding: .7rem .9rem; overflow: auto; max-height: 28rem; line-height: 1.45; margin: .4rem 0; } .bytes pre .at, .bytes pre .skip { color: var(--soft); } .bytes mark { background: var(--mark); color: inherit; display: inline-block; min-width: 100%; }
.bytes .plaintext { color: var(--readable); } .bytes .tls_metadata { color: var(--length); } .bytes .ciphertext { color: var(--hidden); } .bytes .not_understood { color: var(--unknown); } .bytes .padding { color: var(--soft); } .bytes .secret { color: var(--b-secret); font-weight: 700; } .bytes .withheld { color: var(--soft); }
`;

const CLASS_COLOURS = [
  "plaintext",
  "tls_metadata",
  "ciphertext",
  "opened",
  "not_understood",
  "gap",
  "padding",
  "headers",
  "retransmitted",
  "truncated",
  "secret",
  "withheld",
]
  .map(
    (name) =>
      `.swatch.${name}, .ledger .${name} { background: var(--b-${name}); } .timeline .${name} { fill: var(--b-${name}); }`,
  )
  .join("\n");

const NARROW = `
@media (max-width: 46rem) {
  main, .top { padding-left: 1rem; padding-right: 1rem; } .top { position: relative; padding-right: 4.5rem; } .top [data-theme-button] { position: absolute; right: 1rem; top: .8rem; }
  .matrix table, .matrix tbody, .matrix tr, .matrix td, .matrix tbody th { display: block; width: auto; margin: 0; } .matrix thead { display: none; }
  .matrix .group { border: 0; padding: .8rem 0 0; } .matrix tr { border-top: 1px solid var(--line); padding: .6rem 0; } .matrix tbody th { padding: 0 0 .3rem; } .matrix tr { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem; } .matrix tbody th { grid-column: 1 / -1; }
  .matrix td::before { content: attr(data-observer); display: block; font-size: .75rem; color: var(--soft); line-height: 1.3; } .cell { padding: .35rem .6rem; font-size: .85rem; }
  .reasons dl, .step dl { grid-template-columns: 1fr; } .detail { padding: 1rem; } .verdict { padding: 1rem; } .verdict > .icon { width: 1.8rem; height: 1.8rem; }
  .findings thead { display: none; } .findings tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); } .findings td { display: block; border: 0; padding: .1rem 0; }
  .rows thead { display: none; } .rows tr { display: grid; grid-template-columns: auto 1fr; gap: 0 .7rem; padding: .5rem 0; border-bottom: 1px solid var(--line); } .rows th, .rows td { border: 0; padding: .1rem 0; } .rows td:nth-child(n+3) { grid-column: 2; }
}
@media print {
  :root { --paper: #fff; --card: #fff; } body { font-size: 11pt; } .js-only, .js .js-only, .controls, .filters, .skip-link, .tip { display: none !important; }
  .scroll, .bytes pre { overflow: visible; max-height: none; } .step, .timeline, tr { break-inside: avoid; } h2, h3, h4, h5 { break-after: avoid; } a { color: inherit; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;

export const STYLE = BASE + PARTS + CLASS_COLOURS + LIVE_STYLE + NARROW;
