import { journalReadOn } from "../../../engine/cursor.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { startAt } from "../../../adobe/journal/when.ts";
import type { FlowrunError } from "../../../errors.ts";
import type { Leading } from "../delivery/lead.ts";
import { deliverTogether } from "../delivery/together.ts";
import { lostText, memberOf, printedMember, type Ways } from "./deliver-members.ts";
import type { Window } from "./open-source.ts";
import { readWindow } from "./read-window.ts";
import type { Session } from "./session.ts";
import { beginOfWatch, watchedMember } from "./watch.ts";

/**
 * Delivers one profile's reading to destinations that each keep their own place.
 * @param leading the table that leads; left out where none does.
 * @returns the worst failure among several, which has been told.
 */
export async function deliverByLanes(
  { plan, delivery, session, stdout, absences = null }: Ways,
  leading?: Leading,
): Promise<FlowrunError | null> {
  const { start, follow, onExpired, isLast, signal } = plan;
  const { host, options, origin, reporter, quota, tally } = session;
  const isKept = start.kind === "last" && origin.kind === "journal";
  const watched = plan.watch?.profile(origin);
  const begin = beginOfWatch(start, session.began);
  return deliverTogether({
    host,
    notify: reporter.notify,
    signal,
    places: isKept ? { of: journalReadOn(origin.connection), cursor: options.cursor } : null,
    destinations: delivery.others,
    leading,
    open: (to, keeping, right) => {
      const { signal: until, ...more } = right;
      return memberOf(to, keeping, { plan: { ...plan, signal: until }, delivery, session, ...more });
    },
    print: stdout === null ? null : (openStore) => printedMember(stdout, openStore),
    over: (member) => {
      const told = absences?.over(member) ?? member;
      return watched === undefined ? told : watchedMember(told, watched.begin(begin));
    },
    read: async (past, sink, { signal: until, tally: own }) => {
      const from: Pick<Window, "start" | "past"> =
        past !== null
          ? { start: { kind: "next", url: past.next }, past }
          : { start: start.kind === "last" ? { kind: "oldest" } : beginOf(start, session) };
      const more = isLast === undefined ? {} : { isLast };
      const window = { ...from, ...more, follow, onExpired, isKept: isKept || follow, signal: until };
      await readWindow({ ...session, tally: own }, window, { encode: (run) => run, sink });
    },
    mayPart: origin.kind === "journal" && (isKept || follow) && !quota.isBounded && options.until === null,
    onLost: (name, failure) => {
      reporter.failure(lostText(name, failure, session));
    },
    tally,
    called: "run",
  });
}

/** A lane that begins late begins where the command did: nothing that came in between is passed by. */
function beginOf(start: JournalStart, { began, host }: Pick<Session, "began" | "host">): JournalStart {
  return start.kind === "now" && host.now() - began > soonMs ? startAt(began) : start;
}

const soonMs = 1000;
