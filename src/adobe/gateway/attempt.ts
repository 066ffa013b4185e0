import { FlowrunError } from "../../errors.ts";
import { describeNetworkFailure, isMistake, networkHint } from "../http/words.ts";
import { unavailable, type Attempt } from "./retrying.ts";

/** Who is asked, as it is told when no answer comes. */
export interface Addressee {
  /** "the journal could not be read" */
  readonly unreached: string;
  /** The setting that says where it is, by its name in `flowrun config`. */
  readonly setting: string;
}

/**
 * Makes one attempt at an exchange. A network failure, in the request or in the body, becomes trouble, which another
 * attempt may mend.
 * @throws FlowrunError, a mistake of our own, and the signal's reason at once and as they are: asking again mends none.
 */
export async function attempt<T>(
  exchange: () => Promise<Attempt<T>>,
  { unreached, setting }: Addressee,
  signal: AbortSignal,
): Promise<Attempt<T>> {
  try {
    return await exchange();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    const failed = unavailable(unreached, describeNetworkFailure(error));
    return { trouble: { ...failed, hint: networkHint, suspects: [setting], examine: true } };
  }
}
