import type { Host } from "../../../host.ts";
import { whenThereIsRoom } from "../../../engine/receive/when-room.ts";
import { renderDuration } from "../../../render/text/numbers.ts";
import { comparePlaces } from "../../../state/spool-files.ts";
import { count } from "../../terminal/reporter.ts";
import type { Receiving } from "./receiving.ts";

/**
 * Whoever is new begins with what comes from now on; that is put down before anything comes. Whoever is not delivered to
 * any more is waited for no longer, and told.
 */
export async function admitReaders(readers: readonly string[], { spool, reporter, room }: Receiving): Promise<void> {
  const { notify } = reporter;
  for (const reader of spool.readers()) {
    const place = spool.placeOf(reader);
    if (place === null) continue;
    if (readers.includes(reader)) {
      if (comparePlaces(place, spool.start()) >= 0) continue;
      const text = `some of what came in while nothing was delivered to ${reader} is kept here no longer; the journal has what came from Adobe for seven days`;
      notify({ kind: "warning", text });
    } else if (comparePlaces(place, spool.end()) < 0) {
      const text = `what came in and was not delivered to ${reader} yet is not kept for it, since the line does not name it any more`;
      notify({ kind: "warning", text });
    }
  }
  spool.readBy(readers);
  const fresh = readers.filter((reader) => spool.placeOf(reader) === null);
  const begin = Object.fromEntries(fresh.map((reader) => [reader, spool.end()]));
  await whenThereIsRoom(() => spool.move(begin), room);
  const { events } = spool.backlog();
  if (events === 0) return;
  const text = `${count(events, "event")} from before ${events === 1 ? "comes" : "come"} first`;
  notify({ kind: "remark", text });
}

/** Says where deliveries come in, whose, and what may be wrong with that. */
export function tellStart(origin: string, { listening, reporter, identity }: Receiving): void {
  const { path, lytics, reconcileMs, verifies, forwardTo } = listening;
  const { clientId } = identity;
  const compared =
    reconcileMs === null ? "" : `; every ${renderDuration(reconcileMs)} the journal is asked for what it missed`;
  if (clientId !== null) {
    reporter.notify({ kind: "remark", text: `listening on ${origin}${path} for ${clientId}${compared}` });
  }
  if (lytics !== null) {
    reporter.notify({ kind: "remark", text: `listening on ${origin}${lytics.path} for events of Lytics` });
    if (lytics.header === null) {
      const text = "no header is asked for (--lytics-header): anybody on this machine can say that a work failed";
      reporter.notify({ kind: "warning", text });
    }
  }
  if (forwardTo !== null) reporter.notify({ kind: "remark", text: `passing on to ${forwardTo.shown}` });
  if (verifies || clientId === null) return;
  const text = "signatures are not verified (--no-verify): anybody on this machine can say that a run failed";
  reporter.notify({ kind: "warning", text });
}

/** The demo's Adobe, and its Lytics, deliver to this very process. */
export function playOthers(origin: string, { identity, listening, over, reporter }: Receiving, host: Host): void {
  let last: string | null = null;
  const onState = (state: string): void => {
    if (state !== (last ?? "active")) {
      reporter.notify({ kind: "warning", text: `Adobe, played here, calls this webhook ${state}` });
    }
    last = state;
  };
  const sleep: Host["sleep"] = (ms, signal) => host.sleep(ms, signal);
  const { path, lytics } = listening;
  const world = { sleep, signal: over.signal };
  void identity.connection?.deliverTo?.(`${origin}${path}`, { ...world, onState });
  if (lytics === null) return;
  const { header } = lytics;
  const headers = header === null ? {} : { [header.name]: header.value.reveal() };
  void identity.connection?.deliverJobsTo?.(`${origin}${lytics.path}`, { ...world, headers });
}
