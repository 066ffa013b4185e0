import type { Token, TokenSource } from "../auth/token.ts";
import { defaultWaitMs, mayPass, retryAfterMs } from "./backoff.ts";
import type { Trouble } from "./retrying.ts";
import { isWebPage, readServerWords } from "../http/words.ts";
import type { Answer } from "../../host.ts";
import { blocked, refusal, serviceNames, type Service } from "./refusals.ts";

/** One question to a service behind Adobe's gateway, and how it has gone so far. */
export interface Question {
  readonly service: Service;
  readonly url: string;
  /** The tokens that the gateway refused for this question; grows. */
  readonly refused: Token[];
}

/** One renewal answers the first refusal; a second one may be a passing fault of the gateway, so the same token goes again. */
export function tokenFor(tokens: TokenSource, refused: readonly Token[]): Promise<Token> {
  const [first] = refused;
  return first !== undefined && refused.length === 1 ? tokens.renew(first) : tokens.current();
}

/**
 * What an answer that is no success means for the next attempt; reads its body.
 * @throws FlowrunError where waiting cannot help.
 */
export async function judge(question: Question, answer: Answer, token: Token, now: number): Promise<Trouble> {
  const { service, url, refused } = question;
  const { status } = answer;
  const body = await answer.body();
  const words = readServerWords(answer.headers, body, status);
  const failed: Trouble = {
    what: `${serviceNames[service]} answered ${status}`,
    kind: "unavailable",
    why: words.text ?? words.code,
    requestId: words.requestId,
    waitMs: null,
  };
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(answer.headers, now) ?? defaultWaitMs;
    return { ...failed, waitMs, throttled: status === 429 };
  }
  if (mayPass(status)) return failed;
  const isTokenLost = status === 403 && (words.code === "403010" || words.code === "403020");
  if (status === 401 || (isTokenLost && refused.length === 0)) {
    refused.push(token);
    return unauthorised(failed, refused.length);
  }
  if (status === 403 && isWebPage(answer.headers, body)) throw blocked(words, url, service);
  throw refusal(status, words, url, service);
}

const afterSecondRefusalMs = 2000;

function unauthorised(failed: Trouble, refusals: number): Trouble {
  return {
    ...failed,
    kind: "auth",
    allowed: 3,
    waitMs: refusals === 1 ? 0 : afterSecondRefusalMs,
    hint: "a fresh token was refused too: compare client id, secret and scopes with Adobe Developer Console → your project → OAuth Server-to-Server",
    suspects: ["accessToken", "clientId", "imsOrgId"],
    examine: true,
  };
}
