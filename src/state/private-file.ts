import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, readlink, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { filesIn, findFolder, openFolder, refuseShared } from "./folders.ts";
import { unixOnly } from "./lock-file.ts";
import { overwrite, readWhole, wholeCopy } from "./overwrite.ts";
import { lifeOf, ownTag, tagPattern } from "./self.ts";
import { codeOf } from "./trouble.ts";

/** A file that only its owner can read and write. All that flowrun keeps goes through here. */
export interface PrivateFile {
  readonly path: string;
  /** The file's text, or `null` where there is no such file. @throws the file system's own error for anything else. */
  read(): Promise<string | null>;
  /**
   * Whole or not at all: a temporary file, fsync, rename, fsync of the folder, so that it also survives a power cut and a
   * disk that fills up on the way. A link stays one: what it points to is written. A file that cannot be replaced, since
   * it is mounted by itself, is written in place.
   * @throws the file system's own error, or FlowrunError `settings` where others may write in its folder.
   */
  write(content: string | Uint8Array): Promise<void>;
  /** Forgets it, with every temporary of it. @returns whether there was one. @throws the file system's own error. */
  remove(): Promise<boolean>;
}

/** The file of that name in a folder below one of flowrun's homes. */
export function privateFile(home: string, below: readonly string[], name: string): PrivateFile {
  const path = join(home, ...below, name);
  return {
    path,
    read: async () => {
      findFolder(home, ...below);
      const target = await locate(path);
      const text = await readText(target);
      return text === null ? null : readWhole(target, text, readText);
    },
    write: async (content) => {
      openFolder(home, ...below);
      const target = await locate(path);
      await sweep(target, isLeftOver);
      await replace(target, content);
    },
    remove: async () => {
      findFolder(home, ...below);
      const target = await targetOf(path);
      const isThere = await lstat(path).then(
        () => true,
        (error: unknown) => {
          if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
          throw error;
        },
      );
      for (const each of new Set([target, path, wholeCopy(target)])) await rm(each, { force: true });
      await sweep(target, () => true);
      return isThere;
    },
  };
}

/** The file itself, also behind a link: the folder that it is in is looked at like a home. */
async function locate(path: string): Promise<string> {
  const target = await targetOf(path);
  if (target !== path) refuseShared(dirname(target));
  return target;
}

/** Where a link points in the end, whether anything is there yet or not; a path that is no link stays as it is. */
export async function targetOf(path: string): Promise<string> {
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  if (!isLink) return path;
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return targetOf(resolve(await realpath(dirname(path)), await readlink(path)));
  }
}

async function readText(path: string): Promise<string | null> {
  let handle: FileHandle;
  try {
    // A pipe that somebody put there must not be waited for.
    handle = await open(path, constants.O_RDONLY | unixOnly("O_NONBLOCK"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o022) !== 0) await handle.chmod(mode & 0o755).catch(() => undefined);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

async function replace(target: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${target}.${ownTag()}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeThrough(temporary, content);
    await rename(temporary, target);
    await rm(wholeCopy(target), { force: true });
  } catch (error) {
    const isWritten = await overwrite(target, content, temporary, error).finally(() =>
      rm(temporary, { force: true }).catch(() => undefined),
    );
    if (!isWritten) throw error;
  }
  await syncFolder(dirname(target));
}

async function writeThrough(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    // Not `write`: on a disk that is nearly full that one writes a part and calls it a success.
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes those temporaries of a file that are to go. */
async function sweep(target: string, isToGo: (path: string) => boolean | Promise<boolean>): Promise<void> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => isTemporaryOf(basename(target), each))) {
    if (await isToGo(join(folder, name))) await rm(join(folder, name), { force: true });
  }
}

/**
 * The paths of the JSON files in a folder below a home whose text does not pass, sorted; none where there is no folder.
 * One that cannot be read does not pass.
 */
export async function findUnusable(
  home: string,
  below: readonly string[],
  passes: (text: string) => boolean,
): Promise<readonly string[]> {
  const names = await filesIn(home, ...below).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json")).map((name) => privateFile(home, below, name));
  const verdicts = await Promise.all(
    files.map(async (file) => {
      const text = await file.read().catch(() => "");
      return text === null || passes(text);
    }),
  );
  return files.flatMap(({ path }, index) => (verdicts[index] === false ? [path] : [])).sort();
}

/** Ours end in `.tmp`; earlier versions also left some that go on after that. */
function isTemporaryOf(base: string, name: string): boolean {
  return name.startsWith(`${base}.`) && /\.tmp(?:-\w+)?$/.test(name.slice(base.length));
}

const longestWriteMs = 3_600_000;

/** Whether whoever writes a temporary is gone. In another container that cannot be seen, and only age tells. */
async function isLeftOver(path: string): Promise<boolean> {
  const tag = tagPattern.exec(basename(path))?.[0];
  const life = tag === undefined ? "dead" : lifeOf(tag);
  if (life !== "elsewhere") return life === "dead";
  const [own, found] = await Promise.all([stat(dirname(path)), stat(path).catch(() => null)]);
  // The folder was changed last by whoever wrote in it last, perhaps just now; its clock is the file's own.
  return found !== null && own.mtimeMs - found.mtimeMs > longestWriteMs;
}

/** Makes sure that what was renamed in a folder stays so after a power cut, as far as the system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  // Windows cannot open a folder; the rename there is as safe as it gets.
  if (handle === null) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
