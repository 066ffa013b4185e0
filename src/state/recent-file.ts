import { objectsOf, parseObject, textOf } from "../json.ts";
import { privateFile, type PrivateFile } from "./private-file.ts";

/** The runs, flows and sandboxes that a profile's readings saw last, newest first: for completion, which asks nobody. */
export interface Recent {
  readonly runs: readonly RecentRun[];
  readonly flows: readonly RecentFlow[];
  /** Names. */
  readonly sandboxes: readonly string[];
}

/** A run, as far as it takes to recognise it. */
export interface RecentRun {
  readonly id: string;
  readonly status: string;
  /** The flow's name, or its id. */
  readonly flow: string;
  /** When it was updated, RFC 3339. */
  readonly at: string | null;
}

/** A flow; without a name it goes by its id. */
export interface RecentFlow {
  readonly id: string;
  readonly name: string | null;
}

/** How much of it is kept: the file is read at each TAB. */
export const mostRecent = { runs: 200, flows: 200, sandboxes: 50 } as const;

/** All that was kept for the profile. A damaged file is as good as none: it is only for completion. */
export async function readRecent(cacheFolder: string, profile: string): Promise<Recent> {
  const text = await recentFile(cacheFolder, profile)
    .read()
    .catch(() => null);
  return decode(text);
}

/** Keeps it, where it has changed. A folder that cannot be written costs completions and nothing else. */
export async function keepRecent(cacheFolder: string, profile: string, recent: Recent): Promise<void> {
  const file = recentFile(cacheFolder, profile);
  const text = `${JSON.stringify(recent)}\n`;
  try {
    if ((await file.read()) !== text) await file.write(text);
  } catch {
    // Nobody asked for it to be kept.
  }
}

/** Forgets it. @throws the file system's own error. */
export async function forgetRecent(cacheFolder: string, profile: string): Promise<void> {
  await recentFile(cacheFolder, profile).remove();
}

function recentFile(cacheFolder: string, profile: string): PrivateFile {
  return privateFile(cacheFolder, ["recent"], `${profile}.json`);
}

function decode(text: string | null): Recent {
  const { runs, flows, sandboxes } = (text === null ? null : parseObject(text)) ?? {};
  return {
    runs: objectsOf(runs).flatMap(({ id, status, flow, at }) =>
      typeof id === "string" && typeof status === "string" && typeof flow === "string"
        ? [{ id, status, flow, at: textOf(at) }]
        : [],
    ),
    flows: objectsOf(flows).flatMap(({ id, name }) => (typeof id === "string" ? [{ id, name: textOf(name) }] : [])),
    sandboxes: Array.isArray(sandboxes) ? sandboxes.filter((name) => typeof name === "string") : [],
  };
}
