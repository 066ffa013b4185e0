import { exitCodes, FlowrunError } from "../../errors.ts";
import type { Host, Output } from "../../host.ts";
import { formats } from "../../render/formats/registry.ts";
import type { OutputFlags } from "../options/output-options.ts";

/** The options that say where a command's data goes. */
export interface OutletFlags extends Pick<OutputFlags, "output" | "json" | "out" | "pager"> {
  /** True where a file of it is for its owner alone. */
  readonly isPrivate?: boolean;
}

/**
 * Lets a command print to where its options say: a file, a pager, or stdout as it is. The work gets a host with that
 * stdout, and may `finish` by itself where something has to wait until all is safe: a file is in its place then, and a
 * pager's reader has quit. After a failure or an interruption a file is what it was before.
 * @throws FlowrunError `usage` for a file that cannot be written, before the work begins; what the work throws.
 */
export async function inOutlet<R>(
  { output, json, out, pager, isPrivate = false }: OutletFlags,
  host: Host,
  work: (there: Host, finish: () => Promise<void>) => Promise<R>,
): Promise<R> {
  if (out !== undefined && out !== "-") return intoFile({ path: out, isPrivate }, host, work);
  // What is for programs is never held up by a person.
  const isForReading = json !== true && formats[output].laid !== null;
  if (pager && isForReading && host.stdout.isTTY) return throughPager(host, work);
  return work(host, () => Promise.resolve());
}

type Work<R> = Parameters<typeof inOutlet<R>>[2];

async function intoFile<R>(
  { path, isPrivate }: { readonly path: string; readonly isPrivate: boolean },
  host: Host,
  work: Work<R>,
): Promise<R> {
  const { openOutFile } = await import("../../state/out-file.ts");
  const file = await openOutFile(path, { isPrivate });
  let isFinished = false;
  const finish = async (): Promise<void> => {
    if (isFinished) return;
    // What was interrupted is not the whole.
    host.signal.throwIfAborted();
    await file.finish();
    isFinished = true;
  };
  const stdout: Output = {
    isTTY: false,
    columns: host.stdout.columns,
    isLost: false,
    isMidLine: false,
    untilClosed: () => new AbortController().signal,
    write: (text) => file.write(text),
  };
  try {
    const done = await work({ ...host, stdout }, finish);
    await finish();
    return done;
  } catch (error) {
    // A run that failed, or was refused, is told by the exit code; the file is whole.
    if (error instanceof FlowrunError && exitCodes[error.kind] === exitCodes.runFailed) await finish();
    throw error;
  } finally {
    await file.abandon();
  }
}

async function throughPager<R>(host: Host, work: Work<R>): Promise<R> {
  const pager = await host.openPager();
  const { stdout, stderr } = pager;
  const end = (): Promise<void> => pager.end();
  const there = { ...host, stdout, stderr };
  const done = await work(there, end).catch(async (error: unknown) => {
    // It is told when the reader has quit, and is not hidden by what goes wrong then.
    await end().catch(() => undefined);
    throw error;
  });
  await end();
  return done;
}
