import { retryAfterMs } from "../../adobe/gateway/backoff.ts";
import { describeNetworkFailure, isMistake, networkHint, readServerWords, saidIn } from "../../adobe/http/words.ts";
import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";
import { FlowrunError } from "../../errors.ts";
import { inTime } from "../../adobe/http/in-time.ts";
import { askOf, type PostMeans, type Receiver } from "../destinations/post.ts";

/** How an endpoint took a delivery. */
export type DeliveryOutcome =
  | { readonly kind: "accepted" }
  /** It will not take it, however often it is asked. */
  | { readonly kind: "refused"; readonly status: number; readonly why: string }
  /** Later it may: 429, a 5xx but 505, or no answer. */
  | {
      readonly kind: "later";
      readonly what: string;
      readonly why: string | null;
      readonly hint: string | null;
      readonly isThrottled: boolean;
      /** In milliseconds; `null` where it does not say. */
      readonly waitMs: number | null;
    };

/** How long Adobe waits for an answer, the connection's set-up included; in milliseconds. */
const answerMs = 10_000;
const mostWords = 65_536;

/**
 * Delivers once, and judges the answer as Adobe does. A redirect is not followed.
 * @throws the signal's reason; our own mistakes.
 */
export async function sendDelivery(
  { headers, body }: WebhookDelivery,
  { url, shown }: Receiver,
  { host, signal }: PostMeans,
): Promise<DeliveryOutcome> {
  const ask = askOf(url, { method: "POST", headers: headers, body });
  try {
    return await inTime({ ms: answerMs, tooLate, host, signal }, async (until): Promise<DeliveryOutcome> => {
      const answer = await host.send(ask, until);
      const { status } = answer;
      if (status >= 200 && status < 300) {
        answer.discard();
        return { kind: "accepted" };
      }
      // The status says enough where the body is too large, or breaks.
      const words = await answer.body({ mostBytes: mostWords }).catch(() => new Uint8Array());
      const said = saidIn(readServerWords(answer.headers, words, status));
      const isThrottled = status === 429;
      if (isThrottled || (status >= 500 && status !== 505)) {
        const waitMs = retryAfterMs(answer.headers, host.now());
        return { kind: "later", what: `${shown} answered ${status}`, why: said, hint: null, isThrottled, waitMs };
      }
      const isMoved = status >= 300 && status < 400;
      const why = said === null ? "" : `: ${said}`;
      return { kind: "refused", status, why: `it answered ${status}${isMoved ? ", which is not followed" : why}` };
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    const what = `${shown} could not be reached`;
    const why = describeNetworkFailure(error);
    return { kind: "later", what, why, hint: networkHint, isThrottled: false, waitMs: null };
  }
}

const tooLate = Object.assign(new Error(`after ${answerMs / 1000} s`), { code: "UND_ERR_HEADERS_TIMEOUT" });
