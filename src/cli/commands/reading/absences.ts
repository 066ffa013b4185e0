import { retentionMs } from "../../../adobe/journal/retention.ts";
import { startAt } from "../../../adobe/journal/when.ts";
import { FlowrunError } from "../../../errors.ts";
import { emptyTally } from "../../../engine/pump.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { withAbsences, type Absences } from "../../../engine/sinks/with-absences.ts";
import { mostFlows, type DeclaredFlow } from "../../../runs/cadence/count-flows.ts";
import { watchFlows } from "../../../runs/cadence/watch-flows.ts";
import type { FlowRun, Service } from "../../../runs/record/flow-run.ts";
import { narrowed } from "../../../runs/filter/watch.ts";
import { keptId } from "../../../text/kept.ts";
import type { AbsenceWish } from "../../options/reading-options.ts";
import type { CountedMember } from "../delivery/counts.ts";
import { loadDeclared } from "../scheduled-flows.ts";
import { tooManyFlows } from "../too-many-flows.ts";
import { createQuota } from "./quota.ts";
import { readWindow, runTarget } from "./read-window.ts";
import type { Session } from "./session.ts";
import { tellAside } from "./tell-aside.ts";

/** Which flows of one profile do not run, while its journal is followed. */
export interface AbsenceWatch {
  /** The session, with every run that it reads taken down. */
  readonly session: Session;
  /**
   * All flows, judged at a moment up to which the journal is read; `null` before it is known how they usually run.
   * @throws the failure of finding that out.
   */
  readonly look: Absences<never>["look"];
  /**
   * A sink that is told of them as well.
   * @param encode `null` for what the sink does not take, which is told on stderr.
   * @param told those that an earlier reading told of.
   */
  readonly tell: <T>(sink: Sink<T>, encode: Absences<T>["encode"], told: Absences<T>["told"]) => Sink<T>;
  /** A member of a delivery that is told as well. */
  readonly over: (member: CountedMember) => CountedMember;
}

/**
 * Takes down the runs of a session as they are read, whichever of them are wanted. How flows usually run is learned from the
 * last seven days, beside the following and not before the end of the journal is reached: nobody waits for that. So are the
 * schedules of Flow Service, where these are wanted, every five minutes: a run of which no notification came is known by them.
 */
export function watchAbsences(session: Session, { keep, isScheduled, sandboxes }: AbsenceWish): AbsenceWatch {
  const { host, options, origin, began, reporter } = session;
  const flows = watchFlows(began - retentionMs, retentionMs);
  const note = (run: FlowRun): void => {
    if (!keep(run)) return;
    flows.add(run);
    const flowId = keptId(run.flowId);
    if (isScheduled && (services.size < mostFlows || services.has(flowId))) services.set(flowId, run.service);
  };
  /** Which of AEP's services ran a flow, by its id. */
  const services = new Map<string, Service>();
  let learning: "to do" | "under way" | "done" = "to do";
  let failure: Error | null = null;
  let isTold = false;
  const tellTooMany = (): void => {
    if (!isTold) reporter.notify(tooManyFlows);
    isTold = true;
  };
  const learnOnce = async (): Promise<void> => {
    learning = "under way";
    try {
      await learn(session, note);
      learning = "done";
    } catch (error) {
      // One that is away, such as an archive, may be back by the next look.
      learning = "to do";
      if (error instanceof FlowrunError && error.kind === "unavailable") return;
      failure = asError(error);
    }
  };
  /** `null` before Flow Service was asked; none while it has never answered, so that flows are judged by their pace. */
  let declared: readonly DeclaredFlow[] | null = isScheduled && origin.kind === "journal" ? null : [];
  let asking: Asking | null = null;
  let isAway = false;
  const tellAway = ({ message }: FlowrunError): void => {
    const meanwhile = declared === null ? "flows are judged by their usual pace" : "what it said last holds";
    const text = `Flow Service does not tell its schedules: ${message}; ${meanwhile} until it does`;
    if (!isAway) reporter.notify({ kind: "warning", text });
    isAway = true;
  };
  const tellBack = (): void => {
    if (isAway) reporter.notify({ kind: "remark", text: "Flow Service tells its schedules again" });
    isAway = false;
  };
  const askOnce = async (at: number): Promise<void> => {
    if (!isScheduled || origin.kind !== "journal") return;
    if (asking !== null && (!asking.isOver || at - asking.at < askedEveryMs)) return;
    const mine: Asking = { at, isOver: false };
    asking = mine;
    try {
      declared = await loadDeclared(origin.connection, {
        flows: flows.look(at).map(({ flow }) => flow),
        serviceOf: (flowId) => services.get(flowId) ?? "unknown",
        options: { ...options, keep },
        sandboxes,
        withSilent: true,
      });
      tellBack();
    } catch (error) {
      if (host.signal.aborted) return;
      // A right that is missing at the start is the user's to get; one that is lost later must not end a night's watch.
      const isOver = !(error instanceof FlowrunError) || (declared === null && error.kind !== "unavailable");
      if (isOver) {
        failure = asError(error);
        return;
      }
      tellAway(error);
      declared ??= [];
    } finally {
      mine.isOver = true;
    }
  };
  const look: AbsenceWatch["look"] = (at) => {
    if (failure !== null) throw failure;
    if (learning === "to do") void learnOnce();
    if (learning !== "done") return null;
    if (flows.leavesOut()) tellTooMany();
    void askOnce(at);
    return declared === null ? null : flows.look(at, declared);
  };
  const tell: AbsenceWatch["tell"] = (sink, encode, told) =>
    withAbsences(sink, {
      look,
      encode: (record) => {
        const encoded = encode(record);
        if (encoded === null) tellAside(record, session);
        return encoded;
      },
      told,
    });
  return {
    session: {
      ...session,
      options: narrowed(options, whenItRan, (run) => {
        note(run);
        return options.keep(run);
      }),
    },
    look,
    tell,
    over: (member) => {
      const { name, sink, takes } = member;
      const takesAbsences = takes.includes("flowrun.absent");
      if (!takesAbsences) {
        const text = `${name} takes runs alone; flows that do not run are told here`;
        reporter.notify({ kind: "remark", text });
      }
      return { ...member, sink: tell(sink, (record) => (takesAbsences ? record : null), null) };
    },
  };
}

/** The fields beside those of any reading that tell when a run began, and was told of. */
const whenItRan = ["createdAt", "completedAt", "position"];

/** A question to Flow Service, and when it was asked (epoch ms). */
interface Asking {
  readonly at: number;
  isOver: boolean;
}

/** As often as the receiver asks the journal what it missed. */
const askedEveryMs = 5 * 60_000;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Of figures no more than when runs began. */
const whenTheyRan = { starts: true, organisations: false };

/** Reads seven days, from the archive as far as that has them, and says nothing. */
async function learn(session: Session, note: (run: FlowRun) => void): Promise<void> {
  const { host, options, reporter, archiveIfAny } = session;
  const start = startAt(host.now() - retentionMs);
  const silent = { ...reporter, notify: () => undefined, live: () => undefined };
  const all = {
    ...options,
    max: Infinity,
    until: null,
    raw: false,
    keep: (run: FlowRun): boolean => {
      note(run);
      return false;
    },
  };
  const apart: Session = {
    ...session,
    options: all,
    reporter: silent,
    tally: emptyTally(),
    quota: createQuota(Infinity),
    miss: () => undefined,
  };
  const archive = await archiveIfAny("how flows usually run is learned from the journal alone", start);
  const window = { start, archive, follow: false, onExpired: "oldest", extent: whenTheyRan } as const;
  await readWindow(
    apart,
    window,
    runTarget(() => undefined),
  );
}
