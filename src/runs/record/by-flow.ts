import { keptId } from "../../text/kept.ts";
import type { FlowRun } from "./flow-run.ts";

/** The flow of a run, or of a record about flows: flows of two profiles are two. */
export type FlowOfProfile = Pick<FlowRun, "profile" | "flowId">;

/** Something of each flow, in the order in which the flows were met. */
export interface ByFlow<T> {
  get(flow: FlowOfProfile): T | undefined;
  /** For a flow that has none yet. */
  add(flow: FlowOfProfile, value: T): void;
  readonly values: readonly T[];
}

/** Opens one without anything. It is asked once a run: a text of both for a key would take as long as all the rest. */
export function openByFlow<T>(): ByFlow<T> {
  const profiles = new Map<string | null, Map<string, T>>();
  const values: T[] = [];
  return {
    values,
    get: ({ profile, flowId }) => profiles.get(profile)?.get(keptId(flowId)),
    add: ({ profile, flowId }, value) => {
      const flows = profiles.get(profile) ?? new Map<string, T>();
      profiles.set(profile, flows.set(keptId(flowId), value));
      values.push(value);
    },
  };
}
