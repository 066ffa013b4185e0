import { markup, renderMarkup, type Markup } from "./html.ts";

/** The page's style, and the hash by which the page's policy allows this one and no other. */
export interface ReportStyle {
  readonly style: Markup;
  /** `sha256-…`, as a policy has it. */
  readonly hash: string;
}

/** The style as an element. */
export async function styleElement(): Promise<ReportStyle> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(renderMarkup(sheet))));
  return { style: markup`<style>${sheet}</style>`, hash: `sha256-${btoa(String.fromCharCode(...digest))}` };
}

const light = markup`
  --ground: #ffffff; --card: #f6f7f9; --stripe: #f7f8fa; --line: #dde1e6; --grid: #e3e6ea;
  --text: #1b1d21; --quiet: #57606c; --link: #1456a8;
  --success: #b4d8c6; --stroke: #2f7d5b; --partialSuccess: #dc981c; --other: #566274;
  --failed: #c42b22; --on-failed: #ffffff; --absent: #7436bd;`;

const dark = markup`
  --ground: #16181c; --card: #1f2329; --stripe: #1b1e23; --line: #343a43; --grid: #2a2f37;
  --text: #e7e9ec; --quiet: #a6aeb9; --link: #8ab8f5;
  --success: #39705a; --stroke: #6fc19b; --partialSuccess: #e0a63f; --other: #93a0b3;
  --failed: #f2766c; --on-failed: #16181c; --absent: #bf9bf7;`;

/**
 * Nothing of an event is in it, so that its hash is that of this version. No tile stands alone in its row: there are six (all in
 * one, 3 + 3, 2 + 2 + 2), or seven (all in one, 4 + 3, 3 + 2 + 2).
 */
const sheet = markup`
:root { color-scheme: light dark;${light} }
@media screen and (prefers-color-scheme: dark) { :root {${dark} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { --names: 13.5rem; margin: 0 auto; max-width: 74rem; padding: 1.75rem 2rem 3rem;
  background: var(--ground); color: var(--text); overflow-wrap: break-word;
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.125rem; margin: 2.4rem 0 .6rem; }
h3 { font-size: .9375rem; margin: 0; font-weight: 600; }
p { margin: .35rem 0; max-width: 60rem; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; }
.about, .note, .none, .facts, .place, .count, footer { color: var(--quiet); }
.place, .count { font-weight: 400; }
.stale { border: 1px solid var(--failed); border-left-width: 5px; border-radius: .4rem; padding: .5rem .75rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.store { position: absolute; }

.tiles { display: flex; flex-wrap: wrap; gap: .65rem; margin: 1.25rem 0 0; }
.tile { flex: 1 1 12%; min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.tile dt { font-size: .875rem; }
.tile dd { margin: 0; }
.tile .value { font-size: 1.45rem; line-height: 1.3; font-weight: 700; font-variant-numeric: tabular-nums; }
.tile .note { font-size: .875rem; }
.value.failed, .bad { color: var(--failed); font-weight: 700; }
.value.absent { color: var(--absent); }

.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; list-style: none; margin: 0 0 .4rem; padding: 0;
  font-size: .875rem; color: var(--quiet); }
.legend .key { vertical-align: -4px; }
rect.success { fill: var(--success); }
rect.partialSuccess { fill: var(--partialSuccess); }
rect.other { fill: var(--other); }
rect.failed { fill: var(--failed); }
.row rect.failed, .key rect.failed { stroke: var(--failed); stroke-width: 2; }
rect.absent { fill: none; stroke: var(--absent); stroke-width: 1.5; stroke-dasharray: 2.5 1.5; }
.cross { fill: var(--on-failed); font: 700 11px system-ui, sans-serif; text-anchor: middle; pointer-events: none; }

.scroll { position: relative; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; }
thead th { color: var(--quiet); font-size: .8125rem; white-space: nowrap; vertical-align: bottom; }
th, td { padding: .42rem .45rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child { padding-left: .1rem; }
th:last-child, td:last-child { padding-right: .1rem; }
tbody th { min-width: 9rem; overflow-wrap: anywhere; }
.words { min-width: 8rem; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
.numbers td, .numbers th:not(:first-child) { text-align: right; }
.badge { display: inline-block; border: 1px solid var(--absent); color: var(--absent); border-radius: 1rem;
  padding: 0 .5rem; font-size: .8125rem; font-weight: 400; line-height: 1.4; white-space: nowrap; }

table.rows { table-layout: fixed; min-width: 46rem; }
.rows th, .rows td { border: 0; padding: 0; vertical-align: middle; }
.rows th:first-child { position: sticky; left: 0; z-index: 1; width: var(--names); padding: 0 .6rem 0 .25rem;
  background: var(--ground); }
.rows tbody th { min-width: 0; font-weight: 400; font-size: .8125rem; line-height: 22px;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.rows tbody tr:nth-child(odd) > * { background: var(--stripe); }
.rows svg, .bars svg, .spark svg { display: block; }
.labels text, .levels text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
.bars .levels { overflow: visible; }
.levels text { text-anchor: end; }
#days line, .lines line { stroke: var(--grid); }
.bars { display: grid; grid-template-columns: var(--names) minmax(0, 1fr); }
.bars + details { margin-left: var(--names); }

.flows { font-size: .875rem; }
.spark { padding-top: .5rem; padding-bottom: 0; }
.line { fill: none; stroke: var(--stroke); stroke-width: 1.2; stroke-linejoin: round; }
.dots { fill: none; stroke: var(--failed); stroke-width: 4.5; stroke-linecap: round; }

.causes { list-style: none; margin: 0; padding: 0; }
.cause { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: 0 0 .75rem; }
.cause .bar { display: block; margin: .45rem 0 .5rem; max-width: 60rem; }
.facts { font-size: .875rem; }
summary { cursor: pointer; font-size: .875rem; color: var(--link); width: fit-content; padding: .15rem .1rem; }
.chain { list-style: none; margin: .4rem 0 0; padding: 0; }
.chain li { border-left: 2px solid var(--line); padding: .1rem 0 .3rem .75rem; }
.depth-1 { margin-left: 1rem; } .depth-2 { margin-left: 2rem; } .depth-3 { margin-left: 3rem; }
.depth-4 { margin-left: 4rem; } .depth-5 { margin-left: 5rem; } .depth-6 { margin-left: 6rem; }
.said { color: var(--quiet); font-size: .875rem; overflow-wrap: anywhere; }
.root { color: var(--failed); font-size: .8125rem; font-weight: 600; }
.gaps { margin: 0; padding-left: 1.1rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; font-size: .875rem; }

@media screen and (max-width: 66rem) {
  .tile { flex-basis: 30%; }
  .tiles:has(> :nth-child(7)) > .tile { flex-basis: 22%; }
}
@media screen and (max-width: 46rem) {
  body { --names: 8.5rem; padding: 1.1rem 1rem 2rem; }
  .tile { flex-basis: 40%; padding: .55rem .7rem; }
  .tiles:has(> :nth-child(7)) > .tile { flex-basis: 40%; }
  .tiles:has(> :nth-child(7)) > .tile:nth-child(-n+3) { flex-basis: 28%; }
  .bars { grid-template-columns: 2.25rem minmax(0, 1fr); }
  .bars .labels text:nth-child(even) { display: none; }
  .bars + details { margin-left: 0; }
  .chain li { margin-left: 0; }
}
@media print {
  @page { margin: 12mm; }
  html { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { --names: 9.5rem; max-width: none; padding: 0; font-size: 8.5pt; }
  h1 { font-size: 15pt; }
  h2 { font-size: 11pt; margin-top: 1.4rem; break-after: avoid; }
  h3 { font-size: 8.5pt; }
  .tiles { gap: .35rem; }
  .tile { padding: .4rem .55rem; }
  .tile dt, .tile .note, .facts, .said, .legend, .flows, .badge, .root, summary, footer { font-size: 7.5pt; }
  .tile .value { font-size: 12pt; }
  .scroll { overflow: visible; }
  table.rows { min-width: 0; }
  .rows tbody th, thead th { font-size: 7.5pt; }
  .rows tbody th { line-height: 18px; }
  th, td { padding: .2rem .25rem; }
  tbody th { min-width: 0; }
  .spark svg { width: 70px; }
  tr, li li, .tile, .bars, .legend { break-inside: avoid; }
  .cause { box-decoration-break: clone; -webkit-box-decoration-break: clone; padding: .5rem .7rem; margin-bottom: .5rem; }
  .cause h3, .cause .bar, summary { break-after: avoid; }
  thead { display: table-header-group; }
  details::details-content { content-visibility: visible; display: block; height: auto; block-size: auto; }
  details > summary { color: var(--quiet); list-style: none; }
  details.numbers { display: none; }
  a { color: inherit; text-decoration: none; }
}
`;
