// How the live page's bar looks: always in sight, since it says whether what is below is of now.

export const LIVE_STYLE = `
.livebar { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .9rem; margin: .2rem -.8rem 1.6rem !important; padding: .55rem .8rem; background: var(--paper); border-bottom: 1px solid var(--line); font-size: .92rem; }
html:has(.livebar) { scroll-padding-top: 5rem; scroll-behavior: auto; }
.livebar .spring { flex: 1; } .livebar .rates { color: var(--soft); } .js .livebar .rates { display: inline-flex; align-items: center; gap: .7rem; }
.livebar .rates .number { min-width: 4.5rem; } .livebar .rates .number:nth-of-type(1) { min-width: 6.5rem; text-align: right; }
.spark { width: 120px; height: 24px; flex: none; } .spark polyline { fill: none; stroke: var(--presence); stroke-width: 1.5; stroke-linejoin: round; }
.live { display: inline-flex; align-items: center; gap: .45rem; font-weight: 600; } .live i { width: .65rem; height: .65rem; border-radius: 50%; flex: none; background: var(--b-ciphertext); }
.live.paused i, .live.joining i { background: var(--b-tls_metadata); } .live.ended i { background: var(--b-gap); } .live.lost i { background: none; border: 2px solid var(--b-plaintext); }
.save { display: inline-flex; align-items: baseline; gap: .4rem; }
.livebar ~ #conversations [data-rows] { max-height: min(34rem, 70vh); overflow: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.livebar ~ #conversations tr > :first-child { padding-left: .9rem; } .livebar ~ #conversations tr > :last-child { padding-right: .9rem; }
.livebar ~ #conversations thead th { position: sticky; top: 0; background: var(--card); } .livebar ~ #conversations tbody:empty::after { content: "Nothing was said yet."; display: block; padding: 1rem; color: var(--soft); }
@media (max-width: 60rem) { .livebar .spark { display: none; } .livebar .rates .number.number { min-width: 0; } }
@media (max-width: 46rem) { html:has(.livebar) { scroll-padding-top: 6rem; } .livebar { gap: .3rem .8rem; font-size: .86rem; } .livebar .spring { display: none; } .js .livebar .rates { gap: .4rem; } .livebar ~ #conversations tr > * { padding-left: 0; } .livebar ~ #conversations tr { padding-left: .8rem; } }
@media print { .livebar { display: none; } .livebar ~ #conversations [data-rows] { max-height: none; overflow: visible; } }
@media (prefers-reduced-motion: no-preference) { .live.live:not(.paused, .joining, .ended, .lost) i { animation: pulse 1.6s infinite; } @keyframes pulse { 50% { opacity: .35; } } }
`;
