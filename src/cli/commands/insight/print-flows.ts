import type { Host } from "../../../host.ts";
import { formats, type OutputFormat } from "../../../render/formats/registry.ts";
import type { FlowRecord } from "../../../runs/cadence/flow-record.ts";
import type { WorkRecord } from "../../../runs/cadence/work-record.ts";
import type { OutputOptions } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import type { FlowsOptions } from "./flows-options.ts";

/** Flows, and the works of Lytics below them; `null` where these are not wanted. */
export interface FoundFlows {
  readonly flows: readonly FlowRecord[];
  readonly works: readonly WorkRecord[] | null;
}

/**
 * Prints both, in their order: whole records one after the other, tables one below the other.
 * @returns whether there was a place for works: a format of one table, or of ids alone, has none.
 */
export async function printFlows({ flows, works }: FoundFlows, options: FlowsOptions, host: Host): Promise<boolean> {
  const { output } = options;
  const print = <Row>(rows: readonly Row[], rowOptions: OutputOptions<Row>): Promise<void> => {
    const { time, common } = options.reading;
    return printRows({ options: { ...rowOptions, order: null }, rows, color: common.color, time }, host, host.stdout);
  };
  if (works === null) {
    await print(flows, output);
    return true;
  }
  const place = placeOfWorks(output.output);
  if (place === "among") {
    await print<FlowRecord | WorkRecord>([...flows, ...works], { ...output, columns: [], order: null });
    return true;
  }
  await print(flows, output);
  if (place === null) return false;
  const title = place === "markdown" ? "### Works of Lytics\n\n" : "Works of Lytics\n";
  await host.stdout.write(`\n${output.headers ? title : ""}`);
  if (works.length > 0) await print(works, options.workOutput);
  else await host.stdout.write(`${noWork(options)}\n`);
  return true;
}

/** Among the flows where a record says what it is; else in a table below theirs, where there may be two. */
function placeOfWorks(format: OutputFormat): "among" | "table" | "markdown" | null {
  const { hasColumns, takes, laid } = formats[format];
  if (!hasColumns) return takes === "id" ? null : "among";
  return laid !== null ? "table" : format === "markdown" ? "markdown" : null;
}

function noWork({ isLate, wantsStatus }: FlowsOptions): string {
  if (isLate) return "No work is late or absent.";
  return wantsStatus === null ? "No work did anything in this window." : "No work is as it is asked for.";
}
