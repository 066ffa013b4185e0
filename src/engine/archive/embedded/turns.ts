import { AsyncLocalStorage } from "node:async_hooks";
import { FlowrunError } from "../../../errors.ts";

/** One piece of work after the other, in the order in which they came. */
export interface Turns {
  /** @throws what the work throws; FlowrunError `bug` inside of other work, which it would wait for and never see end. */
  take<R>(work: () => R | Promise<R>): Promise<R>;
  /** The same for what may not fail: inside of other work it is not waited for. */
  end(work: () => void): Promise<void>;
}

/** A connection has one transaction at a time, and whoever asked in the midst of another's would be part of it. */
export function takeTurns(): Turns {
  const own = new AsyncLocalStorage<{ isOver: boolean }>();
  let last: Promise<unknown> = Promise.resolve();
  // A timer that was set in a turn still stands in it when it fires, long after its end.
  const isInside = (): boolean => own.getStore()?.isOver === false;
  const queue = <R>(work: () => R | Promise<R>): Promise<R> => {
    const turn = { isOver: false };
    const result = last.then(() => own.run(turn, async () => work()));
    const over = (): void => {
      turn.isOver = true;
    };
    last = result.then(over, over);
    return result;
  };
  return {
    take: (work) => (isInside() ? Promise.reject(nested()) : queue(work)),
    end: async (work) => {
      const ended = queue(work);
      if (!isInside()) await ended;
    },
  };
}

function nested(): FlowrunError {
  return new FlowrunError("bug", "the archive was asked in the midst of a transaction of its own", {
    why: "it would wait for the transaction to end, which waits for the answer",
    hint: "ask by what the transaction hands to its work",
  });
}
