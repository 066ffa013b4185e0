/**
 * The fields of a run's record that its columns tell as the record does, by their paths, but that numbers are rounded there, and
 * unknown from 2^53 on; `flow` is the flow's name, or else its id (docs/conditions.md).
 */
const figureFields: readonly string[] = [
  ...["runId", "flow", "flowId", "flowName", "sandbox.id", "sandbox.name", "service", "status", "eventCode"],
  ...["updatedAt", "startedAt", "durationMs", "records.input", "records.output", "records.failed"],
  ...["bytes.input", "bytes.output", "rootCause.code"],
];

/** Whether columns are enough for whoever looks at these fields. Pure. */
export function areInColumns(fields: readonly string[]): boolean {
  return fields.every((path) => figureFields.includes(path));
}
