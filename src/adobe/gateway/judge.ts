import { defaultWaitMs, mayPass, retryAfterMs } from "./backoff.ts";
import { unavailable, type Trouble } from "./retrying.ts";
import type { FlowrunError } from "../../errors.ts";
import { isWebPage, readServerWords, type ServerWords } from "../http/words.ts";
import type { Answer, AnswerHeaders } from "../../host.ts";
import { blocked, refusal } from "./refusals.ts";
import type { GatewayService } from "./service.ts";

/** An answer of 4xx that waiting does not mend. */
export interface RefusedAnswer {
  readonly status: number;
  readonly words: ServerWords;
  readonly headers: AnswerHeaders;
}

/** The failure behind a refusal, in a service's own terms; `null` where it has none for it. */
export type Refuse = (refused: RefusedAnswer) => FlowrunError | null;

/** The question that was answered. */
export interface JudgedQuestion {
  readonly service: GatewayService;
  readonly url: string;
  /** How often the gateway has refused a token for it so far. */
  readonly refusals: number;
  readonly refuse?: Refuse | undefined;
}

/** Why there was no success, where another attempt may bring it. */
export interface Judgement {
  readonly trouble: Trouble;
  /** Whether it is the token that was refused. */
  readonly isTokenRefused: boolean;
}

/**
 * Judges an answer that is no success, for the next attempt; reads its body. `now` is epoch milliseconds.
 * @throws FlowrunError where waiting cannot help.
 */
export async function judgeAnswer(question: JudgedQuestion, answer: Answer, now: number): Promise<Judgement> {
  const { service, url, refusals, refuse } = question;
  const { status } = answer;
  const body = await answer.body();
  const words = readServerWords(answer.headers, body, status);
  const failed = unavailable(`${service.name} answered ${status}`, words.text ?? words.code, words.requestId);
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(answer.headers, now) ?? defaultWaitMs;
    return { trouble: { ...failed, waitMs, throttled: status === 429 }, isTokenRefused: false };
  }
  if (mayPass(status)) return { trouble: failed, isTokenRefused: false };
  const isTokenLost = status === 403 && (words.code === "403010" || words.code === "403020");
  if (status === 401 || (isTokenLost && refusals === 0)) {
    return { trouble: unauthorised(failed, refusals), isTokenRefused: true };
  }
  if (status === 403 && isWebPage(answer.headers, body)) throw blocked(words, url, service);
  throw refuse?.({ status, words, headers: answer.headers }) ?? refusal(status, words, url, service);
}

const afterSecondRefusalMs = 2000;

function unauthorised(failed: Trouble, refusalsBefore: number): Trouble {
  return {
    ...failed,
    kind: "auth",
    allowed: 3,
    waitMs: refusalsBefore === 0 ? 0 : afterSecondRefusalMs,
    hint: "a fresh token was refused too: compare client id, secret and scopes with Adobe Developer Console → your project → OAuth Server-to-Server",
    suspects: ["accessToken", "clientId", "imsOrgId"],
    examine: true,
  };
}
