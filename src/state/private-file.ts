import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file that only its owner can read (0600, in folders of 0700), whole or not at all: a temporary file, fsync,
 * rename, fsync of the folder, so that it also survives a power cut and a disk that fills up on the way.
 * @throws the file system's own error.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeThrough(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

async function writeThrough(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    // Not `write`: on a disk that is nearly full that one writes a part and calls it a success.
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file's text, or `null` where there is no such file. @throws the file system's own error for anything else. */
export async function readPrivateFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/**
 * The paths of the JSON files in a folder whose text does not pass, sorted; none where there is no folder. One that
 * cannot be read does not pass.
 */
export async function findUnusable(folder: string, passes: (text: string) => boolean): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => []);
  const paths = files.filter((file) => file.endsWith(".json")).map((file) => join(folder, file));
  const verdicts = await Promise.all(
    paths.map(async (path) => {
      const text = await readPrivateFile(path).catch(() => "");
      return text === null || passes(text);
    }),
  );
  return paths.filter((_, index) => verdicts[index] === false).sort();
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  // Windows cannot open a folder; the rename there is as safe as it gets.
  if (handle === null) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
