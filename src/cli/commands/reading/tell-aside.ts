import type { OtherRecord } from "../../../engine/sinks/index.ts";
import { otherLine } from "../../../render/formats/other-line.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { isOverdue } from "../../../runs/cadence/judge.ts";
import type { Session } from "./session.ts";

/** A record that is no run, on stderr: where the format of stdout has rows of runs alone. */
export function tellAside(record: OtherRecord, { reporter, host }: Pick<Session, "reporter" | "host">): void {
  const text = otherLine(record, createPainter(false), { style: "iso", now: () => host.now() });
  const isBad = record.type === "flowrun.job" ? record.status === "failed" : isOverdue(record.state);
  reporter.notify({ kind: isBad ? "warning" : "remark", text });
}
