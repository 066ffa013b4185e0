import type { Host } from "../../../host.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { archiveOfProfile, type ProfileArchive } from "../../../engine/archive/of-profile.ts";
import { openToRead } from "../../../engine/archive/open.ts";
import { hasArchive } from "../../../engine/archive/place.ts";
import { countJobs } from "../../../engine/archive/jobs.ts";
import { readStatus, type ArchiveStatus } from "../../../engine/archive/status.ts";
import { count, number } from "../../terminal/reporter.ts";
import { failed, ok, warning, type Finding } from "./finding.ts";
import { tryTo } from "./try-to.ts";

const soonMs = 24 * 3_600_000;

/** The profile's archive: whether it can be opened, what it has, and whether its place in the journal is still there. */
export async function lookAtArchive(profile: string, host: Host): Promise<Finding> {
  const outcome = await tryTo(async () => {
    const own = await archiveOfProfile(profile, host);
    if (own.place.kind === "builtIn") return ok("archive", "built in: a month, made when it is asked for");
    const opened = (await hasArchive(own.place)) ? await openToRead(own.place, own.journalName, host) : null;
    if (opened === null) return ok("archive", "none: what the journal forgets after seven days is gone");
    const { database, journal } = opened;
    try {
      const { jobs } = await countJobs(database, own.accountName);
      return findingOf(await readStatus(database, journal), own, { place: database.place, now: host.now(), jobs });
    } finally {
      await database.close();
    }
  });
  return "error" in outcome ? failed("archive", outcome.error) : outcome.value;
}

interface At {
  readonly place: string;
  /** Events of Lytics. */
  readonly jobs: number;
  readonly now: number;
}

function findingOf(
  { coverage, runs, cursors }: ArchiveStatus,
  { profile }: ProfileArchive,
  { place, now, jobs }: At,
): Finding {
  const { complete, gaps } = coverage;
  const flag = profileFlag(profile);
  const readUntil = Math.max(...cursors.map(({ cursor }) => cursor.readUntil));
  const facts = { place, runs, jobs, gaps: gaps.length, readUntil: cursors.length === 0 ? null : iso(readUntil) };
  const from = complete[0]?.from.at ?? null;
  const since = from === null ? "nothing complete" : `from ${iso(from)} to ${iso(complete.at(-1)?.to.at ?? from)}`;
  const holes = gaps.length === 0 ? "" : `, with ${count(gaps.length, "gap")} (flowrun archive status${flag})`;
  const events = jobs === 0 ? "" : `; ${count(jobs, "event")} of Lytics`;
  const text = `${place}: ${number(runs)} notifications, ${since}${holes}${events}`;
  if (cursors.length === 0) return ok("archive", `${text}; no journal was read into it yet`, facts);
  const expiresAt = readUntil + retentionMs;
  if (expiresAt <= now) {
    const remedy = `take what is still there: flowrun archive sync --on-expired oldest${flag}`;
    return warning("archive", `${text}; its place may have expired on ${iso(expiresAt)}`, remedy, facts);
  }
  if (expiresAt - now > soonMs) return ok("archive", text, facts);
  return warning(
    "archive",
    `${text}; its place expires soon, on ${iso(expiresAt)}`,
    `flowrun archive sync${flag}`,
    facts,
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
