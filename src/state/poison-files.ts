import { createHash } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { filesIn } from "./folders.ts";
import { privateFile } from "./private-file.ts";
import type { SpoolFolder } from "./spool-files.ts";
import { codeOf } from "./trouble.ts";

/** A delivery that cannot be read: its headers, and its body as it was. */
export interface Poison {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The most that is kept of it: beyond, the oldest gives way. */
const mostPoison = { files: 100, bytes: 64 * 2 ** 20 };

/**
 * Puts away beside a spool what cannot be read: a file of its own, in the form of an HTTP message. A body that lies there
 * already stays what it is.
 * @param now epoch milliseconds.
 * @returns the file's path, once it survives a power cut.
 * @throws the file system's own error; FlowrunError `settings` where others may write in the folder.
 */
export async function putPoisonAway(
  { home, below }: SpoolFolder,
  { headers, body }: Poison,
  now: number,
): Promise<string> {
  const folder = [...below, "poison"];
  const mark = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const names = (await filesIn(home, ...folder)).filter((name) => name.endsWith(ending)).sort();
  const before = names.find((name) => name.endsWith(`-${mark}${ending}`));
  if (before !== undefined) return join(home, ...folder, before);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.concat([Buffer.from(`${head.join("")}\r\n`, "latin1"), body]);
  await makeRoom({ home, below: folder }, names, bytes.length);
  const time = new Date(now).toISOString().replace(/[-:.]/g, "");
  const file = privateFile(home, folder, `${time}-${mark}${ending}`);
  await file.write(bytes);
  return file.path;
}

const ending = ".http";

/**
 * Takes away what was left half written by a process that was killed: each has a name of its own, which nothing is written
 * under again. Whoever calls holds the spool's lock, so that nobody is at it.
 * @throws the file system's own error; FlowrunError `settings` where others may write in the folder.
 */
export async function clearHalfPoison({ home, below }: SpoolFolder): Promise<void> {
  const folder = [...below, "poison"];
  for (const name of await filesIn(home, ...folder)) {
    if (name.endsWith(".tmp")) await rm(join(home, ...folder, name), { force: true });
  }
}

/** @param names of what lies there, the oldest first. */
async function makeRoom({ home, below }: SpoolFolder, names: readonly string[], length: number): Promise<void> {
  let [files, bytes] = [1, length];
  for (const name of [...names].reverse()) {
    files += 1;
    bytes += await lengthOf(join(home, ...below, name));
    if (files > mostPoison.files || bytes > mostPoison.bytes) await privateFile(home, below, name).remove();
  }
}

/** Somebody may have taken it away. */
async function lengthOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}
