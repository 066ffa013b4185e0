import { FlowrunError, worstOf } from "../../errors.ts";
import type { World } from "../../host.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Resumption, Sink } from "../sinks/sink.ts";
import type { Candidate, Mark } from "../sources/source.ts";

/** One of those that runs are delivered to. */
export interface Member {
  /** For people, without a secret. */
  readonly name: string;
  readonly sink: Sink<FlowRun>;
}

/** Reads runs to a sink, from a place on; `null` from where the command says. Resolves when the reading has ended. */
export type ReadLane = (past: Resumption | null, sink: Sink<FlowRun>) => Promise<void>;

/** How runs are read and delivered. */
export interface Lanes {
  readonly members: readonly Member[];
  readonly read: ReadLane;
  /** True where a place that a member stands at can be read on from later; else the others wait for whoever is slow. */
  readonly mayPart: boolean;
  readonly host: Pick<World, "sleep">;
  readonly signal: AbortSignal;
  /** Told of a member that is given up while others go on. */
  readonly onLost: (member: Member, failure: FlowrunError) => void;
  /** Told when a member can no longer keep pace with the others, and reads for itself. */
  readonly onParted: (member: Member) => void;
}

/** Others are held up by a slow one for so long, before it reads for itself. */
const patienceMs = 5000;

/**
 * Delivers a reading to several destinations. Those that stand at the same place share one reading; one that is away, or too
 * slow for the others, parts with them and goes on by itself from the last batch that it took. So nobody is held up, none is
 * sent a batch again that it has, and nothing waits in memory.
 * @returns the worst failure of those that were given up; `null` for none.
 * @throws what ends the whole reading: what reading throws, the failure of the only member, or of the last.
 */
export async function deliverInLanes(lanes: Lanes): Promise<FlowrunError | null> {
  const { members, signal, onLost } = lanes;
  const failures: FlowrunError[] = [];
  const running = new Set<Promise<void>>();
  let left = members.length;

  const lose = (member: Member, error: unknown): void => {
    left -= 1;
    if (!(error instanceof FlowrunError) || isTheEnd(error) || left === 0) throw error;
    failures.push(error);
    onLost(member, error);
  };
  const start = (lane: Promise<void>): void => {
    running.add(lane);
    void lane.catch(() => undefined).finally(() => running.delete(lane));
  };
  const runAlone = async (member: Member, standing: Promise<Resumption | null>): Promise<void> => {
    let past: Resumption | null;
    try {
      past = await standing;
    } catch (error) {
      lose(member, error);
      return;
    }
    await runLane([member], past);
  };
  const runLane = async (together: readonly Member[], past: Resumption | null): Promise<void> => {
    const lane = laneSink(together, past, {
      ...lanes,
      lose,
      part: (member, standing) => {
        lanes.onParted(member);
        start(runAlone(member, standing));
      },
    });
    try {
      await lanes.read(past, lane);
    } catch (error) {
      if (error !== nobodyLeft) throw error;
    }
  };

  const groups = await gather(members, lanes);
  for (const { together, past } of groups.found) start(runLane(together, past));
  for (const { member, standing } of groups.waiting) start(runAlone(member, standing));
  try {
    while (running.size > 0) await Promise.race(running);
  } finally {
    await Promise.all(members.map(({ sink }) => sink.close().catch(() => undefined)));
  }
  signal.throwIfAborted();
  return worstOf(failures.map(({ kind, message }) => new FlowrunError(kind, message, { isTold: true })));
}

/** A reading ends with it for all: somebody has had enough, or told it to stop. */
function isTheEnd({ kind }: FlowrunError): boolean {
  return kind === "closed" || kind === "aborted" || kind === "bug" || kind === "lease";
}

/** Thrown inside a lane that nobody is left in; its reading ends, and that is all. */
const nobodyLeft = new Error("nobody is left in this lane");

interface Groups {
  /** The one that stands furthest behind may be any of them: places cannot be compared, only told apart. */
  readonly found: readonly { readonly together: readonly Member[]; readonly past: Resumption | null }[];
  /** Those that have not said yet where they stand. */
  readonly waiting: readonly { readonly member: Member; readonly standing: Promise<Resumption | null> }[];
}

/** Puts those together that stand at the same place. One that does not answer soon is not waited for. */
async function gather(members: readonly Member[], { host, signal }: Lanes): Promise<Groups> {
  const over = new AbortController();
  const tooLate = host.sleep(patienceMs, AbortSignal.any([signal, over.signal])).then(() => "late" as const);
  const found = new Map<string, { together: Member[]; past: Resumption | null }>();
  const waiting: { member: Member; standing: Promise<Resumption | null> }[] = [];
  for (const member of members) {
    const standing = member.sink.find?.(member.name) ?? Promise.resolve(null);
    const past = await Promise.race([standing, tooLate]).catch(() => "late" as const);
    if (past === "late") {
      waiting.push({ member, standing });
      continue;
    }
    const group = found.get(past?.next ?? "");
    if (group === undefined) found.set(past?.next ?? "", { together: [member], past });
    else group.together.push(member);
  }
  over.abort();
  return { found: [...found.values()], waiting };
}

interface LaneWays extends Lanes {
  /** @throws the failure where nobody is left at all, or all must end. */
  readonly lose: (member: Member, error: unknown) => void;
  /** @param standing resolves to where it goes on, when what it has in hand is done. */
  readonly part: (member: Member, standing: Promise<Resumption | null>) => void;
}

/** The members of a lane as one sink: a batch is taken when all that are left have it. */
function laneSink(
  members: readonly Member[],
  past: Resumption | null,
  { lose, part, mayPart, host, signal }: LaneWays,
): Sink<FlowRun> {
  let together = members;
  let standing = past;
  const waitFor = async (member: Member, taking: Promise<void>): Promise<"took" | "late"> => {
    if (!mayPart || together.length === 1) return taking.then(() => "took");
    const over = new AbortController();
    const tooLate = host.sleep(patienceMs, AbortSignal.any([signal, over.signal])).then(() => "late" as const);
    try {
      return await Promise.race([taking.then(() => "took" as const), tooLate]);
    } finally {
      over.abort();
    }
  };
  return {
    take: async (batch, mark) => {
      const before = standing;
      const after = standingAfter(before, batch, mark);
      const outcomes = await Promise.all(
        together.map(async (member) => {
          const taking = member.sink.take(batch, mark);
          taking.catch(() => undefined);
          try {
            return { member, taking, outcome: await waitFor(member, taking) } as const;
          } catch (error) {
            return { member, taking, outcome: "lost", error } as const;
          }
        }),
      );
      const isAnyoneThere = outcomes.some(({ outcome }) => outcome === "took");
      const kept: Member[] = [];
      for (const one of outcomes) {
        if (one.outcome === "took") kept.push(one.member);
        else if (one.outcome === "lost") lose(one.member, one.error);
        // With nobody to hold up it stays.
        else if (isAnyoneThere) part(one.member, one.taking.then(() => after));
        else await one.taking.then(
            () => kept.push(one.member),
            (error: unknown) => {
              lose(one.member, error);
            },
          );
      }
      together = kept;
      standing = after;
      if (together.length === 0) throw nobodyLeft;
    },
    close: () => Promise.resolve(),
  };
}

/** So many of the last keys, by which a repeated run is known. */
const keysRemembered = 2000;

function standingAfter(
  before: Resumption | null,
  taken: readonly Candidate<unknown>[],
  { next, recordedAt }: Mark,
): Resumption {
  return {
    next,
    readUntil: recordedAt ?? before?.readUntil ?? 0,
    movedAt: 0,
    keys: [...(before?.keys ?? []), ...taken.map(({ key }) => key)].slice(-keysRemembered),
  };
}
