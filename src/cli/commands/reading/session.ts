import type { Host } from "../../../host.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import { createReporter, type Reporter, type SummaryWording } from "../../terminal/reporter.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import type { NameBook } from "../../../adobe/platform/name-book.ts";
import {
  linesOfFile,
  linesOfStdin,
  type GivenLines,
  type GivenMeans,
  type GivenOptions,
} from "../../../state/given-lines.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";

/** Everything that the readings of one command share: where runs come from, the words on stderr, the counts. */
export interface Session {
  readonly host: Host;
  readonly options: ReadingOptions;
  readonly origin: Origin;
  readonly reporter: Reporter;
  readonly tally: Tally;
  /** Names that events do not carry, where they are wanted. */
  readonly names: NameBook | null;
  /** Epoch milliseconds. */
  readonly began: number;
}

/** Where runs come from: the profile's journal, or a file that the user named. */
export type Origin =
  | { readonly kind: "journal"; readonly connection: Connection }
  | { readonly kind: "file"; readonly name: string; readonly lines: (options: GivenOptions) => GivenLines };

/**
 * Connects where that is needed, lets `work` read, and says in one closing line what was read, however that ended.
 * @throws what connecting and the work throw.
 */
export async function inSession<R>(
  options: ReadingOptions,
  signal: AbortSignal,
  host: Host,
  work: (session: Session) => Promise<R>,
  did: SummaryWording["did"] = "printed",
): Promise<R> {
  const { quiet = false, verbose = 0, progress, profile } = options.common;
  const reporter = createReporter(host, { quiet, verbose, live: progress });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const connection =
    options.from === null ? await connect({ profile, notify: reporter.notify, signal: until }, host) : null;
  const origin: Origin =
    connection === null
      ? fileOrigin(options.from ?? "-", { isReadAgain: did === "counted", signal: until }, host)
      : { kind: "journal", connection };
  const began = host.now();
  const tally = emptyTally();
  let names: NameBook | null = null;
  let isDone = false;
  try {
    names = options.names && connection !== null ? await loadNames(connection, host, reporter) : null;
    const done = await work({ host, options, origin, reporter, tally, names, began });
    isDone = true;
    return done;
  } finally {
    // What is still asked for, such as a token for a place that nobody reads any more, must not outlive the last word.
    over.abort();
    reporter.clear();
    await names?.close();
    const wording = { did, hasCondition: options.hasCondition, unit: connection === null ? "line" : "page" } as const;
    if (tally.pages > 0 || (isDone && connection === null)) reporter.summary(tally, host.now() - began, wording);
    await connection?.close();
  }
}

/** @param means whether more than one window is read, and the signal that ends the reading. */
function fileOrigin(path: string, means: Pick<GivenMeans, "isReadAgain" | "signal">, host: Host): Origin {
  if (path !== "-" && path !== "/dev/stdin") {
    const sleep: Host["sleep"] = (ms, signal) => host.sleep(ms, signal);
    return { kind: "file", name: path, lines: linesOfFile(path, { ...means, sleep }) };
  }
  const lines = linesOfStdin(host.stdin, means);
  return { kind: "file", name: lines.name, lines: () => lines };
}

async function loadNames(connection: Connection, host: Host, { notify }: Reporter): Promise<NameBook> {
  const { openNames } = await import("../../../engine/names.ts");
  return openNames(connection, host, notify);
}
