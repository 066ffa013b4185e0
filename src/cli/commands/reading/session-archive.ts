import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import type { Span } from "../../../engine/archive/coverage.ts";
import { archiveOfConnection, archiveOfProfile, type ProfileArchive } from "../../../engine/archive/of-profile.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { addsTo, hasArchive } from "../../../engine/archive/place.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";

/** The archive of a profile, which is opened when it is first asked for, and closed at the end. */
export interface SessionArchive {
  /**
   * @param window where the window begins that it is to add to; `oldest` for all there is.
   * @returns `null` where the profile has none, or it adds nothing. @throws FlowrunError where it cannot be read.
   */
  readonly open: (window: JournalStart) => Promise<Archive | null>;
  readonly close: () => Promise<void>;
}

/** The archive of a connection's profile; no file of it is looked at before it is asked for. */
export function archiveOf(connection: Connection, host: Host): SessionArchive {
  return lazily(
    () => archiveOfConnection(connection, host),
    (own) => openFor(own, host),
    addsTo,
  );
}

/** The archive of a profile without its journal. */
export async function archiveAlone(
  flag: string | undefined,
  host: Host,
): Promise<SessionArchive & { readonly profile: string }> {
  const own = await archiveOfProfile(flag, host);
  const { profile } = own;
  const open = async (): Promise<Archive> => {
    const archive = await openFor(own, host);
    if (archive !== null) return archive;
    throw noArchive(own);
  };
  return {
    ...lazily(
      () => Promise.resolve(own),
      open,
      () => true,
    ),
    profile,
  };
}

/** The failure where a profile has no archive. Pure. */
export function noArchive({ profile, place }: Pick<ProfileArchive, "profile" | "place">): FlowrunError {
  return new FlowrunError("settings", `the profile '${profile}' has no archive`, {
    why: place.isSet ? "there is none yet where its settings say" : "none is set, and there is none in its usual place",
    hint: `make one: flowrun archive sync${profileFlag(profile)}`,
  });
}

async function openFor({ place, journalName }: ProfileArchive, host: Host): Promise<Archive | null> {
  if (!(await hasArchive(place))) return null;
  const { openToRead } = await import("../../../engine/archive/open.ts");
  return openToRead(place, journalName, host);
}

function lazily(
  find: () => Promise<ProfileArchive>,
  open: (own: ProfileArchive) => Promise<Archive | null>,
  adds: typeof addsTo,
): SessionArchive {
  let found: Promise<ProfileArchive> | null = null;
  let opened: Promise<Archive | null> | null = null;
  let opening = 0;
  return {
    open: async (window) => {
      const own = await (found ??= find());
      if (!adds(own.place, window)) return null;
      opening += 1;
      try {
        return await (opened ??= open(own));
      } finally {
        opening -= 1;
      }
    },
    close: async () => {
      const closed = opened?.then(
        (archive) => archive?.database.close(),
        () => undefined,
      );
      // One that nobody waited for is not waited for at the end either.
      if (opening === 0) await closed;
    },
  };
}

/** A part of the window that neither archive nor journal has, as a warning tells it. */
export function missingWords({ from, to }: Span): string {
  return `nobody has what was recorded from ${iso(from)} to ${iso(to)}: runs may be missing`;
}

/** @throws never: the failure that `--strict` makes of missing parts; `null` where nothing is missing. Pure. */
export function strictFailure(missing: readonly Span[]): FlowrunError | null {
  const [first] = missing;
  if (first === undefined) return null;
  const more = missing.length === 1 ? "" : ` and ${String(missing.length - 1)} more`;
  return new FlowrunError("gap", "a part of the window is missing", {
    why: `nobody has what was recorded from ${iso(first.from)} to ${iso(first.to)}${more}`,
    hint: "see what there is: flowrun archive status; leave --strict out to take it as it is",
  });
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : "the beginning";
}

/** Opens an archive, or tells by a warning how whoever asks goes on without it. */
export type SoftArchive = (goingOn: string, window: JournalStart) => Promise<Archive | null>;

/** Opens an archive for who can go on without it: one that cannot be read is told of by a warning, once. */
export function softly(open: SessionArchive["open"], notify: Notify): SoftArchive {
  let isTold = false;
  return async (goingOn, window) => {
    try {
      return await open(window);
    } catch (error) {
      if (!(error instanceof FlowrunError) || error.kind === "bug") throw error;
      if (!isTold) notify({ kind: "warning", text: unreadableWords(error, goingOn) });
      isTold = true;
      return null;
    }
  };
}

/** An archive that cannot be read, and how a command goes on, as a warning tells it. Pure. */
export function unreadableWords({ message, why }: FlowrunError, goingOn: string): string {
  return `the archive cannot be read (${message}${why === null ? "" : `: ${why}`}); ${goingOn}`;
}
