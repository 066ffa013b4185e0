/** The byte of the shared memory's file that whoever writes has locked. */
const writing = 120;

/** Looks for the writer in Linux's list of locks; one of another container has no number there. Pure. */
export function writerIn(locks: string, inode: number, own: number | null): number | null {
  const pids = locks.split("\n").flatMap((line) => {
    const [, pid, file, first, last] =
      /^\d+: POSIX +\S+ +WRITE +(\d+) [0-9a-f]+:[0-9a-f]+:(\d+) (\d+) (\d+)/.exec(line) ?? [];
    const isThere = Number(file) === inode && Number(first) <= writing && Number(last) >= writing;
    return isThere ? [Number(pid)] : [];
  });
  return pids.find((pid) => pid > 0 && pid !== own) ?? null;
}
