import type { FlowLabel, ReportedFlow } from "../../runs/report/report.ts";
import { markup, oneLine, type Markup } from "./html.ts";
import { nameOfFlow, placeOfFlow } from "./look.ts";

/** A flow's name and where it is, and a word where it is late or absent. Pure. */
export function flowHead(flow: FlowLabel, state: ReportedFlow["state"] = null): Markup {
  const place = placeOfFlow(flow);
  const where = place === "" ? null : markup` <span class="place">${oneLine(place, 60)}</span>`;
  const isAmiss = state === "absent" || state === "late";
  return markup`${oneLine(nameOfFlow(flow), 120)}${where}${isAmiss ? markup` ${badge(state)}` : null}`;
}

/** A word that stands out. Pure. */
export function badge(word: string): Markup {
  return markup`<span class="badge">${word}</span>`;
}
