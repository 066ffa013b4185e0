import type { Token, TokenSource } from "../auth/token.ts";
import type { Answer, Host } from "../../host.ts";
import { attempt } from "./attempt.ts";
import { resolveNext } from "./follow.ts";
import { judgeAnswer } from "./judge.ts";
import { persevere, type Attempt, type Retrying } from "./retrying.ts";
import type { GatewayService } from "./service.ts";

/** The credential and the patience that services behind Adobe's gateway are asked with. */
export interface GatewayAccess extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
  /** Sent as `x-api-key`. */
  readonly clientId: string;
  /** Sent as `x-ims-org-id`. */
  readonly imsOrgId: string;
  readonly tokens: TokenSource;
}

/** One GET, put again until it is answered. */
export interface GatewayQuestion<T> {
  readonly service: GatewayService;
  /** Made anew for each attempt, since what it asks for may count from the moment of asking. */
  readonly url: () => string;
  /** The media types that are taken. */
  readonly accept: string;
  /** Reads an answer that is a success; `null`, before it has touched the body, for one that is not. */
  readonly read: (answer: Answer, url: string) => Promise<Attempt<T>> | null;
}

/**
 * Asks a service behind Adobe's gateway until it answers with a success: renews the token once after a refusal, and
 * waits out 429, 5xx and network failures as patience allows.
 * @throws FlowrunError when patience runs out or waiting cannot help, and for a URL that may not have the token; what is
 * a mistake of our own at once and as it is; the signal's reason when told to stop.
 */
export function askGateway<T>(access: GatewayAccess, question: GatewayQuestion<T>): Promise<T> {
  /** Grows. */
  const refused: Token[] = [];
  return persevere(() => askOnce(access, question, refused), access);
}

async function askOnce<T>(access: GatewayAccess, question: GatewayQuestion<T>, refused: Token[]): Promise<Attempt<T>> {
  const { service, accept, read } = question;
  const { tokens, host, signal } = access;
  const token = await tokenFor(tokens, refused);
  // After the token, which may take its time to come.
  const url = question.url();
  const exchange = async (): Promise<Attempt<T>> => {
    const answer = await sendQuestion(access, token, { service, url, accept });
    const success = read(answer, url);
    if (success !== null) return success;
    const judgement = await judgeAnswer({ service, url, refusals: refused.length }, answer, host.now());
    if (judgement.isTokenRefused) refused.push(token);
    return { trouble: judgement.trouble };
  };
  return attempt(exchange, service, signal);
}

/** One renewal answers the first refusal; a second one may be a passing fault of the gateway, so the same token goes again. */
function tokenFor(tokens: TokenSource, refused: readonly Token[]): Promise<Token> {
  const [first] = refused;
  return first !== undefined && refused.length === 1 ? tokens.renew(first) : tokens.current();
}

/**
 * Sends one question with the headers that a service behind the gateway wants.
 * @throws as `sendWithToken` does.
 */
export function sendQuestion(
  access: GatewayAccess,
  token: Token,
  { service, url, accept }: Pick<TokenlessGet, "service" | "url"> & { readonly accept: string },
): Promise<Answer> {
  const headers = { "x-api-key": access.clientId, "x-ims-org-id": access.imsOrgId, accept };
  return sendWithToken(access, token, { service, url, headers });
}

/** A GET that is yet to get its token. */
export interface TokenlessGet {
  readonly service: Pick<GatewayService, "name" | "url">;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends one GET with the token, which is put to a request here and nowhere else: whoever named the URL, a link or a
 * file, the token goes where it may and nowhere else.
 * @throws FlowrunError `protocol` for a URL that may not have the token, before anything is sent; what sending throws.
 */
export async function sendWithToken(
  { host, signal, notify }: Pick<GatewayAccess, "signal" | "notify"> & { readonly host: Pick<Host, "send"> },
  { accessToken }: Token,
  { service, url, headers }: TokenlessGet,
): Promise<Answer> {
  resolveNext(url, service.url, service);
  notify({ kind: "asking", method: "GET", url });
  const authorization = `Bearer ${accessToken.reveal()}`;
  return host.send({ method: "GET", url, headers: { authorization, ...headers } }, signal);
}
