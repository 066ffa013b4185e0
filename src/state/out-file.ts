import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, readdir, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createGzip, type Gzip } from "node:zlib";
import { FlowrunError, reasonOf } from "../errors.ts";
import { expandHome } from "./given-file.ts";
import { syncFolder } from "./private-file.ts";
import { lifeOf, ownTag, tagPattern } from "./self.ts";
import { codeOf } from "./trouble.ts";

/** A file that the user named to write to: whole in the end, or as it was before. */
export interface OutFile {
  /** Resolves when the text was accepted. @throws FlowrunError `state`. */
  write(text: string): Promise<void>;
  /** Puts what was written in the file's place: fsync, rename, fsync of the folder. @throws FlowrunError `state`. */
  finish(): Promise<void>;
  /** Forgets what was written; the file is what it was. Safe after `finish`, and more than once. */
  abandon(): Promise<void>;
}

/** How the user named a file to write to, and what may be replaced there. */
export interface OutFileUse {
  /** The option, and a name that shows its use. */
  readonly option: string;
  readonly example: string;
  /** Tells by a file's first and last 4,096 bytes whether it may be replaced; an empty one always may. */
  readonly mayReplace: (ends: string) => boolean;
  /** Whether nobody but its owner is to read it, whoever could read what was there before. */
  readonly isPrivate?: boolean;
}

const usualUse: OutFileUse = { option: "--out", example: "runs.csv", mayReplace: () => true };

/**
 * Opens a temporary file beside the one that the user named, which takes its place in the end. A name that ends in `.gz`
 * is compressed; a link stays one.
 * @throws FlowrunError `usage` where nothing can be written there.
 */
export async function openOutFile(path: string, more: Partial<OutFileUse> = {}): Promise<OutFile> {
  const use = { ...usualUse, ...more };
  if (path === "") {
    throw new FlowrunError("usage", `${use.option} names no file`, {
      why: "it is empty; a variable of the shell may not be set",
      hint: `give a name: ${use.option} ${use.example}`,
    });
  }
  const target = await targetOf(path, use);
  await sweep(target);
  const temporary = `${target}.${ownTag()}-${randomBytes(4).toString("hex")}.tmp`;
  const found = await modeOf(target, path, use);
  if (found !== null && more.mayReplace !== undefined) await checkReplaced(target, path, use);
  const mode = use.isPrivate === true ? 0o600 : found;
  const handle = await open(temporary, "wx", mode ?? 0o666).catch((error: unknown) => {
    throw unwritable(path, error, use);
  });
  // Opening took the umask off; whoever could read the file before can read the new one.
  if (mode !== null) await handle.chmod(mode).catch(() => undefined);
  const writer = path.endsWith(".gz") ? zipInto(handle) : { write: plainly(handle), end: () => Promise.resolve() };
  return outFile({ path, target, temporary, handle, writer });
}

interface Writer {
  readonly write: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

interface Writing {
  readonly path: string;
  readonly target: string;
  readonly temporary: string;
  readonly handle: FileHandle;
  readonly writer: Writer;
}

function outFile({ path, target, temporary, handle, writer }: Writing): OutFile {
  let isOver = false;
  const abandon = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
  };
  /** Does a step of the writing; after a failure nothing is left of it. */
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    if (isOver) throw notWritten(path, new Error("it is closed already"));
    try {
      await step();
    } catch (error) {
      await abandon();
      throw notWritten(path, error);
    }
  };
  return {
    write: (text) => attempt(() => writer.write(text)),
    finish: () =>
      attempt(async () => {
        await writer.end();
        await handle.sync();
        await handle.close();
        await rename(temporary, target);
        isOver = true;
        await syncFolder(dirname(target));
      }),
    abandon,
  };
}

/** Not `write`: on a disk that is nearly full that one writes a part and calls it a success. */
function plainly(handle: FileHandle): Writer["write"] {
  return (text) => handle.writeFile(text);
}

function zipInto(handle: FileHandle): Writer {
  const gzip = createGzip();
  const copied = copy(gzip, handle);
  // Its failure is told by whoever waits for it next.
  copied.catch(() => undefined);
  return {
    write: async (text) => {
      if (!gzip.write(text)) await Promise.race([once(gzip, "drain"), copied]);
    },
    end: async () => {
      gzip.end();
      await copied;
    },
  };
}

async function copy(gzip: Gzip, handle: FileHandle): Promise<void> {
  for await (const piece of gzip) {
    if (piece instanceof Uint8Array) await handle.writeFile(piece);
  }
}

/** Where a link points in the end, and the name as it stands where nothing is there yet. */
async function targetOf(path: string, use: OutFileUse): Promise<string> {
  const expanded = resolve(expandHome(path));
  return realpath(expanded).catch(async () => {
    const folder = await realpath(dirname(expanded)).catch((error: unknown) => {
      throw unwritable(path, error, use);
    });
    return join(folder, basename(expanded));
  });
}

/** Who may do what with the file that is there; `null` where there is none. @throws FlowrunError `usage` for what is no file. */
async function modeOf(target: string, path: string, use: OutFileUse): Promise<number | null> {
  const found = await stat(target).catch(() => null);
  if (found === null) return null;
  if (found.isFile()) return found.mode & 0o777;
  if (found.isDirectory()) throw unwritable(path, "EISDIR", use);
  // A device or a pipe would be replaced by a file.
  throw new FlowrunError("usage", `${use.option} cannot write to ${path}`, {
    why: "it is no file, and could not be replaced by one",
    hint: `send stdout there: flowrun … > ${path}`,
  });
}

const endBytes = 4096;

/** Nobody's own work is lost to a name that was chosen without a look. @throws FlowrunError `usage`. */
async function checkReplaced(target: string, path: string, use: OutFileUse): Promise<void> {
  const { option, example, mayReplace } = use;
  const ends = await readEnds(target).catch((error: unknown) => {
    throw unwritable(path, error, use);
  });
  if (ends === "" || mayReplace(ends)) return;
  throw new FlowrunError("usage", `${option} would replace ${path}`, {
    why: "it is there already, and flowrun did not write it",
    hint: `name another file (${option} ${example}), or remove that one first`,
  });
}

async function readEnds(target: string): Promise<string> {
  const handle = await open(target, "r");
  try {
    const { size } = await handle.stat();
    const from = [0, Math.max(endBytes, size - endBytes)];
    const ends = await Promise.all(
      from.map(async (position) => {
        const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(endBytes), position });
        return buffer.subarray(0, bytesRead);
      }),
    );
    return Buffer.concat(ends).toString("utf8");
  } finally {
    await handle.close();
  }
}

/** Removes what earlier processes of this machine left of the same file when they were killed. */
async function sweep(target: string): Promise<void> {
  const folder = dirname(target);
  const start = `${basename(target)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(start) || !name.endsWith(".tmp")) continue;
    const tag = tagPattern.exec(name.slice(start.length))?.[0];
    if (tag !== undefined && lifeOf(tag) === "dead")
      await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder is not there",
  ENOTDIR: "what stands before its name is no folder",
  EISDIR: "it is a folder",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the disk is read-only",
};

function unwritable(path: string, cause: unknown, { option, example }: OutFileUse): FlowrunError {
  const code = typeof cause === "string" ? cause : codeOf(cause);
  return new FlowrunError("usage", `${option} cannot write to ${path}`, {
    why: (code === null ? undefined : reasons[code]) ?? reasonOf(cause),
    hint: `name a file in a folder that you may write to: ${option} ${example}`,
    cause,
  });
}

function notWritten(path: string, cause: unknown): FlowrunError {
  if (cause instanceof FlowrunError) return cause;
  return new FlowrunError("state", `${path} could not be written`, {
    why: `${reasonOf(cause)}; it holds what it held before`,
    hint: "make room, or name another file; nothing was skipped: runs not written were not counted as read",
    cause,
  });
}
