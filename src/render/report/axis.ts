import { scaleLinear } from "d3-scale";
import { cutCalendar } from "../../runs/figures/buckets.ts";
import { roundStep } from "../../runs/figures/timeline.ts";
import type { ReportTimes } from "./told-times.ts";

/** The time of a window from left to right, in percent of the width, so that a drawing is as wide as the page. */
export interface TimeAxis {
  /** Of a moment (epoch ms), 0 to 100; what lies outside stands at an end. */
  readonly at: (moment: number) => number;
  /** Where days or hours begin, and what stands there. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** As many labels as find room on the narrowest drawing. */
const mostTicks = 7;
/** A label further to the right would be cut off. */
const lastLabel = 90;
const day = 86_400_000;

/** The axis of a window, epoch ms. Pure. */
export function timeAxis(from: number, to: number, times: ReportTimes): TimeAxis {
  const scale = scaleLinear()
    .domain([from, Math.max(to, from + 1)])
    .range([0, 100])
    .clamp(true);
  const stepMs = tickStep(to - from);
  const pieces = cutCalendar(from, to, stepMs, times.zone);
  const starts = Array.from({ length: pieces.length }, (_, index) => pieces.startOf(index));
  const isMidnight = (at: number): boolean => times.clock(at) === "00:00";
  return {
    at: (moment) => Math.round(scale(moment) * 100) / 100,
    ticks: starts
      .filter((at) => at >= from && at <= to)
      .map((at) => ({ at: scale(at), label: stepMs % day === 0 || isMidnight(at) ? times.day(at) : times.clock(at) }))
      .map(({ at, label }) => ({ at: Math.round(at * 100) / 100, label: at > lastLabel ? "" : label })),
  };
}

/** Whole days where the window is longer than a few of them. */
function tickStep(stretchMs: number): number {
  const stepMs = roundStep(stretchMs, mostTicks + 1);
  return stepMs <= day ? stepMs : Math.ceil(stretchMs / mostTicks / day) * day;
}
