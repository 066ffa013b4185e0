import { isObject, textOf } from "../../json.ts";
import { unwrap } from "../../runs/events/unwrap.ts";
import { headerId } from "./deliverable.ts";
import type { ReplayEvent } from "./replay-event.ts";

/**
 * The ids that a line of somebody's own list names: a record that flowrun printed, an event as delivered, an object with an
 * id, a list of any of these, or an id alone, with quotes or without. Of a record with an event id that one alone counts, as
 * other notifications of its run may be missing.
 * @returns `null` for a line that looks like JSON, and is none.
 * Pure.
 */
export function idsInLine(line: string): readonly string[] | null {
  const text = line.trim().replace(/,$/, "");
  if (text === "" || text === "[" || text === "]") return [];
  if (!/^[[{"]/.test(text)) return [text];
  const value = parseJson(text);
  return value === undefined ? null : idsIn(value);
}

/** Whether somebody has an event already: by its id, or by those of each of its runs that were asked for. Pure. */
export function isHadAlready({ id, runs }: ReplayEvent, known: ReadonlySet<string>): boolean {
  const has = (text: string | null): boolean => text !== null && known.has(text);
  return has(id) || runs.every(({ runId, eventId }) => has(eventId) || has(runId));
}

function idsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [value.trim()];
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (!isObject(value)) return [];
  const own = textOf(value["eventId"]) ?? textOf(value["runId"]);
  if (own !== null) return [own];
  const events = unwrap(value).flatMap(({ eventId }) => (eventId === null ? [] : [headerId(eventId)]));
  const id = textOf(value["id"]);
  return events.length > 0 || id === null ? events : [id];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
