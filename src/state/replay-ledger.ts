import { constants } from "node:fs";
import { open, readFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { FlowrunError } from "../errors.ts";
import type { World } from "../host.ts";
import { findFolder, openFolder } from "./folders.ts";
import { unixOnly } from "./lock-file.ts";
import { syncFolder } from "./private-file.ts";
import { describeHolder, holderHint, lockPath, takeProcessLock, type LockPlace } from "./process-lock.ts";
import { codeOf, findRemedy } from "./trouble.ts";

/** The events that an endpoint has accepted: a file of its own for each, an event id a line. */
export interface ReplayLedger {
  readonly path: string;
  /** Pure. */
  has(id: string): boolean;
  /**
   * Adds ids that are not there yet. They survive a power cut when it resolves; those of several calls at once share one fsync.
   * @throws FlowrunError `state`, and from then on always: what is on the disk is not known any more.
   */
  add(ids: readonly string[]): Promise<void>;
  /** Lets another process have it, once all is down. Never rejects. */
  release(): Promise<void>;
}

/** Whose ledger it is. */
export interface LedgerTarget {
  /** Stands for the endpoint in the file's name; letters, digits, `-` and `_`. */
  readonly digest: string;
  /** Its address for people. */
  readonly shown: string;
}

/**
 * Takes the right to add to an endpoint's ledger, and reads it. A line that was cut off by a crash is cut away: its event was
 * accepted, and is sent again.
 * @throws FlowrunError `usage` that names the process which has it, `state` where it cannot be kept.
 */
export async function openLedger(
  stateFolder: string,
  target: LedgerTarget,
  host: Pick<World, "sleep">,
): Promise<ReplayLedger> {
  const path = ledgerPath(stateFolder, target);
  const place: LockPlace = { home: stateFolder, below: folder, name: `${target.digest}.lock` };
  const fail = async (error: unknown): Promise<never> => {
    throw await trouble(error, target, stateFolder, path, lockPath(place));
  };
  const release = await takeLock(place, target, host).catch(fail);
  let handle: FileHandle | null = null;
  try {
    handle = await openFile(stateFolder, path).catch(fail);
    const bytes = await handle.readFile().catch(fail);
    const { ids, length } = idsIn(bytes);
    // A line that goes on one that was cut off would be neither.
    if (length < bytes.length) await cut(path, length).catch(fail);
    const { add, end } = groupCommit(handle, fail);
    return {
      path,
      has: (id) => ids.has(id),
      add: async (added) => {
        const fresh = added.filter((id) => !ids.has(id));
        if (fresh.length > 0) await add(`${fresh.join("\n")}\n`);
        for (const id of fresh) ids.add(id);
      },
      release: async () => {
        await end();
        await release();
      },
    };
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await release();
    throw error;
  }
}

/** The same to look at: nothing is made, locked or changed. @throws FlowrunError `state` where it cannot be read. */
export async function peekLedger(
  stateFolder: string,
  target: LedgerTarget,
): Promise<Pick<ReplayLedger, "path" | "has">> {
  const path = ledgerPath(stateFolder, target);
  try {
    findFolder(stateFolder, ...folder);
    const { ids } = idsIn(await readFile(path));
    return { path, has: (id) => ids.has(id) };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw await trouble(error, target, stateFolder, path);
    return { path, has: () => false };
  }
}

const folder = ["replays"];

function ledgerPath(stateFolder: string, { digest }: LedgerTarget): string {
  return join(stateFolder, ...folder, `${digest}.ids`);
}

async function openFile(stateFolder: string, path: string): Promise<FileHandle> {
  openFolder(stateFolder, ...folder);
  const { O_RDWR, O_CREAT, O_APPEND } = constants;
  const handle = await open(path, O_RDWR | O_CREAT | O_APPEND | unixOnly("O_NOFOLLOW"), 0o600);
  await syncFolder(join(stateFolder, ...folder));
  return handle;
}

/** By another handle: Windows cuts nothing by one that only adds. */
async function cut(path: string, length: number): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.truncate(length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whole lines alone, and how many bytes they are. */
function idsIn(bytes: Buffer): { readonly ids: Set<string>; readonly length: number } {
  const ids = new Set<string>();
  let length = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, length)) {
    if (end > length) ids.add(bytes.toString("latin1", length, end));
    length = end + 1;
  }
  return { ids, length };
}

const newline = 10;

/** One write and one fsync for all that has come while the last ones were under way. */
function groupCommit(handle: FileHandle, fail: (error: unknown) => Promise<never>) {
  let gathered = "";
  let next: Promise<void> | null = null;
  let last: Promise<void> = Promise.resolve();
  const commit = async (before: Promise<void>): Promise<void> => {
    // A failure of the one before is a failure of this one: its lines may stand in the file in part.
    await before;
    const text = gathered;
    gathered = "";
    next = null;
    // Not `write`: on a disk that is nearly full that one writes a part and calls it a success.
    await handle.writeFile(text).catch(fail);
    await handle.sync().catch(fail);
  };
  return {
    add: (text: string): Promise<void> => {
      gathered += text;
      last = next ??= commit(last);
      return last;
    },
    end: async (): Promise<void> => {
      await last.catch(() => undefined);
      await handle.close().catch(() => undefined);
    },
  };
}

async function takeLock(place: LockPlace, { shown }: LedgerTarget, host: Pick<World, "sleep">) {
  const lock = await takeProcessLock(
    place,
    host,
    (holder) =>
      new FlowrunError("usage", `${shown} is being replayed to by ${describeHolder(holder)}`, {
        why: "two at once would send events twice, as neither knows what the other has sent",
        hint: holderHint(holder) ?? "wait for it to end; run again, it sends what is missing then",
      }),
  );
  return () => lock.release().catch(() => undefined);
}

async function trouble(
  error: unknown,
  { shown }: LedgerTarget,
  home: string,
  ...paths: readonly string[]
): Promise<FlowrunError> {
  if (error instanceof FlowrunError) return error;
  const remedy = await findRemedy(error, home, ...paths);
  return new FlowrunError("state", `what ${shown} has accepted cannot be kept`, { ...remedy, cause: error });
}
