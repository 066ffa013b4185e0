import type { Host } from "../../../host.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import { createReporter, type Reporter, type SummaryWording } from "../../terminal/reporter.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import type { NameBook } from "../../../adobe/platform/name-book.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";

/** What the readings of one command share: the way to the journal, the words on stderr, the counts. */
export interface Session {
  readonly host: Host;
  readonly options: ReadingOptions;
  readonly connection: Connection;
  readonly reporter: Reporter;
  readonly tally: Tally;
  /** Names that events do not carry, where they are wanted. */
  readonly names: NameBook | null;
  /** Epoch milliseconds. */
  readonly began: number;
}

/**
 * Connects, lets `work` read, and says in one closing line what was read, however that ended.
 * @throws what connecting and the work throw.
 */
export async function inSession<R>(
  options: ReadingOptions,
  signal: AbortSignal,
  host: Host,
  work: (session: Session) => Promise<R>,
  did: SummaryWording["did"] = "printed",
): Promise<R> {
  const { quiet = false, verbose = false, progress, profile } = options.common;
  const reporter = createReporter(host, { quiet, verbose, live: progress });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const connection = await connect({ profile, notify: reporter.notify, signal: until }, host);
  const began = host.now();
  const tally = emptyTally();
  let names: NameBook | null = null;
  try {
    names = options.names ? await loadNames(connection, host, reporter) : null;
    return await work({ host, options, connection, reporter, tally, names, began });
  } finally {
    // What is still asked for, such as a token for a place that nobody reads any more, must not outlive the last word.
    over.abort();
    reporter.clear();
    await names?.close();
    if (tally.pages > 0) reporter.summary(tally, host.now() - began, { did, hasCondition: options.hasCondition });
    await connection.close();
  }
}

async function loadNames(connection: Connection, host: Host, { notify }: Reporter): Promise<NameBook> {
  const { openNames } = await import("../../../engine/names.ts");
  return openNames(connection, host, notify);
}
