import type { FlowRun, RunError } from "../record/flow-run.ts";
import { keptId, keptText } from "../../text/kept.ts";
import { timeOf } from "../../text/time-text.ts";
import { labelOf } from "./flow-label.ts";
import type { FailureSample } from "./report.ts";

/** Keeps one failure of each root cause. */
export interface SampleKeeper {
  /** `at` is the run's time, epoch ms. */
  readonly add: (run: FlowRun, at: number) => void;
  /** The last failure with that root cause. */
  readonly find: (code: string | null) => FailureSample | null;
  /** The runs of a profile's failures with these root causes, as far as they were added without their errors. */
  readonly bare: (profile: string | null, codes: readonly (string | null)[]) => readonly string[];
  /** Such a run again, with its errors. */
  readonly complete: (run: FlowRun) => void;
}

/** As many as root causes are told apart, and of each no more than can be read. */
const mostCodes = 1000;
const mostSteps = 12;
const longestMessage = 500;

/** Keeps samples in bounded memory. */
export function keepSamples(): SampleKeeper {
  const samples = new Map<string, FailureSample>();
  const find: SampleKeeper["find"] = (code) => (code === null ? null : (samples.get(code) ?? null));
  return {
    add: (run, at) => {
      if (run.rootCause === null) return;
      const code = keptId(run.rootCause.code);
      const known = samples.get(code);
      // The run that was told of last; where many are told of at once, it need not be made again for each.
      if (known === undefined ? samples.size >= mostCodes : known.at >= at) return;
      samples.set(code, sampleOf(run, run.rootCause.code, at));
    },
    find,
    bare: (profile, codes) =>
      codes
        .map(find)
        .flatMap((kept) => (kept !== null && isBare(kept) && kept.profile === profile ? [kept.runId] : [])),
    complete: (run) => {
      if (run.rootCause === null) return;
      const code = keptId(run.rootCause.code);
      const known = samples.get(code);
      if (known === undefined || !isBare(known) || known.runId !== keptId(run.runId)) return;
      // Of several notifications of the run it is the one that was kept.
      if (run.updatedAt !== null && timeOf(run.updatedAt) !== known.at) return;
      samples.set(code, sampleOf(run, run.rootCause.code, known.at));
    },
  };
}

function isBare({ chain }: FailureSample): boolean {
  return chain.length === 0;
}

function sampleOf(run: FlowRun, rootCode: string, at: number): FailureSample {
  const error = errorWith(run.errors, rootCode);
  const steps = error === undefined ? [] : [{ ...error, depth: 0 }, ...error.causes];
  // Above the root lies what it became; what comes after it is told beside it.
  const rootAt = steps.findLastIndex(({ code }) => code === rootCode);
  return {
    runId: keptText(keptId(run.runId)),
    profile: run.profile,
    flow: labelOf(run),
    at,
    chain: steps.slice(0, mostSteps).map(({ code, message, depth, count }, index) => ({
      code: keptText(keptId(code)),
      message: message === null ? null : keptText(message, longestMessage),
      depth,
      count,
      isRoot: index === rootAt,
    })),
  };
}

/** The error that the root cause lies beneath, or that it is itself. */
function errorWith(errors: readonly RunError[], rootCode: string): RunError | undefined {
  const holds = ({ code, causes }: RunError): boolean =>
    code === rootCode || causes.some((cause) => cause.code === rootCode);
  const whole = errors.filter(({ severity }) => severity === "error");
  return whole.find(holds) ?? errors.find(holds);
}
