import { endlessPatience } from "../../adobe/access/connect.ts";
import { persevere, type Attempt, type Retrying } from "../../adobe/gateway/retrying.ts";
import { FlowrunError } from "../../errors.ts";
import { codeOf } from "../../state/trouble.ts";

/** The world in which a disk is waited for. */
export interface WaitingForRoom extends Omit<Retrying, "blame" | "patience"> {
  /** Done once, before the first wait. */
  readonly onFull: () => Promise<void>;
}

/**
 * Does what needs room on a disk, and waits for that where the disk is full: somebody makes room sooner or later. Whatever
 * else fails on a disk is a mistake that waiting does not mend.
 * @throws what the work throws otherwise; the signal's reason.
 */
export async function whenThereIsRoom<T>(work: () => Promise<T>, { onFull, ...means }: WaitingForRoom): Promise<T> {
  let isTold = false;
  const attempt = async (): Promise<Attempt<T>> => {
    try {
      return { value: await work() };
    } catch (error) {
      if (!(error instanceof FlowrunError) || !isFull(error)) throw error;
      if (!isTold) await onFull();
      isTold = true;
      const { message: what, kind, why, requestId } = error;
      return { trouble: { what, kind, why, requestId, waitMs: null } };
    }
  };
  return persevere(attempt, { ...means, patience: endlessPatience });
}

function isFull({ kind, cause }: FlowrunError): boolean {
  return kind === "state" && ["ENOSPC", "EDQUOT"].includes(codeOf(cause) ?? "");
}
