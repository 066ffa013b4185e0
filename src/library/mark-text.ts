import { isAllowedNext } from "../adobe/journal/cursor.ts";
import type { Resumption } from "../engine/sinks/sink.ts";
import { FlowrunError } from "../errors.ts";
import { parseObject, textOf } from "../json.ts";
import { writeFingerprint } from "../text/fingerprint.ts";

/** How far a reading got. */
export interface SavedMark extends Omit<Resumption, "next"> {
  /** Which journal: its URL, or `demo:`. */
  readonly journal: string;
  /** The next question, as it is kept in a cursor; or all that was recorded from an instant on, epoch milliseconds. */
  readonly next: string | number;
}

/** The mark as a text of letters, digits, `-`, `_` and dots. Pure. */
export function writeMark({ journal, next, readUntil, movedAt, keys }: SavedMark): string {
  const json = JSON.stringify({ journal, next, readUntil, movedAt, keys });
  return [version, Buffer.from(json).toString("base64url"), writeFingerprint(json)].join(".");
}

/**
 * The mark that a text holds.
 * @param journal the name of the journal that is read.
 * @throws FlowrunError `usage` for a text that is none, or is damaged; `settings` for a mark of another journal. Pure.
 */
export function readMark(text: string, journal: string): SavedMark {
  const mark = decodeMark(text);
  if (mark.journal !== journal) {
    throw new FlowrunError("settings", "the mark belongs to another journal", {
      why: `it was made for ${mark.journal}, and this reading is of ${journal}; a place in one means nothing in the other`,
      hint: 'give the profile or the settings that it was made with, or start over: since: "oldest"',
    });
  }
  // A text may have been made by anybody, and the token goes where it says.
  if (typeof mark.next === "string" && !isAllowedNext(mark.next, journal))
    throw damaged("it names a place outside its journal");
  return mark;
}

const version = "1";

function decodeMark(text: string): SavedMark {
  const [told, body = "", print, ...rest] = text.split(".");
  if (told !== version && /^\d+$/.test(told ?? "")) {
    throw new FlowrunError("usage", "the mark was made by another version of flowrun", {
      why: `it is of the form ${told ?? ""}, and this version reads ${version}`,
      hint: "use the version that made it, or a newer one",
    });
  }
  const json = Buffer.from(body, "base64url").toString();
  if (told !== version || rest.length > 0 || print !== writeFingerprint(json))
    throw damaged("it is cut off, or was changed");
  const fields = parseObject(json);
  const journal = textOf(fields?.["journal"]);
  const { next, readUntil, movedAt, keys } = fields ?? {};
  if (
    journal === null ||
    !(typeof next === "string" || isTime(next)) ||
    !isTime(readUntil) ||
    !isTime(movedAt) ||
    !isTexts(keys)
  ) {
    throw damaged("something is missing in it");
  }
  return { journal, next, readUntil, movedAt, keys };
}

function damaged(why: string): FlowrunError {
  return new FlowrunError("usage", "the mark cannot be read", {
    why,
    hint: 'give what mark() returned, as it was; or start over: since: "oldest"',
  });
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) < 8e15;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
