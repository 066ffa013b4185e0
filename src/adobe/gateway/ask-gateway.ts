import type { Token, TokenSource } from "../auth/token.ts";
import { FlowrunError } from "../../errors.ts";
import type { Answer, Ask, Host } from "../../host.ts";
import { describeNetworkFailure, isMistake, isUnsent } from "../http/words.ts";
import { attempt } from "./attempt.ts";
import { resolveNext } from "./follow.ts";
import { judgeAnswer, type Refuse } from "./judge.ts";
import { persevere, type Attempt, type Retrying, type Trouble } from "./retrying.ts";
import type { GatewayService } from "./service.ts";

/** The credential and the patience that services behind Adobe's gateway are asked with. */
export interface GatewayAccess extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
  /** Sent as `x-api-key`. */
  readonly clientId: string;
  /** Sent as `x-ims-org-id`, or as the service wants it. */
  readonly imsOrgId: string;
  readonly tokens: TokenSource;
}

/** One request, put again until it is answered; a GET where it does not say otherwise. */
export interface GatewayQuestion<T> {
  readonly service: GatewayService;
  readonly method?: Ask["method"];
  /** Sent with a request that has one, and its media type. */
  readonly body?: { readonly text: string; readonly type: string };
  /** Made anew for each attempt, since what it asks for may count from the moment of asking. */
  readonly url: () => string;
  /** The media types that are taken. */
  readonly accept: string;
  /** Sent besides those that all of them get. */
  readonly headers?: Ask["headers"];
  /** Reads an answer that is a success; `null`, before it has touched the body, for one that is not. */
  readonly read: (answer: Answer, url: string) => Promise<Attempt<T>> | null;
  /** Tells a refusal of 4xx in the service's own terms; `null` leaves it to what the gateway's refusals mean. */
  readonly refuse?: Refuse;
  /**
   * Of a request that must not be done twice: what to throw where an attempt may have been done although no answer says
   * so. It is put again only where that cannot be: nobody was reached, or the gateway itself turned it away.
   */
  readonly uncertain?: (why: string, requestId: string | null) => FlowrunError;
}

/**
 * Asks a service behind Adobe's gateway until it answers with a success: renews the token once after a refusal, and
 * waits out 429, 5xx and network failures as patience allows (a request that must not be done twice: only a 429 and a
 * failure to connect).
 * @throws FlowrunError when patience runs out or waiting cannot help, and for a URL that may not have the token; what is
 * a mistake of our own at once and as it is; the signal's reason when told to stop.
 */
export function askGateway<T>(access: GatewayAccess, question: GatewayQuestion<T>): Promise<T> {
  /** Grows. */
  const refused: Token[] = [];
  return persevere(() => askOnce(access, question, refused), access);
}

async function askOnce<T>(access: GatewayAccess, question: GatewayQuestion<T>, refused: Token[]): Promise<Attempt<T>> {
  const { service, accept, headers = {}, read, method = "GET", body, refuse } = question;
  const { tokens, host, signal } = access;
  const token = await tokenFor(tokens, refused);
  // After the token, which may take its time to come.
  const url = question.url();
  const exchange = async (): Promise<Attempt<T>> => {
    const answer = await sendQuestion(access, token, { service, url, accept, headers, method, ...(body && { body }) });
    const success = read(answer, url);
    if (success !== null) return success;
    const { status } = answer;
    const judgement = await judgeAnswer({ service, url, refusals: refused.length, refuse }, answer, host.now());
    if (judgement.isTokenRefused) refused.push(token);
    else if (status !== 429) throwUncertain(question, judgement.trouble);
    return { trouble: judgement.trouble };
  };
  return attempt(() => withoutDoubt(exchange, question, signal), service, signal);
}

/** @throws FlowrunError where the request must not be done twice, and may have been done by an exchange that failed. */
async function withoutDoubt<T>(
  exchange: () => Promise<Attempt<T>>,
  question: GatewayQuestion<T>,
  signal: AbortSignal,
): Promise<Attempt<T>> {
  try {
    return await exchange();
  } catch (error) {
    const isKnown = error instanceof FlowrunError || isMistake(error) || isUnsent(error);
    if (question.uncertain === undefined || signal.aborted || isKnown) throw error;
    throw question.uncertain(describeNetworkFailure(error), null);
  }
}

function throwUncertain<T>({ uncertain }: GatewayQuestion<T>, { what, why, requestId }: Trouble): void {
  if (uncertain === undefined) return;
  throw uncertain([what, why].filter((part) => part !== null).join(": "), requestId);
}

/** One renewal answers the first refusal; a second one may be a passing fault of the gateway, so the same token goes again. */
function tokenFor(tokens: TokenSource, refused: readonly Token[]): Promise<Token> {
  const [first] = refused;
  return first !== undefined && refused.length === 1 ? tokens.renew(first) : tokens.current();
}

/** One question on its way to a service behind the gateway. */
type Sending = Pick<TokenlessAsk, "url" | "method"> &
  Pick<GatewayQuestion<never>, "accept" | "body" | "headers"> & {
    readonly service: Pick<GatewayService, "name" | "url" | "organisation">;
  };

/**
 * Sends one question with the headers that a service behind the gateway wants.
 * @throws as `sendWithToken` does.
 */
export function sendQuestion(
  access: GatewayAccess,
  token: Token,
  { accept, body, headers: more = {}, ...ask }: Sending,
): Promise<Answer> {
  const { organisation = "x-ims-org-id" } = ask.service;
  const type = body === undefined ? {} : { "content-type": body.type };
  const headers = { "x-api-key": access.clientId, [organisation]: access.imsOrgId, accept, ...type, ...more };
  return sendWithToken(access, token, { ...ask, headers, ...(body === undefined ? {} : { body: body.text }) });
}

/** A request that is yet to get its token; a GET where it does not say otherwise. */
export interface TokenlessAsk extends Pick<Ask, "url" | "headers" | "body"> {
  readonly service: Pick<GatewayService, "name" | "url">;
  readonly method?: Ask["method"];
}

/**
 * Sends one request with the token, which is put to a request here and nowhere else: whoever named the URL, a link or a
 * file, the token goes where it may and nowhere else.
 * @throws FlowrunError `protocol` for a URL that may not have the token, before anything is sent; what sending throws.
 */
export async function sendWithToken(
  { host, signal, notify }: Pick<GatewayAccess, "signal" | "notify"> & { readonly host: Pick<Host, "send"> },
  { accessToken }: Token,
  { service, url, headers, method = "GET", body }: TokenlessAsk,
): Promise<Answer> {
  resolveNext(url, service.url, service);
  notify({ kind: "asking", method, url });
  const authorization = `Bearer ${accessToken.reveal()}`;
  const content = body === undefined ? {} : { body };
  return host.send({ method, url, headers: { authorization, ...headers }, ...content }, signal);
}
