import type { World } from "../../../host.ts";
import { FlowrunError } from "../../../errors.ts";
import type { PostgresSession } from "./session.ts";

/** A few connections, opened when they are needed and kept for the next who asks. */
export interface PostgresPool {
  /**
   * Hands over a connection that nobody else uses meanwhile; waits for one where all are in use.
   * @throws what the work or the connecting throws.
   */
  use<R>(work: (session: PostgresSession) => Promise<R>): Promise<R>;
  /** Ends all connections within a second, also those in use. */
  close(): Promise<void>;
}

/** A pool of at most `most` connections. */
export function poolOf(
  connect: () => Promise<PostgresSession>,
  { most, sleep }: { readonly most: number; readonly sleep: World["sleep"] },
): PostgresPool {
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

  return {
    use: async (work) => {
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
    },
    close: async () => {
      isClosed = true;
      for (const go of waiting.splice(0)) go();
      await endAll([...open], sleep);
    },
  };
}

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
