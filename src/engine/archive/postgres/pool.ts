import type { World } from "../../../host.ts";
import { FlowrunError } from "../../../errors.ts";
import type { PostgresSession } from "./session.ts";

/** A few connections, opened when they are needed and kept for the next who asks. */
export interface PostgresPool {
  /**
   * Hands over a connection that nobody else uses meanwhile; waits for one where all are in use.
   * @throws what the work or the connecting throws; the signal's reason where that has aborted and no answer comes.
   */
  use<R>(work: (session: PostgresSession) => Promise<R>): Promise<R>;
  /** Ends all connections within a second, also those in use. */
  close(): Promise<void>;
}

/** How a pool is kept. */
export interface PoolOptions {
  /** Connections at most. */
  readonly most: number;
  readonly sleep: World["sleep"];
  /** Once it has aborted, what is asked is waited for a while, and after that nothing is. */
  readonly signal?: AbortSignal | undefined;
}

/** A pool of a few connections. */
export function poolOf(connect: () => Promise<PostgresSession>, { most, sleep, signal }: PoolOptions): PostgresPool {
  const patience = impatienceOf(sleep, signal);
  const idle: PostgresSession[] = [];
  const open = new Set<PostgresSession>();
  const waiting: (() => void)[] = [];
  let taken = 0;
  let isClosed = false;

  const take = async (): Promise<PostgresSession> => {
    while (taken >= most && !isClosed) await new Promise<void>((go) => waiting.push(go));
    if (isClosed) throw closed();
    taken += 1;
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (!session.isLost()) return session;
      open.delete(session);
    }
    try {
      const session = await connect();
      open.add(session);
      return session;
    } catch (error) {
      free();
      throw error;
    }
  };
  const free = (): void => {
    taken -= 1;
    waiting.shift()?.();
  };

  const use: PostgresPool["use"] = async (work) => {
    const session = await take();
    try {
      if (isClosed) throw closed();
      return await work(session);
    } finally {
      if (session.isLost()) open.delete(session);
      else if (isClosed) session.drop();
      else idle.push(session);
      free();
    }
  };

  return {
    use: (work) => patience.wait(() => use(work)),
    close: async () => {
      isClosed = true;
      patience.end();
      for (const go of waiting.splice(0)) go();
      await endAll([...open], sleep);
    },
  };
}

/** A server that hangs answers nothing: whoever is told to stop waits for the page in hand, and not for ever. */
function impatienceOf(sleep: World["sleep"], signal: AbortSignal | undefined) {
  const over = new AbortController();
  const waiting = new Set<(reason: unknown) => void>();
  let isOver = false;
  const onAbort = async (): Promise<void> => {
    await sleep(graceMs, over.signal);
    isOver = !over.signal.aborted;
    if (isOver) for (const giveUp of waiting) giveUp(signal?.reason);
  };
  const listener = (): void => void onAbort();
  if (signal?.aborted === true) listener();
  signal?.addEventListener("abort", listener, { once: true });
  return {
    wait: <R>(work: () => Promise<R>): Promise<R> =>
      new Promise((resolve, reject) => {
        if (isOver) signal?.throwIfAborted();
        waiting.add(reject);
        const done = (): void => void waiting.delete(reject);
        void work().then(resolve, reject).then(done);
      }),
    end: (): void => {
      signal?.removeEventListener("abort", listener);
      over.abort();
    },
  };
}

const graceMs = 2000;

/** Ends connections, politely where the server answers. */
async function endAll(sessions: readonly PostgresSession[], sleep: World["sleep"]): Promise<void> {
  const done = new AbortController();
  await Promise.race([Promise.allSettled(sessions.map((session) => session.end())), sleep(patienceMs, done.signal)]);
  done.abort();
  for (const session of sessions) session.drop();
}

const patienceMs = 500;

function closed(): FlowrunError {
  return new FlowrunError("state", "the database was closed", {
    why: "something asked it after the end",
    hint: "try again",
  });
}
