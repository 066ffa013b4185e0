import { demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { parseWhen } from "../../../adobe/journal/when.ts";
import type { Host } from "../../../host.ts";
import { renderDay, type Day } from "../../../render/sheets/day-sheet.ts";
import type { NextStep } from "../../../render/sheets/next-steps.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { quoteForShell } from "../../../render/text/shell-word.ts";
import { openTimes } from "../../../render/text/times.ts";
import { countStats } from "../../../runs/figures/stats.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { shortRunId } from "../../../runs/record/run-id.ts";
import type { DemoFlags } from "../../options/flags.ts";
import { resolveReading } from "../../options/reading-options.ts";
import { readWindow, runTarget } from "../reading/read-window.ts";
import { inSessions, type Sessions } from "../reading/session.ts";
import { tell } from "../../terminal/tell.ts";
import { calledAs } from "./called-as.ts";

/** The demo's last day, read from its journal as any other command reads it, on one screen. */
export async function runDemo(flags: DemoFlags, host: Host): Promise<void> {
  const day = await readDay(host);
  const { stdout, env } = host;
  const look = {
    painter: createPainter(decideColour(flags.color, env, stdout.isTTY)),
    time: await openTimes(stdout.isTTY ? "local" : "iso", () => host.now()),
    room: stdout.isTTY ? stdout.columns : Infinity,
  };
  await tell(renderDay(day, look), stdout);
}

const dayMs = 24 * 3_600_000;

async function readDay(host: Host): Promise<Day> {
  const now = host.now();
  const counter = countStats({ from: now - dayMs, to: now, by: null, bucketMs: null });
  const flows = new Set<string>();
  // By its root cause; a later one takes its place at the end.
  const failed = new Map<string, FlowRun>();
  const take = (run: FlowRun): void => {
    counter.add(run);
    flows.add(run.flowId);
    if (run.status !== "failed") return;
    const cause = run.rootCause?.code ?? "";
    failed.delete(cause);
    failed.set(cause, run);
  };
  const start = parseWhen("-P1D", now);
  if (start.kind !== "time") throw new Error("a day back is a time");
  // The sheet tells what the closing line would.
  const common = { profile: demoProfile, quiet: true, progress: false, color: "never" } as const;
  const reading = { output: "table", headers: true, pager: false, retries: 5, maxWait: "PT5M", jobs: 4 } as const;
  const options = await resolveReading({ ...common, ...reading }, now);
  const window = { start, follow: false, onExpired: "fail" } as const;
  const work = async ({ each }: Sessions): Promise<object> => {
    await each((session) => readWindow(session, window, runTarget(take)));
    return {};
  };
  await inSessions(options, host.signal, host, work, { start });
  host.signal.throwIfAborted();
  const last = [...failed.values()].slice(-mostFailed);
  return { profile: demoProfile, stats: counter.read(), flows: flows.size, failed: last, next: nextOf(last, host.env) };
}

/** So many that the sheet fits a terminal of 24 lines, below what npm says. */
const mostFailed = 5;

function nextOf(failed: readonly FlowRun[], env: Host["env"]): readonly NextStep[] {
  const name = calledAs(env);
  // The failure with the most to it.
  const [told] = [...failed].sort((one, other) => depth(other) - depth(one));
  return [
    ...(told === undefined
      ? []
      : [
          {
            command: `${name} show ${quoteForShell(told.runId.slice(0, shortRunId))} --profile demo`,
            purpose: "why did it fail?",
          },
        ]),
    { command: `${name} stats -P7D --by code --profile demo`, purpose: "how the week went" },
    { command: `${name} tail --profile demo`, purpose: "runs as they end" },
    { command: `${name} login`, purpose: "your own, instead" },
  ];
}

function depth({ errors }: FlowRun): number {
  return Math.max(0, ...errors.map(({ causes }) => causes.length));
}
