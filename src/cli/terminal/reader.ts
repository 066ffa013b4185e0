import { fstatSync, writeSync } from "node:fs";
import { FlowrunError } from "../../errors.ts";
import type { Stopping } from "./socket.ts";

/** The means to look, now and then, whether somebody still reads. */
export interface Looking extends Stopping {
  /** Node's `node:wasi`; `null` where there is no looking, as on any system but Linux. */
  readonly loadWasi: (() => typeof import("node:wasi")) | null;
}

/** A look takes 0.2 ms, and a millisecond more while the pipe is full. */
const lookEveryMs = 500;

/**
 * A signal that aborts with a FlowrunError `closed` once nobody can read any more what is written to a pipe or a socket:
 * a process that waits for its next write may wait for days. For a file or a terminal it never aborts.
 */
export function untilUnread(fd: number, { wait, loadWasi, stop }: Looking): AbortSignal {
  const closed = new AbortController();
  const stat = fstatSync(fd);
  const watch = async (load: () => typeof import("node:wasi")): Promise<void> => {
    await wait(lookEveryMs, stop);
    // Not made before, since most readings are over by now.
    const isUnread = stat.isSocket() ? () => isUnreadSocket(fd) : lookAtPipe(fd, load);
    while (!stop.aborted) {
      if (isUnread()) {
        closed.abort(new FlowrunError("closed", "nobody reads any more"));
        return;
      }
      await wait(lookEveryMs, stop);
    }
  };
  if (loadWasi !== null && (stat.isFIFO() || stat.isSocket())) void watch(loadWasi);
  return closed.signal;
}

/** Nothing is written, and the system says whether it could be. A reader that only says that it will not write stays one. */
function isUnreadSocket(fd: number): boolean {
  try {
    writeSync(fd, nothing, 0, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPIPE";
  }
}

const nothing = new Uint8Array(0);

/**
 * Writing nothing to a pipe tells nothing. The system's poll(2) does: the writer's end is in error once the last reader
 * has gone. Of all that Node brings only WASI hands it on, as `poll_oneoff`, which needs a memory and no program.
 */
function lookAtPipe(fd: number, loadWasi: () => typeof import("node:wasi")): () => boolean {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const poll = openPoll(fd, memory, loadWasi);
  if (poll === null) return () => false;
  const view = new DataView(memory.buffer);
  return () => {
    askFor(view);
    const outcome: unknown = Reflect.apply(poll, undefined, [subscriptionsAt, eventsAt, 2, countAt]);
    return outcome === 0 && hasFailed(view);
  };
}

/** `null` where Node does not have it, or not for us (`--permission`). */
function openPoll(
  fd: number,
  memory: WebAssembly.Memory,
  loadWasi: () => typeof import("node:wasi"),
): CallableFunction | null {
  try {
    const { WASI } = loadWasi();
    const wasi = new WASI({ version: "preview1", stdin: fd, stdout: fd, stderr: fd, returnOnExit: true });
    wasi.initialize({ exports: { memory } });
    const poll: unknown = wasi.wasiImport["poll_oneoff"];
    return typeof poll === "function" ? poll : null;
  } catch {
    return null;
  }
}

// The layout of wasi_snapshot_preview1: subscriptions of 48 bytes, events of 32.
const subscriptionsAt = 0;
const eventsAt = 128;
const countAt = 256;
const [timeId, pipeId] = [1n, 2n];

/** Whichever comes first: room in the pipe or its failure, or a millisecond. */
function askFor(view: DataView): void {
  new Uint8Array(view.buffer, 0, 512).fill(0);
  view.setBigUint64(0, timeId, true);
  view.setUint32(16, monotonic, true);
  view.setBigUint64(24, 1_000_000n, true);
  view.setBigUint64(48, pipeId, true);
  view.setUint8(48 + 8, writable);
  view.setUint32(48 + 16, wasiStdout, true);
}

const monotonic = 1;
const writable = 2;
const wasiStdout = 1;

function hasFailed(view: DataView): boolean {
  const events = Array.from({ length: view.getUint32(countAt, true) }, (_, index) => eventsAt + 32 * index);
  return events.some((at) => view.getBigUint64(at, true) === pipeId && view.getUint16(at + 8, true) !== 0);
}
