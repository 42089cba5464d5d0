// What the ladder's page has beside the style sheet of all pages.

export const LADDER_STYLE = `
main, .top { max-width: 100rem; }
.ladder { border-collapse: separate; border-spacing: .35rem; table-layout: fixed; width: 100%; }
.ladder th, .ladder td { vertical-align: top; text-align: left; padding: 0; font-weight: 400; }
.ladder thead th { padding: .6rem .7rem; border-radius: 12px 12px 4px 4px; background: var(--card); border: 1px solid var(--line); }
.ladder tbody td { height: 1px; } .ladder thead td { width: 11rem; } .ladder tbody th { font-weight: 600; padding: .5rem .3rem; width: 11rem; }
.ladder thead a { color: inherit; text-decoration: none; display: block; } .ladder thead b { display: block; font-size: .85rem; color: var(--soft); font-weight: 600; }
.ladder .title { font-weight: 600; line-height: 1.3; display: block; } .ladder td.lesson { padding: .6rem .7rem; background: var(--card); border: 1px solid var(--line); border-radius: 4px 4px 12px 12px; font-weight: 600; }
.ladder .cell { height: 100%; min-height: 2.4rem; padding: .25rem .6rem; line-height: 1.3; } .ladder .cell small { color: inherit; display: block; font-weight: 400; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } .ladder .cell > span { min-width: 0; }
.ladder .told { color: var(--length); background: var(--length-bg); } .ladder .lengths-cell { display: block; padding: .7rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: 9px; } .lengths-cell .bad { color: var(--readable); font-weight: 700; } .lengths-cell .good { color: var(--hidden); font-weight: 700; }
.drawing { width: 100%; max-width: 13rem; height: auto; display: block; margin: .2rem 0 .5rem; fill: none; stroke: var(--soft); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.drawing .man { stroke: var(--readable); } .drawing .wire { stroke-width: 3; } .drawing .wire.open { stroke: var(--b-plaintext); } .drawing .wire.shut { stroke: var(--b-ciphertext); } .drawing .wire.theirs { stroke: var(--b-tls_metadata); } .drawing .wire.refused { stroke: var(--line); stroke-dasharray: 4 5; }
.drawing .lock { fill: var(--card); stroke: var(--b-ciphertext); } .drawing.broken .lock { stroke: var(--b-tls_metadata); } .drawing .cross { stroke: var(--hidden); stroke-width: 3.2; } .drawing .gaze { stroke: var(--readable); stroke-width: 1.4; stroke-dasharray: 2 4; } .drawing .badge { stroke: var(--unknown); fill: var(--card); }
.rung { border: 1px solid var(--line); border-radius: 16px; background: var(--card); padding: 1.6rem 1.8rem; scroll-margin-top: 1rem; } .rung .head { display: flex; gap: 1.6rem; align-items: flex-start; flex-wrap: wrap; } .rung .head .drawing { width: 13rem; flex: none; } .rung .head > div { flex: 1 1 24rem; }
.rung h2 { font-size: 1.5rem; } .reads { font-size: 1.15rem; } .reads b { color: var(--readable); } .rung.holds .reads b.safe { color: var(--hidden); } .idea { border-left: 4px solid var(--hidden); padding: .2rem 0 .2rem 1rem; margin: 1rem 0; font-size: 1.05rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.4rem; margin-top: 1rem; } .proofs { padding-left: 1.2rem; margin: .4rem 0; } .try code { background: var(--shade); border-radius: 6px; padding: .25rem .5rem; display: inline-block; } .complaint { color: var(--readable); font-weight: 700; }
.rung .bytes pre { max-height: none; font-size: .74rem; }
@media (min-width: 1700px) { body { font-size: 19px; } }
@media (max-width: 60rem) {
  .ladder, .ladder tbody, .ladder thead, .ladder tr { display: contents; } .rungs { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem; } .rungs .wide { display: none; }
  .ladder thead th, .ladder thead td, .ladder td, .ladder tbody th { display: none; } .cards { display: grid !important; }
}
.cards { display: none; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: .8rem; grid-column: 1 / -1; } .cards article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .9rem 1rem; } .cards h2 { font-size: 1.05rem; } .cards ul { list-style: none; margin: .5rem 0; padding: 0; display: grid; gap: .3rem; } .cards li { display: flex; justify-content: space-between; gap: .6rem; align-items: center; }
@media print { @page { size: A4 landscape; } .rung { break-before: page; border: 0; padding: 0; } .rung details > *:not(summary) { display: block; } }
`;
