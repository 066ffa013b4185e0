import type { Cursor } from "../../../adobe/journal/cursor.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { isInLytics } from "../../../engine/sources/lytics.ts";
import { listCursors, openCursorFile } from "../../../state/cursor-files.ts";
import { failed, ok, warning, type Finding } from "./finding.ts";
import { tryTo } from "./try-to.ts";

/** Whose cursors are looked at, where they are kept, and the present. */
export interface CursorsAt {
  readonly stateFolder: string;
  readonly profile: string;
  /** The name of the profile's journal in a cursor; `null` where it is not known. */
  readonly journalName: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** One finding for each of the profile's cursors: how far it has read, and when its place will expire. */
export async function checkCursors(at: CursorsAt): Promise<readonly Finding[]> {
  const { stateFolder, profile } = at;
  const listed = await tryTo(() => listCursors(stateFolder, profile));
  if ("error" in listed) return [failed("cursor", listed.error)];
  const names = listed.value;
  if (names.length === 0) return [ok("cursor", `none is saved for profile '${profile}'`)];
  return Promise.all(names.map((name) => checkCursor(name, at)));
}

async function checkCursor(name: string, at: CursorsAt): Promise<Finding> {
  const { stateFolder, profile } = at;
  const outcome = await tryTo(async () => {
    const cursor = await openCursorFile({ stateFolder, profile, name }).find();
    // Deleted while we looked.
    return cursor === null ? ok("cursor", `'${name}' is gone`, { name }) : findingOfCursor(name, cursor, at);
  });
  return "error" in outcome ? failed("cursor", outcome.error, { name }) : outcome.value;
}

const soonMs = 24 * 3_600_000;

function findingOfCursor(
  name: string,
  { journal, next, readUntil }: Cursor,
  { profile, journalName, now }: CursorsAt,
): Finding {
  // Its place does not expire, and another account's is told by whoever reads on from it.
  if (isInLytics(next)) {
    const text = `'${name}' has read the events of Lytics until ${iso(readUntil)}`;
    return ok("cursor", text, { name, readUntil: iso(readUntil), expiresAt: null });
  }
  const expiresAt = readUntil + retentionMs;
  const facts = { name, readUntil: iso(readUntil), expiresAt: iso(expiresAt) };
  const option = `--cursor ${name} --profile ${profile}`;
  if (journalName !== null && journal !== journalName) {
    const remedy = `start it over: flowrun cursor set ${name} oldest --profile ${profile}`;
    return warning("cursor", `'${name}' belongs to another journal, ${journal}`, remedy, facts);
  }
  const text = `'${name}' has read until ${iso(readUntil)}`;
  if (expiresAt <= now) {
    const remedy = `take what is still there: flowrun since last --on-expired oldest ${option}`;
    return warning("cursor", `${text} and may have expired on ${iso(expiresAt)}: events may be missing`, remedy, facts);
  }
  if (expiresAt - now > soonMs) return ok("cursor", `${text} and expires on ${iso(expiresAt)}`, facts);
  return warning(
    "cursor",
    `${text} and expires soon, on ${iso(expiresAt)}`,
    `read on: flowrun since last ${option}`,
    facts,
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
