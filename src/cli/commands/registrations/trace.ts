import type { Host } from "../../../host.ts";
import { loadRegistration } from "../../../adobe/registrations/list-registrations.ts";
import { stateOf } from "../../../adobe/registrations/state.ts";
import { meaningOfStatus, readTraces, type Trace } from "../../../adobe/registrations/traces.ts";
import { formats } from "../../../render/formats/registry.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import { inApi } from "./in-api.ts";

/** Options of `registrations trace`. */
export interface TraceFlags extends ListingFlags {
  readonly failed?: boolean;
}

/** The last deliveries to a registration, and why it is in the state that it is in. */
export async function runRegistrationsTrace(id: string, flags: TraceFlags, host: Host): Promise<void> {
  const options = resolveOutput(traceColumns, flags);
  await inApi(flags, host, async ({ connection, api, place, notify }) => {
    const { registration } = await loadRegistration(api, place, id);
    const all = await readTraces(api, place, registration);
    const rows = flags.failed === true ? all.filter(({ failed }) => failed) : all;
    await printRows({ options, rows, color: flags.color }, host, host.stdout);
    if (formats[options.output].laid === null) return;
    const { word, meaning } = stateOf(registration, connection.settings.profile);
    const state = `'${safeText(registration.name)}' is ${safeText(word)}${meaning === null ? "" : `: ${meaning}`}`;
    notify({ kind: "remark", text: `${state}; ${summaryOf(all)}` });
  });
}

/** `12 of 40 deliveries failed: 9 × 503, 3 × 604 (…); the last good one at …`. Pure. */
function summaryOf(traces: readonly Trace[]): string {
  if (traces.length === 0) return "Adobe keeps no trace of a delivery in the last seven days";
  const failed = traces.filter((trace) => trace.failed);
  if (failed.length === 0) return `none of the last ${traces.length} deliveries failed`;
  const counts = new Map<number | null, number>();
  for (const { status } of failed) counts.set(status, (counts.get(status) ?? 0) + 1);
  const causes = [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([status, times]) => {
      const meaning = status === null ? null : meaningOfStatus(status);
      return `${times} × ${status ?? "no status"}${meaning === null ? "" : ` (${meaning})`}`;
    });
  const good = traces.findLast((trace) => !trace.failed)?.at ?? null;
  const end = good === null ? "none arrived" : `the last that arrived: ${good}`;
  return `${failed.length} of ${traces.length} deliveries failed: ${causes.join(", ")}; ${end}`;
}

/** All columns of deliveries. */
export const traceColumns: ColumnSet<Trace> = {
  all: [
    { name: "at", title: "TIME", kind: "time", value: ({ at }) => at },
    {
      name: "status",
      title: "STATUS",
      kind: "id",
      value: ({ status }) => (status === null ? null : String(status)),
      paint: (text, painter) => (/^\s*2/.test(text) ? painter.green(text) : painter.red(text)),
    },
    { name: "elapsedMs", title: "TOOK", kind: "duration", value: ({ elapsedMs }) => elapsedMs },
    {
      name: "eventCode",
      title: "EVENT",
      kind: "id",
      yields: { turn: 1, to: "neat" },
      value: ({ eventCode }) => eventCode,
    },
    { name: "answer", title: "ANSWER", kind: "text", least: 24, value: ({ answer }) => answer },
    { name: "retry", title: "RETRY", kind: "count", value: ({ retry }) => retry },
    { name: "deliveryId", title: "DELIVERY", kind: "id", value: ({ deliveryId }) => deliveryId },
    { name: "eventIds", title: "EVENT IDS", kind: "list", value: ({ eventIds }) => eventIds },
    { name: "url", title: "WEBHOOK", kind: "id", value: ({ url }) => url },
    { name: "failed", title: "FAILED", kind: "flag", value: ({ failed }) => failed },
  ],
  usual: ["at", "status", "elapsedMs", "eventCode", "answer"],
  wide: ["retry", "deliveryId", "eventIds", "url"],
  id: "deliveryId",
  fields: ["at", "status", "failed", "elapsedMs", "eventCode", "eventIds", "deliveryId", "retry", "url", "answer"],
};
