import type { Candidate } from "../../../engine/sources/source.ts";
import { FlowrunError } from "../../../errors.ts";
import type { WaitFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";
import { networkHint } from "../../../adobe/http/words.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { isTerminal } from "../../../runs/record/status.ts";
import { narrowed } from "../../../runs/filter/watch.ts";
import { perform } from "./perform.ts";
import { resolveDelivery } from "../../options/destination-options.ts";
import { openZone } from "../../options/clock.ts";
import { turnAway, resolveReading, resolveStart } from "../../options/reading-options.ts";

/** Until the first finished run that matches; exits by its outcome, for pipelines. */
export async function runWait(flags: WaitFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveReading(flags, now, zone);
  turnAway(["last", "sort", "out"], flags, "wait", {
    why: "it prints one run, as soon as that has ended",
    hint: "leave it out; a shell writes to a file too: flowrun wait --json > run.json",
  });
  turnAway(["source", "strict"], flags, "wait", {
    why: "it follows the journal until the first run that matches",
    hint: "read a window to its end: flowrun since -P1D",
  });
  // A file has no now: all of it is looked through, once.
  const isFile = options.from !== null;
  const delivery = await resolveDelivery(flags, host.env);
  const start = resolveStart(flags.since ?? (isFile ? undefined : "now"), flags, now, zone);
  if (start.kind === "last") {
    throw new FlowrunError("usage", "wait cannot start from a cursor", {
      why: "it stops in the middle of a page, and a cursor can only move past whole pages",
      hint: "give --since a duration (-PT5M), a date or time, or oldest",
    });
  }
  const timeoutMs = flags.timeout === undefined ? null : parseDuration(flags.timeout);
  const deadline = startDeadline(timeoutMs, host);
  try {
    const keep = (run: FlowRun): boolean => isTerminal(run.status) && options.keep(run);
    const found: Candidate<unknown>[] = [];
    const isLast = (run: Candidate<unknown>): boolean => found.push(run) > 0;
    const onExpired = options.onExpired ?? "oldest";
    // The first match of any profile is the last.
    const { tally, failure } = await perform(
      {
        options: { ...narrowed(options, ["status"], keep), max: 1 },
        start,
        delivery,
        follow: !isFile,
        onExpired,
        isLast,
        signal: deadline.signal,
      },
      host,
    );
    const [run] = found;
    if (run !== undefined) {
      if (delivery !== null && deadline.signal.aborted) throw notDelivered(run, flags.timeout);
      checkOutcome(run);
      return;
    }
    host.signal.throwIfAborted();
    if (options.from !== null && !deadline.signal.aborted) throw nothingMore(options.from);
    // All of several profiles have failed.
    if (failure !== null && !deadline.signal.aborted) throw failure;
    throw tooLate(flags.timeout ?? "the time given", tally.pages > 0, options.from);
  } finally {
    deadline.cancel();
  }
}

function notDelivered({ runId, status }: Candidate<unknown>, timeout = "the time given"): FlowrunError {
  return new FlowrunError("timeout", `run ${runId} ended as ${status}, and was not delivered within ${timeout}`, {
    why: "what it was to be delivered to did not take it until then",
    hint: "see what is wrong there: flowrun destinations, and the lines above; wait longer with --timeout",
  });
}

function tooLate(timeout: string, hasRead: boolean, from: string | null): FlowrunError {
  return new FlowrunError(
    "timeout",
    `no matching run ended within ${timeout}`,
    hasRead
      ? {
          why: `${from === null ? "the journal" : nameOf(from)} held none until now`,
          hint: "wait longer with --timeout, look back with --since, or see what ran: flowrun since -PT2H",
        }
      : { why: "the journal, or IMS before it, did not answer in all that time", hint: networkHint, examine: true },
  );
}

function nameOf(from: string): string {
  return from === "-" ? "stdin" : from;
}

function nothingMore(from: string): FlowrunError {
  return new FlowrunError("notFound", "no matching run ended", {
    why: `${nameOf(from)} ended without one`,
    hint: "see what it holds: flowrun since --from <file>",
  });
}

/** @throws FlowrunError `runFailed` for any outcome but a success, in full or in part. */
function checkOutcome(run: Candidate<unknown>): void {
  if (run.status === "success" || run.status === "partialSuccess") return;
  throw new FlowrunError("runFailed", `run ${run.runId} ended as ${run.status}`);
}

/** A signal that aborts with the host's own, and where it is given `timeoutMs` after flowrun was started. */
function startDeadline(timeoutMs: number | null, host: Pick<Host, "signal" | "sleep" | "now" | "startedAt">) {
  const deadline = new AbortController();
  const cancel = new AbortController();
  const onStop = (): void => {
    deadline.abort(host.signal.reason);
  };
  host.signal.addEventListener("abort", onStop, { once: true });
  if (host.signal.aborted) onStop();
  if (timeoutMs !== null) {
    const left = timeoutMs - (host.now() - host.startedAt);
    void host.sleep(Math.max(0, left), cancel.signal).then(() => {
      deadline.abort();
    });
  }
  return {
    signal: deadline.signal,
    cancel: () => {
      host.signal.removeEventListener("abort", onStop);
      cancel.abort();
    },
  };
}
