import { openAccess } from "../../../adobe/access/connect.ts";
import { openDeliverer, type Deliverer, type SettledVerdict } from "../../../engine/replay/deliverer.ts";
import { idsInLine } from "../../../engine/replay/known-ids.ts";
import { replayEvent, type ReplayEvent } from "../../../engine/replay/replay-event.ts";
import { replaySink, type ReplaySink } from "../../../engine/replay/replay-sink.ts";
import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { linesOfFile, linesOfStdin } from "../../../state/given-lines.ts";
import { openLedger, peekLedger, type ReplayLedger } from "../../../state/replay-ledger.ts";
import { openZone } from "../../options/clock.ts";
import type { ReplayFlags } from "../../options/flags.ts";
import { wantsSheet } from "../../options/output-options.ts";
import { count, number } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import { readWindow } from "../reading/read-window.ts";
import { inSessions, type Session, type Sessions } from "../reading/session.ts";
import type { Replayed } from "./replay-columns.ts";
import { resolveReplay, type ReplayOptions } from "./replay-options.ts";
import { dryRunText } from "./dry-run-text.ts";
import { narrowed } from "../../../runs/filter/watch.ts";

/**
 * Delivers the events of a window to a webhook that it has not accepted yet, or says what that would be.
 * @throws FlowrunError `refused` where some were refused for good, `notFound` for an event that is not there, what reading
 * and delivering throw.
 */
export async function runReplay(when: string, flags: ReplayFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const options = await resolveReplay(when, flags, { now: host.now(), zone, env: host.env });
  const { target } = options;
  const { state } = host.dirs;
  const warnings: string[] = [];
  const known = await readKnown(flags.onlyMissingFrom, host, (text) => warnings.push(text));
  if (flags.dryRun === true) {
    await replay({ options, flags, known, warnings, ledger: await peekLedger(state, target) }, host);
    return;
  }
  const ledger = await openLedger(state, target, host);
  try {
    await replay({ options, flags, known, warnings, ledger }, host);
  } finally {
    await ledger.release();
  }
}

/** All that a replay is decided by, before anything is asked. */
interface ReplayPlan {
  readonly options: ReplayOptions;
  readonly flags: ReplayFlags;
  readonly known: ReadonlySet<string>;
  readonly warnings: readonly string[];
  /** One that is only looked at sends nothing. */
  readonly ledger: ReplayLedger | Pick<ReplayLedger, "path" | "has">;
}

/** The fate of the events that were sent. */
interface SettledCounts {
  accepted: number;
  /** How many were refused, by the status of the answer. */
  readonly refused: Map<number, number>;
}

async function replay(plan: ReplayPlan, host: Host): Promise<void> {
  const { options, flags, ledger } = plan;
  const { events: wanted, start, reading } = options;
  const settled: SettledCounts = { accepted: 0, refused: new Map() };
  const keep: typeof reading.keep = (run) =>
    reading.keep(run) && (wanted === null || wanted.has(run.eventId ?? run.key));
  const chosen = narrowed(reading, wanted === null ? [] : ["eventId", "key"], keep);
  const work = async (sessions: Sessions): Promise<{ readonly sink: ReplaySink | null }> => {
    for (const text of plan.warnings) sessions.reporter.notify({ kind: "warning", text });
    const opened: { sink: ReplaySink | null } = { sink: null };
    try {
      await sessions.each(async (session) => {
        const deliverer = "add" in ledger ? await openSending(plan, ledger, session, settled, opened) : sendsNothing;
        const choice = { ledger: flags.all === true ? null : ledger, known: plan.known, max: options.max };
        const sink = (opened.sink = replaySink(choice, deliverer, wanted ?? undefined));
        await readInto(sink, start, session);
        await deliverer.end();
        session.host.signal.throwIfAborted();
      });
    } finally {
      if (opened.sink !== null) sessions.outcome = outcomeWords(opened.sink, settled, flags);
    }
    sessions.reporter.clear();
    if (opened.sink !== null) await print(replayedOf(plan, opened.sink, settled), plan, host);
    return opened;
  };
  const { sink, failure } = await inSessions(chosen, host.signal, host, work, { start, did: "replayed" });
  const worst = worstOf([failure, sink === null ? null : notFound(plan, sink), refusedFailure(options, settled)]);
  if (worst !== null) throw worst;
}

async function readInto(sink: ReplaySink, start: ReplayOptions["start"], session: Session): Promise<void> {
  // How far it has been read is not what is waited for.
  const quiet = { ...session, reporter: { ...session.reporter, live: () => undefined } };
  const window = { start, follow: false, onExpired: "fail", keepsBytes: true } as const;
  try {
    await readWindow(quiet, window, { encode: replayEvent, sink });
  } catch (error) {
    if (error !== sink.full) throw error;
  }
}

/** The deliverer of a dry run. */
const sendsNothing: Deliverer = { deliver: () => Promise.resolve(), end: () => Promise.resolve() };

async function openSending(
  { options, flags }: ReplayPlan,
  ledger: ReplayLedger,
  session: Session,
  settled: SettledCounts,
  opened: { readonly sink: ReplaySink | null },
): Promise<Deliverer> {
  const { host, reporter, began } = session;
  const { receiver, reading } = options;
  const secret = await findSecret(session, flags);
  if (secret === null) {
    const text = "there is no client secret here: what is sent is not signed, and a webhook cannot tell who it is from";
    reporter.notify({ kind: "warning", text });
  }
  const tellRefused = refusedTeller(receiver.shown, reporter.notify);
  return openDeliverer({
    receiver,
    secret,
    isBatch: flags.batch === true,
    concurrency: flags.concurrency,
    intervalMs: flags.rate ?? 0,
    patience: reading.patience,
    host,
    signal: host.signal,
    notify: reporter.notify,
    ledger,
    onSettled: (events, verdict) => {
      settle(settled, events, verdict);
      if (verdict.kind === "refused") for (const event of events) tellRefused(event, verdict);
      if (opened.sink !== null) reporter.live(liveWords(opened.sink, settled, host.now() - began));
    },
  });
}

/** The secret that signs; an archive can be read without one. */
async function findSecret(session: Session, flags: ReplayFlags): Promise<string | null> {
  const { origin, host, reporter } = session;
  if (origin.kind === "journal") return origin.connection.settings.clientSecrets[0]?.reveal() ?? null;
  try {
    const access = await openAccess({ profile: flags.profile, notify: reporter.notify, signal: host.signal }, host);
    await access.close();
    return access.settings.clientSecrets[0]?.reveal() ?? null;
  } catch (error) {
    if (error instanceof FlowrunError && error.kind === "settings") return null;
    throw error;
  }
}

function settle(settled: SettledCounts, events: readonly ReplayEvent[], verdict: SettledVerdict): void {
  if (verdict.kind === "accepted") settled.accepted += events.length;
  else settled.refused.set(verdict.status, (settled.refused.get(verdict.status) ?? 0) + events.length);
}

/** So many are told one by one; the closing words count them all. */
const mostTold = 20;

function refusedTeller(shown: string, notify: Notify) {
  let told = 0;
  return ({ id, position }: ReplayEvent, { why }: Extract<SettledVerdict, { kind: "refused" }>): void => {
    told += 1;
    const at = position === "" ? "" : ` at ${JSON.stringify(safeText(position))}`;
    if (told <= mostTold) {
      notify({ kind: "warning", text: `${shown} refused event ${safeText(id)}${at}: ${why}` });
    } else if (told === mostTold + 1) {
      notify({ kind: "warning", text: "more events were refused; the closing line counts them" });
    }
  };
}

function refusedOf({ refused }: SettledCounts): number {
  return [...refused.values()].reduce((sum, n) => sum + n, 0);
}

function liveWords(sink: ReplaySink, settled: SettledCounts, elapsedMs: number): string {
  const refused = refusedOf(settled);
  const sent = settled.accepted + refused;
  const rate = elapsedMs < 500 ? "" : ` · ${number(Math.round((sent / elapsedMs) * 1000))} events/s`;
  const waiting = sink.counts.chosen - sent;
  const counts = `${number(settled.accepted)} accepted, ${number(refused)} refused, ${number(sink.counts.leftOut)} left out`;
  return `replaying · ${count(sent, "event")} sent: ${counts}${waiting > 0 ? `, ${number(waiting)} in hand` : ""}${rate}`;
}

function outcomeWords({ counts }: ReplaySink, settled: SettledCounts, { dryRun }: ReplayFlags): readonly string[] {
  const refused = refusedOf(settled);
  const sent = settled.accepted + refused;
  const after = [
    `${number(counts.leftOut)} left out`,
    ...(counts.withoutEvent === 0 ? [] : [`${number(counts.withoutEvent)} without the event`]),
  ];
  if (dryRun === true) return [`${count(counts.chosen, "event")} would be sent`, ...after];
  return [
    `${count(sent, "event")} sent`,
    `${number(settled.accepted)} accepted`,
    `${number(refused)} refused`,
    ...after,
  ];
}

function replayedOf({ options, flags, ledger }: ReplayPlan, { counts }: ReplaySink, settled: SettledCounts): Replayed {
  const { events, runs, leftOut, withoutEvent, chosen, bytes, first, last } = counts;
  const refused = refusedOf(settled);
  const dryRun = flags.dryRun === true;
  return {
    type: "flowrun.replay",
    schemaVersion: 1,
    target: options.receiver.shown,
    dryRun,
    events,
    runs,
    sent: dryRun ? chosen : settled.accepted + refused,
    accepted: settled.accepted,
    refused,
    leftOut,
    withoutEvent,
    bytes,
    first,
    last,
    ledger: ledger.path,
  };
}

async function print(replayed: Replayed, { options, flags }: ReplayPlan, host: Host): Promise<void> {
  const { output } = options;
  if (!wantsSheet(output)) {
    await printRows({ options: output, rows: [replayed], document: replayed, color: flags.color }, host, host.stdout);
  } else if (replayed.dryRun) {
    await tell(await dryRunText(replayed, flags, host), host.stdout);
  }
}

/** An event that was named must be there; where enough others were sent before, nobody has looked for it. */
function notFound({ options }: ReplayPlan, sink: ReplaySink): FlowrunError | null {
  if (options.events === null || sink.counts.chosen >= options.max) return null;
  const missing = [...options.events].filter((id) => !sink.ids.has(id)).map(safeText);
  if (missing.length === 0) return null;
  const [first = ""] = missing;
  return new FlowrunError(
    "notFound",
    `no event ${first}${missing.length === 1 ? "" : ` and ${missing.length - 1} more`}`,
    {
      why: "nothing that was recorded since then, and that the options ask for, has that event id",
      hint: "look further back (-P7D; with an archive -P30D), or see what there is: flowrun since -P7D --json=eventId,runId",
    },
  );
}

function refusedFailure({ receiver }: ReplayOptions, settled: SettledCounts): FlowrunError | null {
  const refused = refusedOf(settled);
  if (refused === 0) return null;
  const statuses = [...settled.refused].map(([status, n]) => `${status} to ${number(n)}`);
  return new FlowrunError("refused", `${receiver.shown} refused ${count(refused, "event")} for good`, {
    why: `it answered ${statuses.join(", ")}`,
    hint: "see what its own log says of them; once it takes them, the same line again sends them",
  });
}

/** The ids that somebody has already, from a file. @throws FlowrunError `settings` where it cannot be read. */
async function readKnown(
  path: string | undefined,
  host: Host,
  warn: (text: string) => void,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  if (path === undefined) return known;
  if (path === "") {
    throw new FlowrunError("usage", "--only-missing-from names no file", {
      why: "it is empty; a variable of the shell may not be set",
      hint: "flowrun replay -P1D --to <url> --only-missing-from have.ndjson",
    });
  }
  const { signal } = host;
  const means = { signal, isReadAgain: false, sleep: (ms: number, until?: AbortSignal) => host.sleep(ms, until) };
  const lines =
    path === "-" || path === "/dev/stdin"
      ? linesOfStdin(host.stdin, means)
      : linesOfFile(path, means)({ follow: false, fromEnd: false });
  let unreadable = 0;
  let firstUnreadable = 0;
  for await (const some of lines.read()) {
    for (const { text, number: line } of some) {
      const ids = text === null ? null : idsInLine(text);
      if (ids === null && unreadable++ === 0) firstUnreadable = line;
      for (const id of ids ?? []) known.add(id);
    }
  }
  signal.throwIfAborted();
  if (unreadable > 0) {
    warn(
      `${count(unreadable, "line")} of ${lines.name} could not be read, the first one ${lines.name}:${firstUnreadable}`,
    );
  }
  if (known.size === 0) warn(`${lines.name} names no event and no run, so that nothing is left out by it`);
  return known;
}
