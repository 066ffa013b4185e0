import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, statSync, writeSync } from "node:fs";

/**
 * Writes all of a text to what a stream was sent to, or leaves nothing of it that could be taken for a record. Node's own
 * stream for files takes a write for done that a nearly full disk cut short.
 * @throws the system's error.
 */
export function writeToFile(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  const { size } = fstatSync(fd);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written);
  } catch (error) {
    if (written > 0 && fstatSync(fd).size === size + written) takeBack(fd, size, written);
    throw error;
  }
}

/**
 * A file that is appended to is cut back. In one that is not, the next process that shares the descriptor (`> file` around
 * a loop) goes on behind what was cut off, which would leave a hole of NULs; empty lines say nothing in any format.
 */
function takeBack(fd: number, size: number, written: number): void {
  if (standOf(fd)?.isAppending === true) ftruncateSync(fd, size);
  else writeSync(fd, Buffer.alloc(written, "\n"), 0, written, size);
}

/**
 * Whether a regular file stops in the middle of a line where the next text goes, as it does after a process that was
 * killed in mid-record. False where that cannot be told.
 */
export function isMidLine(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isFile()) return false;
  const stand = standOf(fd);
  const end = stand === null || stand.isAppending ? stat.size : Math.min(stand.offset, stat.size);
  if (end === 0) return false;
  const last = byteAt(fd, end - 1) ?? byteAtAnew(`/proc/self/fd/${fd}`, end - 1);
  return last !== null && last !== newline;
}

const newline = 10;

function byteAt(fd: number, position: number): number | null {
  const byte = Buffer.alloc(1);
  try {
    return readSync(fd, byte, 0, 1, position) === 1 ? (byte[0] ?? null) : null;
  } catch {
    // Open for writing only.
    return null;
  }
}

function byteAtAnew(path: string, position: number): number | null {
  try {
    const fd = openSync(path, "r");
    try {
      return byteAt(fd, position);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Where a descriptor stands, and whether it appends, as Linux tells; `null` elsewhere. */
function standOf(fd: number): { readonly offset: number; readonly isAppending: boolean } | null {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    const [, offset, flags] = /^pos:\s*(\d+)\nflags:\s*([0-7]+)$/m.exec(info) ?? [];
    if (offset === undefined || flags === undefined) return null;
    return { offset: Number(offset), isAppending: (Number.parseInt(flags, 8) & appending) !== 0 };
  } catch {
    return null;
  }
}

/** O_APPEND on Linux, whatever the processor. */
const appending = 0o2000;

/**
 * Whether a stream leads to a null device that can be read too: what Node puts in the place of a stream that was closed
 * (`>&-`). One that was sent there (`> /dev/null`) can only be written to.
 */
export function isReadableNull(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isCharacterDevice()) return false;
  try {
    return stat.rdev === statSync("/dev/null").rdev && readSync(fd, Buffer.alloc(1), 0, 1, null) === 0;
  } catch {
    return false;
  }
}
