import type { Host } from "../../../host.ts";
import { renderBytes } from "../../../render/text/numbers.ts";
import { openTimes, renderTime } from "../../../render/text/times.ts";
import { timeStyleOf } from "../../options/clock.ts";
import type { ReplayFlags } from "../../options/flags.ts";
import { count } from "../../terminal/reporter.ts";
import type { Replayed } from "./replay-columns.ts";

/** A replay as it would be, for reading. */
export async function dryRunText(
  { target, events, runs, sent, bytes, first, last, leftOut, withoutEvent, ledger }: Replayed,
  { time }: Pick<ReplayFlags, "time">,
  { stdout, now }: Pick<Host, "stdout" | "now">,
): Promise<string> {
  const times = await openTimes(timeStyleOf(time) ?? (stdout.isTTY ? "local" : "iso"), now);
  const at = (text: string | null): string => (text === null ? "a time unknown" : renderTime(text, times));
  const lines = [
    `${count(sent, "event")} would be sent to ${target}, ${renderBytes(bytes)}`,
    `of ${count(events, "event")} with ${count(runs, "run")} that were asked for`,
    ...(sent === 0 ? [] : [`updated from ${at(first)} to ${at(last)}`]),
    ...(leftOut === 0 ? [] : [`${count(leftOut, "event")} left out: accepted before, or there already`]),
    ...(withoutEvent === 0 ? [] : [`${count(withoutEvent, "run")} kept without the event, which cannot be sent`]),
    `what is accepted is written to ${ledger}`,
  ];
  return `${lines.join("\n  ")}\n`;
}
