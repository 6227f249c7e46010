package report

// htmlStyle is all that makes the page look as it does. It names its colours
// once for light and once for dark; what prints is always light.
const htmlStyle = `
:root {
  color-scheme: light dark;
  --paper: #f5f6f4; --card: #fff; --ink: #1b1f24; --faint: #565d66; --line: #dfe2e6; --track: #eceff2;
  --good: #17692f; --warn: #7a5000; --bad: #a8201a;
  --now: #0b57a4; --against: #a8480b; --sum: #565d66; --limit: #c9d8e8;
  --p1: #0b3d70; --p2: #0b57a4; --p3: #5b93cc; --p4: #a9c8e6; --p5: #dfe2e6; --on-12: #fff; --on-345: #1b1f24;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12151a; --card: #1b2027; --ink: #eef1f4; --faint: #aab3bd; --line: #323a44; --track: #262d36;
    --good: #7ddc97; --warn: #ffcf70; --bad: #ff9b92;
    --now: #8ec5ff; --against: #ffb07a; --sum: #aab3bd; --limit: #2c4763;
    --p1: #d6eaff; --p2: #8ec5ff; --p3: #3f77b0; --p4: #2d5f94; --p5: #3b444f; --on-12: #0d1117; --on-345: #fff;
  }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --faint: #444; --line: #bbb; --track: #eee;
    --good: #17692f; --warn: #7a5000; --bad: #a8201a;
    --now: #0b57a4; --against: #a8480b; --sum: #565d66; --limit: #c9d8e8;
    --p1: #0b3d70; --p2: #0b57a4; --p3: #5b93cc; --p4: #a9c8e6; --p5: #dfe2e6; --on-12: #fff; --on-345: #1b1f24;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
main { max-width: 50.125rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
header, section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin: 0 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; letter-spacing: -.01em; margin: 0; text-wrap: balance; }
h2 { font-size: 1.1875rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .5rem 0; }
.verdict { display: flex; gap: .875rem; align-items: flex-start; margin: .75rem 0; }
.mark { flex: none; width: 2.5rem; height: 2.5rem; border: 2px solid currentColor; border-radius: 50%; font-size: 1.25rem; font-weight: 700; line-height: 2.25rem; text-align: center; }
.verdict div { padding-top: .25rem; }
.verdict p { margin: .25rem 0 0; }
dl { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .375rem 1rem; margin: .75rem 0; }
dt { grid-column: 1; color: var(--faint); }
dd { grid-column: 2; margin: 0; }
dd.do { font-weight: 600; }
.advice dd:has(+ dd), .advice dd + dd { padding-left: 1rem; }
.advice dd:has(+ dd)::before, .advice dd + dd::before { content: "•"; float: left; margin-left: -1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4375rem .75rem .4375rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--faint); font-size: .875rem; }
tbody tr:last-child > * { border-bottom: 0; }
td code { display: block; }
thead th, details td, .brief { overflow-wrap: break-word; max-width: 12rem; }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code, .faint, footer { color: var(--faint); }
pre { white-space: pre-wrap; border-left: 3px solid var(--line); margin: .5rem 0; padding: .25rem 0 .25rem .75rem; }
ol, ul { margin: .25rem 0; padding-left: 1.5rem; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.step { border-top: 1px solid var(--line); padding: .75rem 0; }
.step h3 { margin: 0 0 .25rem; }
.step p { margin: .25rem 0; }
.next { border: 2px solid var(--now); border-radius: .625rem; padding: .875rem 1rem; margin: .5rem 0; }
.next + .step { border-top: 0; }
footer { padding: 0 1.25rem; font-size: .875rem; }

header > :last-child, section > :last-child, .next > :last-child, figure > :last-child { margin-bottom: 0; }
header > :first-child, .next > :first-child { margin-top: 0; }
figure { margin: 1.25rem 0; }
h2 + figure { margin-top: 0; }
figure h3 { margin-top: 0; }
svg { display: block; width: 100%; height: auto; margin: .5rem 0; overflow: visible; }
svg.wide { display: none; }
svg.narrow { max-width: 26rem; }
figcaption { color: var(--faint); font-size: .875rem; line-height: 1.45; }
details { margin: .5rem 0; font-size: .9375rem; }
summary { cursor: pointer; color: var(--now); width: fit-content; padding: .25rem 0; }
summary:focus-visible { outline: 3px solid var(--now); outline-offset: 2px; border-radius: .25rem; }
.spoken { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
text.small { font-size: 12px; fill: var(--faint); }
text.strong { font-weight: 650; }
text.on { font-size: 11px; font-weight: 650; stroke: none; }
text.glyph { font-weight: 700; stroke: none; }
text.glyph.good { fill: var(--good); } text.glyph.warn { fill: var(--warn); } text.glyph.bad { fill: var(--bad); }
.grid { stroke: var(--line); stroke-width: 1; }
.zero { stroke: var(--ink); stroke-width: 1; }
.even { stroke: var(--ink); stroke-width: 3; }
.link { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 2 2; }
.now, .for { fill: var(--now); }
.was { fill: none; stroke: var(--faint); stroke-width: 1.5; }
.against { fill: var(--against); }
.sum { fill: var(--sum); }
.limit { fill: var(--limit); stroke: var(--now); stroke-width: 1; }
.unsure { fill: var(--against); fill-opacity: .25; }
.measured { stroke: var(--against); stroke-width: 2.5; }
.phase-0 { fill: none; stroke: var(--faint); stroke-width: 1.5; }
.phase-1 { fill: var(--p1); } .phase-2 { fill: var(--p2); } .phase-3 { fill: var(--p3); } .phase-4 { fill: var(--p4); } .phase-5 { fill: var(--p5); }
.phase-3, .phase-4 { stroke: var(--now); stroke-width: 1; }
.phase-5 { stroke: var(--faint); stroke-width: 1; }
text.phase-1-ink, text.phase-2-ink { fill: var(--on-12); }
text.phase-3-ink, text.phase-4-ink, text.phase-5-ink { fill: var(--on-345); }
.way { stroke: var(--ink); stroke-width: 2; }
.way.ahead { stroke: var(--faint); stroke-dasharray: 2 4; }
.stop { fill: var(--card); stroke: var(--ink); stroke-width: 2; }
.stop.good { stroke: var(--good); } .stop.warn { stroke: var(--warn); } .stop.bad { stroke: var(--bad); }
.stop.ahead { stroke: var(--faint); stroke-dasharray: 3 3; }

.moments { list-style: none; margin: 0; padding: 0; }
.moments h3 { margin: 1rem 0 .5rem; }
.moments li > div { display: grid; grid-template-columns: 4.5rem 6.5rem 1fr; gap: 0 .75rem; padding: .25rem 0; }
.moments time { font-variant-numeric: tabular-nums; color: var(--faint); }
.moments b { font-weight: 600; }
.moments .later { border-left: 2px dashed var(--line); color: var(--faint); font-size: .875rem; margin: .25rem 0 .25rem 2rem; padding: .375rem .75rem; }

@media (min-width: 46rem) {
  svg.wide { display: block; }
  svg.narrow { display: none; }
}
@media (max-width: 30rem) {
  main { padding: .75rem .5rem 2rem; }
  header, section { padding: 1rem .875rem; }
  h1 { font-size: 1.3125rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dt, dd { grid-column: 1; }
  dd { margin-bottom: .5rem; }
  .moments li > div { grid-template-columns: 4.5rem 1fr; }
  details { font-size: .875rem; }
  details th, details td { padding-right: .5rem; }
  .moments span { grid-column: 1 / -1; }
}
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  header, section { border: 0; border-radius: 0; padding: 0; margin: 0 0 1.5rem; }
  svg.wide { display: block; max-width: 38rem; }
  svg.narrow { display: none; }
  h2, h3 { break-after: avoid; }
  svg, .next, .step, tr, li, dl { break-inside: avoid; }
  svg, figcaption { break-before: avoid; }
  details:not([open]) { display: none; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`
