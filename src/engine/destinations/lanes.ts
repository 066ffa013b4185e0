import { FlowrunError, worstTold } from "../../errors.ts";
import type { World } from "../../host.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Resumption, Sink } from "../sinks/sink.ts";
import { standingAfter } from "../sinks/standing.ts";
import type { Candidate, Mark } from "../sources/source.ts";
import { Twice } from "./refused.ts";

/** One of those that records are delivered to. */
export interface Member<R = FlowRun> {
  /** For people, without a secret. */
  readonly name: string;
  readonly sink: Sink<R>;
}

/** Reads records to a sink, from a place on; `null` from where the command says. Resolves when the reading has ended. */
export type ReadLane<R = FlowRun> = (past: Resumption | null, sink: Sink<R>, signal: AbortSignal) => Promise<void>;

/** How records are read and delivered. */
export interface Lanes<R = FlowRun> {
  readonly members: readonly Member<R>[];
  readonly read: ReadLane<R>;
  /** True where a place that a member stands at can be read on from later; else the others wait for whoever is slow. */
  readonly mayPart: boolean;
  readonly host: Pick<World, "now" | "sleep">;
  /** Ends every reading and delivery; also by `stop`, when all is over or one has failed for all. */
  readonly signal: AbortSignal;
  readonly stop: () => void;
  /** Told of a member that is given up while others go on. */
  readonly onLost: (member: Member<R>, failure: FlowrunError) => void;
  /** Told when a member can no longer keep pace with the others, and reads for itself. */
  readonly onParted: (member: Member<R>) => void;
}

/** Others are held up by a slow one for so long, before it reads for itself. */
const patienceMs = 5000;

/**
 * Delivers a reading to several destinations. Those that stand at the same place share one reading; one that is away, or too
 * slow for the others, parts with them, goes on by itself from the last batch that it took, and joins them again where it
 * meets them. So nobody is held up, none is sent a batch again that it has, and nothing waits in memory.
 * @returns the worst failure of those that were given up; `null` for none.
 * @throws what ends the whole reading: what reading throws, the failure of the only member, or of the last.
 */
export async function deliverInLanes<R = FlowRun>(lanes: Lanes<R>): Promise<FlowrunError | null> {
  const { members, signal, onLost, onParted } = lanes;
  const failures: FlowrunError[] = [];
  const running = new Set<Promise<void>>();
  const open = new Set<Lane<R>>();
  let left = members.length;

  const lose: Traffic<R>["lose"] = (member, error) => {
    left -= 1;
    if (!isOfOneAlone(error) || left === 0) throw error;
    failures.push(error);
    onLost(member, error);
  };
  /** Of all, in the order in which they came. */
  const ends: unknown[] = [];
  const start = (work: Promise<void>): void => {
    const done = work
      .catch((error: unknown) => {
        ends.push(error);
        // The others are at something that is of no use any more.
        lanes.stop();
      })
      .finally(() => running.delete(done));
    running.add(done);
  };
  const runLane = async (together: readonly Member<R>[], standing: Resumption | null): Promise<void> => {
    const lane: Lane<R> = { together, standing, isTaking: false };
    open.add(lane);
    try {
      await lanes.read(standing, laneSink(lane, { ...lanes, open, lose, part }), signal);
    } catch (error) {
      if (error !== nobodyLeft) throw error;
    } finally {
      open.delete(lane);
    }
  };
  const runAlone = async (member: Member<R>, standing: Promise<Resumption | null>): Promise<void> => {
    let past: Resumption | null;
    try {
      past = await standing;
    } catch (error) {
      lose(member, error);
      return;
    }
    await runLane([member], past);
  };
  const part: Traffic<R>["part"] = (member, standing) => {
    onParted(member);
    start(runAlone(member, standing));
  };

  const { found, waiting } = await gather(members, lanes);
  for (const { together, past } of found) start(runLane(together, past));
  for (const { member, standing } of waiting) start(runAlone(member, standing));
  while (running.size > 0) await Promise.race(running);
  // A command that has all its input may still be at work, and is not stopped for that.
  await Promise.all(members.map(({ sink }) => sink.close().catch(() => undefined)));
  lanes.stop();
  if (ends.length > 0) throw ends[0];
  return worstTold(failures);
}

/** Whether others may go on: not where somebody has had enough or told all to stop, nor without the lease, nor by a wrong line. */
export function isOfOneAlone(error: unknown): error is FlowrunError {
  if (!(error instanceof FlowrunError) || error instanceof Twice) return false;
  return !["closed", "aborted", "bug", "lease"].includes(error.kind);
}

/** Thrown inside a lane that nobody is left in; its reading ends, and that is all. */
const nobodyLeft = new Error("nobody is left in this lane");

interface Groups<R> {
  /** The one that stands furthest behind may be any of them: places cannot be compared, only told apart. */
  readonly found: readonly { readonly together: readonly Member<R>[]; readonly past: Resumption | null }[];
  /** Those that have not said yet where they stand. */
  readonly waiting: readonly { readonly member: Member<R>; readonly standing: Promise<Resumption | null> }[];
}

/** Puts those together that stand at the same place. One that does not answer soon is not waited for. */
async function gather<R>(members: readonly Member<R>[], { mayPart, host, signal }: Lanes<R>): Promise<Groups<R>> {
  const over = new AbortController();
  const tooLate = host.sleep(patienceMs, AbortSignal.any([signal, over.signal])).then(() => "late" as const);
  const groups = new Map<string, { together: Member<R>[]; past: Resumption | null }>();
  const waiting: { member: Member<R>; standing: Promise<Resumption | null> }[] = [];
  // All are opened at once: none waits for another that is away.
  const standings = members.map((member) => {
    const standing = member.sink.find?.(member.name) ?? Promise.resolve(null);
    standing.catch(() => undefined);
    return { member, standing };
  });
  for (const { member, standing } of standings) {
    // Where none may read for itself, all begin together.
    const found = mayPart ? Promise.race([standing, tooLate]) : standing;
    const past = await found.catch(() => "late" as const);
    if (past === "late") {
      waiting.push({ member, standing });
      continue;
    }
    const group = groups.get(past?.next ?? "");
    if (group === undefined) groups.set(past?.next ?? "", { together: [member], past });
    else group.together.push(member);
  }
  over.abort();
  return { found: [...groups.values()], waiting };
}

/** Members that read together. */
interface Lane<R> {
  together: readonly Member<R>[];
  /** Where they stand; `null` before the first batch of those that begin. */
  standing: Resumption | null;
  isTaking: boolean;
}

/** How members leave a lane, and which lanes there are. */
interface Traffic<R> {
  readonly open: ReadonlySet<Lane<R>>;
  /** @throws the failure where nobody is left at all, or all must end. */
  readonly lose: (member: Member<R>, error: unknown) => void;
  /** @param standing resolves to where it goes on, when what it has in hand is done. */
  readonly part: (member: Member<R>, standing: Promise<Resumption | null>) => void;
}

/** A lane as a sink: a batch is taken when all that stay in it have it. */
function laneSink<R>(lane: Lane<R>, { open, lose, part, mayPart, host, signal }: Lanes<R> & Traffic<R>): Sink<R> {
  const take = async (member: Member<R>, batch: readonly Candidate<R>[], mark: Mark): Promise<Taking<R>> => {
    const done = member.sink.take(batch, mark);
    if (!mayPart || lane.together.length === 1) return outcomeOf(member, done);
    done.catch(() => undefined);
    const over = new AbortController();
    const tooLate = host.sleep(patienceMs, AbortSignal.any([signal, over.signal])).then(() => ({ member, late: done }));
    const taking = await Promise.race([outcomeOf(member, done), tooLate]);
    over.abort();
    return taking;
  };
  /** Joins a lane that stands at the same place, and has nothing in hand. */
  const joinAnother = (): void => {
    const { standing } = lane;
    const met = [...open].find((one) => one !== lane && !one.isTaking && one.standing?.next === standing?.next);
    if (!mayPart || standing === null || met === undefined) return;
    met.together = [...met.together, ...lane.together];
    lane.together = [];
  };
  return {
    take: async (batch, mark) => {
      lane.isTaking = true;
      const standing = standingAfter(lane.standing, batch, mark, host.now());
      const takings = await Promise.all(lane.together.map((member) => take(member, batch, mark)));
      const isAnyoneDone = takings.some((taking) => "took" in taking);
      const kept: Member<R>[] = [];
      for (const taking of takings) {
        // With nobody to be held up, a late one stays.
        const end = "late" in taking && !isAnyoneDone ? await outcomeOf(taking.member, taking.late) : taking;
        if ("took" in end) kept.push(end.member);
        else if ("failure" in end) lose(end.member, end.failure);
        else if (signal.aborted) signal.throwIfAborted();
        else
          part(
            end.member,
            end.late.then(() => standing),
          );
      }
      lane.together = kept;
      lane.standing = standing;
      lane.isTaking = false;
      joinAnother();
      if (lane.together.length === 0) throw nobodyLeft;
    },
    close: () => Promise.resolve(),
  };
}

/** How a member has taken a batch, or that it is still at it. */
type Taking<R> =
  | { readonly member: Member<R>; readonly took: true }
  | { readonly member: Member<R>; readonly failure: unknown }
  | { readonly member: Member<R>; readonly late: Promise<void> };

function outcomeOf<R>(member: Member<R>, done: Promise<void>): Promise<Taking<R>> {
  return done.then(
    () => ({ member, took: true }),
    (failure: unknown) => ({ member, failure }),
  );
}
