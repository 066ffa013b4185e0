import type { Env, ProfileValues } from "../../adobe/settings/keys.ts";
import { findArchivePlace } from "../../adobe/access/archive-place.ts";
import { archiveFile, hasArchiveFile } from "../../state/archive-file.ts";

/** Where a profile's archive is, or would be. */
export type ArchivePlace =
  | { readonly kind: "embedded"; readonly path: string; readonly isSet: boolean }
  | { readonly kind: "postgres"; readonly url: string; readonly isSet: true };

/** What says where a profile's archive is. */
export interface ArchiveWords {
  readonly profile: string;
  readonly env: Env;
  readonly saved: ProfileValues;
  /** The folder of what outlives a run. */
  readonly stateFolder: string;
}

/** The place that the settings name, or else a file among the profile's own. @throws FlowrunError `settings`. */
export function archivePlace({ profile, env, saved, stateFolder }: ArchiveWords): ArchivePlace {
  const named = findArchivePlace(env, saved);
  if (named === null) return { kind: "embedded", path: archiveFile(stateFolder, profile), isSet: false };
  if (/^postgres(?:ql)?:/i.test(named.address)) return { kind: "postgres", url: named.address, isSet: true };
  return { kind: "embedded", path: named.address, isSet: true };
}

/** Whether a profile has an archive: one that is set, or a file in its usual place. */
export async function hasArchive(place: ArchivePlace): Promise<boolean> {
  return place.isSet || hasArchiveFile(place.path);
}
