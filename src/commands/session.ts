import type { Host } from "../host.ts";
import { emptyTally, type Tally } from "../pipeline.ts";
import { createReporter, type Reporter, type SummaryWording } from "../reporter.ts";
import { connect, type Connection } from "./connect.ts";
import type { ReadingOptions } from "./reading-options.ts";

/** What the readings of one command share: the way to the journal, the words on stderr, the counts. */
export interface Session {
  readonly host: Host;
  readonly options: ReadingOptions;
  readonly connection: Connection;
  readonly reporter: Reporter;
  readonly tally: Tally;
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
  const connection = await connect({ profile, notify: reporter.notify, signal }, host);
  const session: Session = { host, options, connection, reporter, tally: emptyTally(), began: host.now() };
  try {
    return await work(session);
  } finally {
    reporter.clear();
    if (session.tally.pages > 0)
      reporter.summary(session.tally, host.now() - session.began, { did, hasCondition: options.hasCondition });
    await connection.close();
  }
}
