import type { Env, ProfileValues } from "../../adobe/settings/keys.ts";
import { findArchivePlace } from "../../adobe/access/archive-place.ts";
import { demoProfile } from "../../adobe/access/chosen-profile.ts";
import { isOlderThanKept, type Start } from "../../adobe/journal/when.ts";
import { archiveFile, hasArchiveFile } from "../../state/archive-file.ts";

/** Where a profile's archive is, or would be. */
export type ArchivePlace =
  | { readonly kind: "embedded"; readonly path: string; readonly isSet: boolean }
  | { readonly kind: "postgres"; readonly url: string; readonly isSet: true }
  /** The demo's own, which is made whenever it is opened. */
  | { readonly kind: "builtIn"; readonly isSet: false };

/** The settings that say where a profile's archive is. */
export interface ArchiveWords {
  readonly profile: string;
  readonly env: Env;
  readonly saved: ProfileValues;
  /** The folder of what outlives a run. */
  readonly stateFolder: string;
}

/** The place that the settings name, or else a file among the profile's own, or the demo's built in. @throws FlowrunError `settings`. */
export function archivePlace({ profile, env, saved, stateFolder }: ArchiveWords): ArchivePlace {
  const named = findArchivePlace(env, saved);
  if (named === null && profile === demoProfile) return { kind: "builtIn", isSet: false };
  if (named === null) return { kind: "embedded", path: archiveFile(stateFolder, profile), isSet: false };
  if (/^postgres(?:ql)?:/i.test(named.address)) return { kind: "postgres", url: named.address, isSet: true };
  return { kind: "embedded", path: named.address, isSet: true };
}

/** Whether a profile has an archive: one that is set or built in, or a file in its usual place. */
export async function hasArchive(place: ArchivePlace): Promise<boolean> {
  return place.isSet || place.kind === "builtIn" || hasArchiveFile(place.path);
}

/**
 * Whether an archive adds to what the journal has of a window. One that is built in takes its time to be made, and has nothing
 * of what the journal still keeps that this has not; any other may have what the journal was not asked for yet. Pure.
 */
export function addsTo(place: ArchivePlace, window: Start): boolean {
  return place.kind !== "builtIn" || window.kind === "oldest" || (window.kind === "time" && isOlderThanKept(window));
}

/** The place that an address of `--to` means: the one of its URL, or, without one, the profile's own. */
export async function placeOfAddress(url: string | null, own: () => Promise<ArchivePlace>): Promise<ArchivePlace> {
  return url === null ? own() : { kind: "postgres", url, isSet: true };
}
