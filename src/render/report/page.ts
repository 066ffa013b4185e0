import type { Report } from "../../runs/report/report.ts";
import { absenceTable } from "./absence-table.ts";
import { timeAxis } from "./axis.ts";
import { causeList, partList } from "./cause-list.ts";
import { partTitle } from "./cause-text.ts";
import { coverageTable } from "./coverage-table.ts";
import { flowRows } from "./flow-rows.ts";
import { flowTable } from "./flow-table.ts";
import { aboutLine, stretchWords } from "./head-words.ts";
import { markup, oneLine, renderMarkup, type Markup } from "./html.ts";
import type { ReportLook } from "./look.ts";
import { outcomeBars } from "./outcome-bars.ts";
import { styleElement } from "./style.ts";
import { tilesOf, type Tile } from "./tiles.ts";
import { workTable } from "./work-table.ts";

/**
 * A report as one page that needs nothing else: no script, no network, no picture or font from elsewhere, and a policy that
 * allows none. Hostile text is inert with that policy and without it.
 */
export async function renderReportPage(report: Report, look: ReportLook): Promise<string> {
  const { style, hash } = await styleElement();
  const { times } = look;
  const axis = timeAxis(report.from, report.to, times);
  const title = oneLine(look.title, 200);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="flowrun ${look.version}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
${refreshOf(look)}<title>${title}: ${times.span(report.from, report.to)}</title>
${style}
</head>
<body>
<header>
<h1>${title}</h1>
<p class="about">${aboutLine(report, look)}</p>
${look.stale === null ? null : markup`<p class="stale" role="status">${oneLine(look.stale, 500)}</p>\n`}</header>
<main>
<dl class="tiles">
${tilesOf(report).map(tile)}</dl>
${section("When each flow ran", flowRows(report, axis, look))}
${section(`Runs, by ${stretchWords(report)}`, outcomeBars(report, axis, look))}
${section("Expected, absent", absenceTable(report, look))}
${section("Flows", flowTable(report))}
${section("Why runs failed", causeList(report, look))}
${report.partCauses.length === 0 ? null : section(partTitle, partList(report, look))}
${report.works === null ? null : section("Works of Lytics", workTable(report.works, look))}
${section("Coverage", coverageTable(report, look))}
</main>
<footer>
<p>Made by flowrun ${look.version} on ${times.moment(report.madeAt)} ${times.zoneName}. Each notification counts, as <code>flowrun stats</code> counts them; in the row of its flow a run stands where it began.${look.isRedacted ? " Names and ids are hashed, and messages left out." : ""}</p>
</footer>
</body>
</html>
`;
  return renderMarkup(page);
}

function refreshOf({ refreshMs }: ReportLook): Markup | null {
  if (refreshMs === null) return null;
  return markup`<meta http-equiv="refresh" content="${Math.max(1, Math.ceil(refreshMs / 1000))}">\n`;
}

function section(title: string, content: Markup): Markup {
  return markup`<section>
<h2>${title}</h2>
${content}
</section>`;
}

function tile({ label, value, note, tone }: Tile): Markup {
  const look = tone === null ? "value" : `value ${tone}`;
  return markup`<div class="tile"><dt>${label}</dt><dd class="${look}">${value}</dd><dd class="note">${note}</dd></div>\n`;
}
