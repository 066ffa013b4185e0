import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { archiveOfProfile, type ProfileArchive } from "../../../engine/archive/of-profile.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { hasArchive } from "../../../engine/archive/place.ts";
import type { Coverage } from "../../../engine/archive/coverage.ts";
import type { CodeHistory } from "../../../engine/archive/history.ts";
import { unreadableWords } from "../reading/session-archive.ts";

/** The histories of codes in an archive. */
export interface CodeHistories {
  /** By code, as it was asked for; `null` for one that was never met. */
  readonly of: ReadonlyMap<string, CodeHistory | null>;
  /** Where the archive is, for people to read. */
  readonly place: string;
  readonly coverage: Coverage;
}

/**
 * The history of codes in the profile's archive, without asking Adobe anything; `null` where there is none, and after a
 * warning where it cannot be read.
 */
export async function readCodeHistories(
  codes: readonly string[],
  flags: ProfileNamed,
  host: Host,
): Promise<CodeHistories | null> {
  const own = await findOwn(flags, host);
  if (own === null || !(await hasArchive(own.place))) return null;
  try {
    return await readFrom(own, codes, host);
  } catch (error) {
    if (!(error instanceof FlowrunError) || error.kind === "bug") throw error;
    await warn(unreadableWords(error, "the codes are explained without their history"), flags, host);
    return null;
  }
}

/** The profile that the user named, if any, and whether warnings are wanted. */
export interface ProfileNamed {
  readonly profile?: string;
  readonly quiet?: boolean;
}

/** Codes are explained to whoever has no profile, too; one that was named and is not there is told of. */
async function findOwn(flags: ProfileNamed, host: Host): Promise<ProfileArchive | null> {
  try {
    return await archiveOfProfile(flags.profile, host);
  } catch (error) {
    if (!(error instanceof FlowrunError) || error.kind !== "settings") throw error;
    if (flags.profile !== undefined) await warn(error.message, flags, host);
    return null;
  }
}

async function warn(text: string, { quiet = false, profile }: ProfileNamed, host: Host): Promise<void> {
  const { createReporter } = await import("../../terminal/reporter.ts");
  createReporter(host, { quiet, verbose: 0, live: false, profile }).notify({ kind: "warning", text });
}

async function readFrom(
  { place, journalName }: ProfileArchive,
  codes: readonly string[],
  host: Host,
): Promise<CodeHistories | null> {
  const { openToRead } = await import("../../../engine/archive/open.ts");
  const archive = await openToRead(place, journalName, host);
  if (archive === null) return null;
  try {
    return await historiesIn(archive, codes, host.now());
  } finally {
    await archive.database.close();
  }
}

async function historiesIn(
  { database, journal }: Archive,
  codes: readonly string[],
  now: number,
): Promise<CodeHistories> {
  const [{ readCodeHistory }, { readChains }, { coverageOf }] = await Promise.all([
    import("../../../engine/archive/history.ts"),
    import("../../../engine/archive/cursors.ts"),
    import("../../../engine/archive/coverage.ts"),
  ]);
  const of = new Map<string, CodeHistory | null>();
  for (const code of new Set(codes)) of.set(code, await readCodeHistory(database, journal, code, now));
  return { of, place: database.place, coverage: coverageOf(await readChains(database, journal)) };
}
