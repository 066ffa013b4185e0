import { endlessPatience } from "../../adobe/access/connect.ts";
import { persevere, type Attempt, type Retrying } from "../../adobe/gateway/retrying.ts";
import { FlowrunError } from "../../errors.ts";
import type { Spool } from "./spool.ts";

/**
 * A spool whose disk is waited for by all but `put`, whose caller has Adobe wait instead. So a disk that is full for a while
 * ends no delivery, and the receiver is still there to say that it cannot keep anything now.
 * @returns a spool that throws the signal's reason where that ends a wait.
 */
export function patientSpool(spool: Spool, means: Omit<Retrying, "blame" | "patience">): Spool {
  const insist = <T>(work: () => Promise<T>): Promise<T> => {
    const attempt = async (): Promise<Attempt<T>> => {
      try {
        return { value: await work() };
      } catch (error) {
        if (!(error instanceof FlowrunError) || error.kind !== "state") throw error;
        const { message: what, kind, why, requestId } = error;
        return { trouble: { what, kind, why, requestId, waitMs: null } };
      }
    };
    return persevere(attempt, { ...means, patience: endlessPatience });
  };
  return {
    ...spool,
    move: (places) => insist(() => spool.move(places)),
    putRecovered: (entries) => insist(() => spool.putRecovered(entries)),
  };
}
