import { FlowrunError, type FailureKind } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { failureLines } from "../../terminal/failure-lines.ts";

/** Failures that another answer may mend. */
const mendable: readonly FailureKind[] = ["settings", "usage", "auth", "forbidden", "notFound", "protocol"];

/** Tells what is wrong with an answer, which is then asked for again. @throws what no other answer would mend. */
export async function tellWrongAnswer(error: unknown, { stderr }: Pick<Host, "stderr">): Promise<void> {
  if (!(error instanceof FlowrunError) || !mendable.includes(error.kind)) throw error;
  await stderr.write(`${failureLines(error)}\n`);
}
