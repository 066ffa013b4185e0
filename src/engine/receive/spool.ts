import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";
import { FlowrunError, reasonOf } from "../../errors.ts";
import type { World } from "../../host.ts";
import { isObject, parseObject } from "../../json.ts";
import type { Notify } from "../../notices.ts";
import { eventIn } from "../../lytics/event-in.ts";
import { isDeeperThan } from "../../runs/events/depth.ts";
import { createSeen } from "../../runs/events/seen.ts";
import {
  besideSpool,
  comparePlaces,
  namesBesideSpool,
  openSpoolFiles,
  type SpoolEntry,
  type SpoolFiles,
  type SpoolFolder,
  type SpoolPlace,
} from "../../state/spool-files.ts";
import { createArrivals, type Arrivals } from "../arrivals.ts";
import { writeFingerprint } from "../../text/fingerprint.ts";
import type { Inbox } from "./inbox.ts";
import { spoolKeys, type SpoolKeys } from "./spool-keys.ts";

/** By which way events came: delivered by Adobe, read from its journal, or delivered by Lytics. */
export type SpoolWay = "webhook" | "journal" | "lytics";

/** A delivery, or a page's events that only the journal had, as it lies in the spool. */
export interface SpooledEvents {
  readonly via: SpoolWay;
  /** When it came, epoch milliseconds. */
  readonly at: number;
  readonly delivery: WebhookDelivery;
  /** Which of the body's events had not come before, by their index. */
  readonly fresh: readonly number[];
  /** Where each of the body's events stands in the journal; `null` for what did not come from there. */
  readonly positions: readonly string[] | null;
  readonly before: SpoolPlace;
  readonly after: SpoolPlace;
}

/** An event of the journal, and where it stands. */
export interface JournalEntry {
  readonly position: string;
  readonly event: unknown;
}

/**
 * Events that were received and are still to be handed on: what was acknowledged is here, each event once, until everybody
 * has had it. It remembers the keys of what it let go, so that an event that is sent again is known.
 */
export interface Spool extends Inbox {
  /** Tells this spool from others. */
  readonly id: string;
  /** Where events of Lytics are put, each once as Adobe's are; of their delivery nothing but the body is kept. */
  readonly lytics: Inbox;
  /** Puts down what the journal had, as the events that are not there already. @returns how many these are. */
  putRecovered(entries: readonly JournalEntry[]): Promise<number>;
  read(from: SpoolPlace): Promise<readonly SpooledEvents[]>;
  end(): SpoolPlace;
  /** News of what comes. */
  readonly arrivals: Arrivals;
  /** The place that was saved for a reader; `null` for one that is new. */
  placeOf(reader: string): SpoolPlace | null;
  /**
   * Saves how far readers have come; what all are past is let go.
   * @throws FlowrunError `state` where the disk fails.
   */
  move(places: Readonly<Record<string, SpoolPlace>>): Promise<void>;
  /** Names those that read from now on: nobody else is waited for, nor is anybody else's place kept. */
  readBy(readers: readonly string[]): void;
  /** A reader that is given up: it is not waited for any more, and its place stays. */
  giveUp(reader: string): void;
  /** The readers whose places were saved. */
  readers(): readonly string[];
  /** The place before all that is kept. */
  start(): SpoolPlace;
  /** Why nothing more can be taken at the moment; `null` where it can. */
  trouble(): string | null;
  /** Events that not everybody has had, and how long they are. */
  backlog(): { readonly events: number; readonly bytes: number };
  close(): Promise<void>;
}

/** The most that waits: more is not taken, and Adobe sends it again. A delivery with more events finds room at no time. */
export const mostWaiting = { events: 10_000, bytes: 64 * 2 ** 20 };

/** A webhook is not later than that, or it is not late but sent again. */
const lateMs = 3_600_000;

/** The keys that are remembered: of a day in which not more come, and of so many in any case; an event has two. */
const keysRemembered = 2_000_000;
/** No known event has more than twenty; beyond a few thousand JSON cannot be written. */
const deepest = 500;

const keptKeys = { ms: 24 * 3_600_000, atLeast: 400_000 };

/** The folder of a spool, and the world around it. */
export interface SpoolMeans {
  readonly folder: SpoolFolder;
  readonly host: Pick<World, "now" | "random">;
  readonly notify: Notify;
  /** Told of events that the journal had brought and the webhook brings after all: it had been late, and missed nothing. */
  readonly onLate?: (events: number) => void;
}

/** Opens a spool. Whoever opens it holds its lock. @throws FlowrunError `state` where its disk fails. */
export async function openSpool({ folder, host, notify, onLate = () => undefined }: SpoolMeans): Promise<Spool> {
  const files = await openSpoolFiles(folder, (path) => {
    notify({
      kind: "warning",
      text: `${path} is damaged, and what cannot be read in it is passed by; the journal has what came from Adobe for seven days: flowrun since -P7D`,
    });
  }).catch((error: unknown) => {
    throw diskFailure(folder, error);
  });
  const saved = await readSaved(folder, () => writeFingerprint(`${host.now()} ${host.random()}`));
  const known = createSeen(keysRemembered);
  // A place behind the end is of files that somebody took away.
  const places = new Map([...saved.places].map(([reader, place]) => [reader, earlier(place, files.end())]));
  let readers: readonly string[] = [...places.keys()];
  /** Keys of what the journal had first, for as long as the webhook may still be on its way. */
  const early = new Map<string, number>();
  /** Of what is on its way to the disk. */
  const underway = new Map<string, Promise<unknown>>();
  const arrivals = createArrivals();
  /** Told of room that was made. */
  const room = createArrivals();
  /** Why the disk took nothing the last time. */
  let unwell: string | null = null;
  let saving: Promise<unknown> = Promise.resolve();
  /** Those that the hindmost reader has still to come to, in order. */
  const waiting: { readonly after: SpoolPlace; readonly events: number; readonly bytes: number }[] = [];
  const backlog = { events: 0, bytes: 0 };

  const count = (after: SpoolPlace, events: number, bytes: number): void => {
    waiting.push({ after, events, bytes });
    backlog.events += events;
    backlog.bytes += bytes;
  };
  const put = async (
    { via, positions = null }: Pick<SpooledEvents, "via"> & Partial<Pick<SpooledEvents, "positions">>,
    delivery: WebhookDelivery,
    events: readonly unknown[],
  ): Promise<number | "full"> => {
    const keys = events.map((event) => (via === "lytics" ? lyticsKeys(event) : spoolKeys(event, via, host.now())));
    // A batch may hold an event twice, as it may come twice at the same time.
    const here = new Set<string>();
    const isHere = (key: string): boolean => known.has(key) || underway.has(key) || here.has(key);
    const isFresh = keys.map(({ own, same }) => {
      const isKnown = same.some((those) => those.every(isHere));
      for (const key of own) here.add(key);
      return !isKnown;
    });
    const fresh = isFresh.flatMap((is, index) => (is ? [index] : []));
    // All of a delivery is safe before it is acknowledged, whoever has brought a part of it.
    const others = keys.flatMap(({ same }, index) =>
      isFresh[index] === true ? [] : same.flat().flatMap((key) => underway.get(key) ?? []),
    );
    const untilOthers = async (): Promise<void> => {
      await Promise.all(others).catch((error: unknown) => {
        throw diskFailure(folder, error);
      });
    };
    if (via === "webhook") tellLate(keys);
    if (fresh.length === 0) {
      await untilOthers();
      return 0;
    }
    // Where nothing waits any length fits, or what is longer than all that may wait would never be taken.
    const isFull =
      backlog.events + fresh.length > mostWaiting.events || backlog.bytes + delivery.body.length > mostWaiting.bytes;
    if (isFull && backlog.events > 0) return "full";
    const own = fresh.flatMap((index) => keys[index]?.own ?? []);
    const entry = writeEntry(
      { via, at: host.now(), headers: delivery.headers, fresh, positions, keys: own },
      delivery.body,
    );
    const done = files.append(entry);
    for (const key of own) underway.set(key, done);
    // Counted before it is there, so that many at once do not pass the bound together.
    backlog.events += fresh.length;
    backlog.bytes += entry.length;
    try {
      const after = await done;
      waiting.push({ after, events: fresh.length, bytes: entry.length });
      for (const key of own) known.add(key);
      if (via === "journal") for (const key of own) early.set(key, host.now());
      arrivals.tell();
      unwell = null;
    } catch (error) {
      backlog.events -= fresh.length;
      backlog.bytes -= entry.length;
      unwell = reasonOf(error);
      throw diskFailure(folder, error);
    } finally {
      for (const key of own) if (underway.get(key) === done) underway.delete(key);
    }
    await untilOthers();
    return fresh.length;
  };
  const tellLate = (keys: readonly SpoolKeys[]): void => {
    const latest = host.now() - lateMs;
    for (const [key, at] of early) if (at < latest) early.delete(key);
    const late = keys.filter(({ same }) => same.flat().filter((key) => early.delete(key)).length > 0);
    if (late.length > 0) onLate(late.length);
  };
  const hindmost = (): SpoolPlace => {
    const own = readers.flatMap((reader) => places.get(reader) ?? []);
    return own.length < readers.length ? files.start() : own.reduce(earlier, files.end());
  };
  const letGo = async (): Promise<void> => {
    const before = hindmost();
    const left = waiting.findIndex(({ after }) => comparePlaces(after, before) > 0);
    for (const { events, bytes } of waiting.splice(0, left === -1 ? waiting.length : left)) {
      backlog.events -= events;
      backlog.bytes -= bytes;
    }
    await files.release(before, (file) => keepKeys(folder, file, files, host.now()));
  };

  const save = async (): Promise<void> => {
    try {
      await besideSpool(folder, placesName).write(writeSaved(saved.id, places));
      await letGo();
    } catch (error) {
      unwell = reasonOf(error);
      throw diskFailure(folder, error);
    }
    room.tell();
  };

  await recallKeys(folder, host.now(), (key) => known.add(key));
  for await (const { head, after, bytes } of entriesOf(files)) {
    for (const key of head.keys) known.add(key);
    if (comparePlaces(after, hindmost()) > 0) count(after, head.fresh.length, bytes.length);
  }

  return {
    id: saved.id,
    put: (delivery, events) => put({ via: "webhook" }, delivery, events),
    lytics: {
      // Its headers hold what lets in.
      put: ({ body }, events) => put({ via: "lytics" }, { headers: {}, body }, events),
    },
    putRecovered: async (entries) => {
      const whole = entries.filter(({ event }) => !isDeeperThan(event, deepest));
      if (whole.length < entries.length) {
        const text = `${entries.length - whole.length} of the journal's events are nested more than ${deepest} levels deep, and passed by`;
        notify({ kind: "warning", text });
      }
      const events = whole.map(({ event }) => event);
      const positions = whole.map(({ position }) => position);
      const body = new TextEncoder().encode(JSON.stringify(events));
      for (;;) {
        const made = room.next();
        const fresh = await put({ via: "journal", positions }, { headers: {}, body }, events);
        if (fresh !== "full") return fresh;
        if (!(await made)) throw new FlowrunError("aborted", "the spool is closed");
      }
    },
    read: async (from) => (await files.read(from)).map(readEntry),
    end: () => files.end(),
    arrivals,
    placeOf: (reader) => places.get(reader) ?? null,
    readBy: (names) => {
      readers = names;
      for (const reader of [...places.keys()]) if (!names.includes(reader)) places.delete(reader);
    },
    giveUp: (reader) => {
      readers = readers.filter((one) => one !== reader);
      saving = saving.then(save, save);
      saving.catch(() => undefined);
    },
    readers: () => [...places.keys()],
    start: () => files.start(),
    trouble: () => {
      const isFull = backlog.events >= mostWaiting.events || backlog.bytes >= mostWaiting.bytes;
      return isFull ? "more is waiting to be handed on than may wait" : unwell;
    },
    move: (moved) => {
      for (const [reader, place] of Object.entries(moved)) places.set(reader, place);
      const mine = saving.then(save, save);
      saving = mine;
      return mine;
    },
    backlog: () => backlog,
    close: async () => {
      arrivals.end();
      room.end();
      await saving.catch(() => undefined);
      await files.close();
    },
  };
}

/** The one key of an event of Lytics: no event of Adobe's has the same. */
function lyticsKeys(item: unknown): SpoolKeys {
  const keys = [writeFingerprint(`\tlytics ${eventIn(item, null).key}`)];
  return { own: keys, same: [keys] };
}

/** The beginning of an entry, before its body: the keys are those of its fresh events. */
interface Head extends Pick<SpooledEvents, "via" | "at" | "fresh" | "positions"> {
  readonly headers: WebhookDelivery["headers"];
  readonly keys: readonly string[];
}

function writeEntry(head: Head, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

function splitEntry(bytes: Uint8Array): { readonly head: Head; readonly body: Uint8Array } | null {
  const end = bytes.indexOf(0x0a);
  const value = parseObject(new TextDecoder().decode(bytes.subarray(0, Math.max(0, end))));
  const { via, at, headers, fresh, keys, positions = null } = value ?? {};
  if (via !== "webhook" && via !== "journal" && via !== "lytics") return null;
  if (typeof at !== "number" || !isObject(headers) || !isList(fresh, isNumber) || !isList(keys, isText)) return null;
  if (positions !== null && !isList(positions, isText)) return null;
  const texts = Object.entries(headers).flatMap(([name, text]) => (isText(text) ? [[name, text] as const] : []));
  return {
    head: { via, at, headers: Object.fromEntries(texts), fresh, positions, keys },
    body: bytes.subarray(end + 1),
  };
}

/** One that cannot be read has no events. */
function readEntry({ bytes, before, after }: SpoolEntry): SpooledEvents {
  const entry = splitEntry(bytes);
  if (entry === null) {
    const delivery = { headers: {}, body: new Uint8Array() };
    return { via: "webhook", at: 0, delivery, fresh: [], positions: null, before, after };
  }
  const { via, at, headers, fresh, positions } = entry.head;
  return { via, at, delivery: { headers, body: entry.body }, fresh, positions, before, after };
}

async function* entriesOf(files: SpoolFiles) {
  for (let from = files.start(); ;) {
    const entries = await files.read(from);
    const last = entries.at(-1);
    if (last === undefined) return;
    for (const { bytes, after } of entries) {
      const entry = splitEntry(bytes);
      if (entry !== null) yield { head: entry.head, bytes, after };
    }
    from = last.after;
  }
}

function isList<T>(value: unknown, fits: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(fits);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function earlier(one: SpoolPlace, other: SpoolPlace): SpoolPlace {
  return comparePlaces(one, other) <= 0 ? one : other;
}

const placesName = "places.json";

interface Saved {
  readonly id: string;
  readonly places: ReadonlyMap<string, SpoolPlace>;
}

/** A place as text: `3:4711`, or `3:4711+2` behind two events of what stands there. Pure. */
export function writePlace({ file, offset, parts = 0 }: SpoolPlace): string {
  return `${file}:${offset}${parts === 0 ? "" : `+${parts}`}`;
}

/** `null` for what is no place. Pure. */
export function readPlace(text: unknown): SpoolPlace | null {
  const found = typeof text === "string" ? /^(\d{1,15}):(\d{1,15})(?:\+(\d{1,9}))?$/.exec(text) : null;
  const [, file, offset, parts] = found ?? [];
  if (file === undefined || offset === undefined) return null;
  return { file: Number(file), offset: Number(offset), ...(parts === undefined ? {} : { parts: Number(parts) }) };
}

function writeSaved(id: string, places: ReadonlyMap<string, SpoolPlace>): string {
  const texts = [...places].map(([reader, place]) => [reader, writePlace(place)] as const);
  return `${JSON.stringify({ spool: id, places: Object.fromEntries(texts) })}\n`;
}

/** @throws FlowrunError `settings` for a file that says nothing: without it nobody knows what was handed on. */
async function readSaved(folder: SpoolFolder, makeId: () => string): Promise<Saved> {
  const file = besideSpool(folder, placesName);
  const text = await file.read().catch((error: unknown) => {
    throw diskFailure(folder, error);
  });
  if (text === null) {
    const id = makeId();
    await file.write(writeSaved(id, new Map())).catch((error: unknown) => {
      throw diskFailure(folder, error);
    });
    return { id, places: new Map() };
  }
  const value = parseObject(text);
  const [spool, places] = [value?.["spool"], value?.["places"]];
  if (typeof spool !== "string" || !isObject(places)) {
    throw new FlowrunError("settings", `${file.path} is damaged`, {
      why: "it says how far each destination has had what was received, and cannot be read",
      hint: `to have all that is still there delivered again: rm ${file.path}`,
    });
  }
  const found = Object.entries(places).flatMap(([reader, told]: readonly [string, unknown]) => {
    const place = readPlace(told);
    return place === null ? [] : [[reader, place] as const];
  });
  return { id: spool, places: new Map(found) };
}

const keysEnding = ".keys";

/** Files that are let go, between two looks at whose keys nobody needs any more. */
const filesBetween = 64;

/** The keys of a file that is let go, in one of a hundredth of its length. */
async function keepKeys(folder: SpoolFolder, file: number, files: SpoolFiles, now: number): Promise<void> {
  const keys: string[] = [];
  for (let from: SpoolPlace = { file, offset: 0 }; ;) {
    const entries = (await files.read(from)).filter(({ after }) => after.file === file);
    for (const { bytes } of entries) keys.push(...(splitEntry(bytes)?.head.keys ?? []));
    const last = entries.at(-1);
    if (last === undefined) break;
    from = last.after;
  }
  await besideSpool(folder, `${String(file).padStart(8, "0")}${keysEnding}`).write([now, ...keys, ""].join("\n"));
  if (file % filesBetween === 0) await recallKeys(folder, now, () => undefined);
}

/** Remembers the keys of files that were let go, the oldest first, and forgets those that nobody needs any more. */
async function recallKeys(folder: SpoolFolder, now: number, remember: (key: string) => void): Promise<void> {
  const names = await namesBesideSpool(folder, keysEnding);
  let younger = 0;
  const needed: (readonly string[])[] = [];
  for (const name of [...names].reverse()) {
    const file = besideSpool(folder, name);
    const [at = "", ...keys] = ((await file.read()) ?? "").trimEnd().split("\n");
    if (now - Number(at) > keptKeys.ms && younger >= keptKeys.atLeast) await file.remove();
    else needed.push(keys);
    younger += keys.length;
  }
  for (const keys of needed.reverse()) keys.forEach(remember);
}

function diskFailure({ home, below }: SpoolFolder, error: unknown): FlowrunError {
  if (error instanceof FlowrunError) return error;
  return new FlowrunError("state", `what is received cannot be kept in ${[home, ...below].join("/")}`, {
    why: reasonOf(error),
    hint: `make room there, or choose another folder with FLOWRUN_HOME; until then whoever delivers is asked to come again`,
    cause: error,
  });
}
