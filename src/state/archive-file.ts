import { stat } from "node:fs/promises";
import { join } from "node:path";

/** The file that a profile's archive is in, where nobody says otherwise. Pure. */
export function archiveFile(stateFolder: string, profile: string): string {
  return join(stateFolder, "archives", profile, "archive.db");
}

/** Whether there is something at that path; what cannot be looked at counts, so that opening it says why. */
export async function hasArchiveFile(path: string): Promise<boolean> {
  const missing: unknown = await stat(path).then(
    () => null,
    (error: unknown) => error,
  );
  return !(missing instanceof Error && "code" in missing && missing.code === "ENOENT");
}
