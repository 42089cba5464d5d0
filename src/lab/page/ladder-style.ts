// What the ladder's page has beside the style sheet of all pages.

const TABLE = `
main, .top { max-width: 100rem; } .first { margin-top: 1rem !important; } .first h1 { margin-bottom: .3rem; }
.ladder { border-collapse: separate; border-spacing: .35rem; table-layout: fixed; width: 100%; }
.ladder th, .ladder td { vertical-align: top; text-align: left; padding: 0; font-weight: 400; }
.ladder thead th { padding: .5rem .7rem; border-radius: 12px 12px 4px 4px; background: var(--card); border: 1px solid var(--line); }
.ladder tbody td { height: 1px; } .ladder thead td { width: 10.5rem; } .ladder tbody th { font-weight: 600; padding: .3rem; vertical-align: middle; font-size: .95rem; line-height: 1.3; }
.ladder thead a { color: inherit; text-decoration: none; display: block; line-height: 1.3; } .ladder thead b { display: block; } .ladder .who { display: block; font-size: .88rem; color: var(--soft); }
.ladder thead a:hover b { text-decoration: underline; }
.ladder td.lesson { padding: .45rem .7rem; background: var(--card); border: 1px solid var(--line); border-radius: 4px 4px 12px 12px; font-weight: 600; line-height: 1.35; font-size: .95rem; }
.ladder .cell { height: 100%; min-height: 2.4rem; padding: .2rem .6rem; line-height: 1.3; } .ladder .cell small { color: inherit; display: block; font-weight: 400; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } .ladder .cell > span { min-width: 0; }
.ladder .told { color: var(--length); background: var(--length-bg); } .ladder .lengths-cell { display: block; padding: .45rem .7rem; background: var(--card); border: 1px solid var(--line); border-radius: 9px; } .lengths-cell .bad { color: var(--readable); font-weight: 700; } .lengths-cell .good { color: var(--hidden); font-weight: 700; }
`;

const DRAWING = `
.drawing { width: 100%; max-width: 11rem; height: auto; display: block; margin: 0 0 .3rem; fill: none; stroke: var(--soft); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.drawing .man { stroke: var(--readable); } .drawing .wire { stroke-width: 3; } .drawing .wire.open { stroke: var(--b-plaintext); } .drawing .wire.shut { stroke: var(--b-ciphertext); } .drawing .wire.theirs { stroke: var(--b-tls_metadata); } .drawing .wire.refused { stroke: var(--line); stroke-dasharray: 4 5; }
.drawing .lock { fill: var(--card); stroke: var(--b-ciphertext); } .drawing.broken .lock { stroke: var(--b-tls_metadata); } .drawing .cross { stroke: var(--hidden); stroke-width: 3.2; } .drawing .gaze { stroke: var(--readable); stroke-width: 1.4; stroke-dasharray: 2 4; } .drawing .badge { stroke: var(--unknown); fill: var(--card); }
`;

const RUNG = `
.rung { border: 1px solid var(--line); border-radius: 16px; background: var(--card); padding: 1.6rem 1.8rem; scroll-margin-top: 1rem; } .rung .head { display: flex; gap: 1.6rem; align-items: flex-start; flex-wrap: wrap; } .rung .head .drawing { width: 13rem; max-width: none; flex: none; } .rung .head > div { flex: 1 1 24rem; }
.rung h2 { font-size: 1.5rem; } .rung h3 { margin-top: 1.1rem; } .two > div > h3:first-child { margin-top: 0; } .reads { font-size: 1.15rem; } .reads b { color: var(--readable); } .rung.holds .reads b.safe { color: var(--hidden); } .idea { border-left: 4px solid var(--hidden); padding: .2rem 0 .2rem 1rem; margin: 1rem 0; font-size: 1.05rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.4rem; margin-top: 1rem; } .two > div { min-width: 0; } .proofs { padding-left: 1.2rem; margin: .4rem 0; } .proofs li { scroll-margin-top: 9rem; } .proofs li:target { background: var(--mark); outline: .2rem solid var(--mark); }
.try code { background: var(--shade); border-radius: 6px; padding: .25rem .5rem; display: inline-block; } .complaint { color: var(--readable); font-weight: 700; }
.rung .tip, .answers { display: none; } .rung .bytes pre { max-height: none; font-size: .74rem; }
`;

/** In narrow windows; on paper the table always fits. */
const CARDS = `
.cards { display: none; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: .8rem; } .cards article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .9rem 1rem; } .cards h2 { font-size: 1.05rem; } .cards ul { list-style: none; margin: .5rem 0; padding: 0; display: grid; gap: .3rem; } .cards li { display: flex; justify-content: space-between; gap: .6rem; align-items: center; } .cards .chip { text-decoration: none; }
@media screen and (max-width: 60rem) { .ladder { display: none; } .cards { display: grid; } }
`;

/** A beamer shows the whole table at once, an old one of 1024 by 768 too. */
const BEAMER = `
@media screen and (min-width: 60.01rem) and (max-width: 80rem) { .ladder { zoom: .76; } .first h1 { font-size: 1.5rem; } }
@media screen and (min-width: 1700px) { html { font-size: 19px; } body { font-size: 1rem; } .first { margin-top: .4rem !important; } .top { padding-top: .5rem; padding-bottom: 0; } .ladder { border-spacing: .3rem; } .ladder .drawing { max-width: 10rem; } }
`;

/** A sheet for the table, one for each rung, and the last for lengths and answers. */
const PAPER = `
@media print {
  @page { size: A4 landscape; margin: 10mm; } html { font-size: 10pt; } body { font-size: 1rem; line-height: 1.4; } main, .top { max-width: none; padding: 0; } main > section { margin: 0; }
  .top { padding: 0; } .ladder { break-inside: avoid; } .ladder .cell { min-height: 2.2rem; padding: .1rem .4rem; gap: .3rem; }
  .rung { break-before: page; break-inside: avoid; border: 0; border-radius: 0; padding: 0; } .rung .head { flex-wrap: nowrap; } .rung .head .drawing { width: 11rem; } .two { grid-template-columns: 1fr 1fr; margin-top: .6rem; gap: 2rem; } .idea { margin: .6rem 0; } .rung h3 { margin: .7rem 0 .3rem; font-size: 1.1rem; }
  .rung .timeline svg { height: 6rem; } .rung .bytes pre { font-size: .74rem; padding: .5rem; } .rung summary { list-style: none; padding: 0; color: inherit; font-weight: 600; margin-top: .6rem; } .rung summary::-webkit-details-marker { display: none; }
  .answers { display: block; margin-top: 1.4rem; } .answers dl { columns: 2; column-gap: 2rem; margin: 0; } .answers dt { font-weight: 600; break-after: avoid; } .answers dd { margin: 0 0 .7rem; break-inside: avoid; }
}
`;

export const LADDER_STYLE = TABLE + DRAWING + RUNG + CARDS + BEAMER + PAPER;
