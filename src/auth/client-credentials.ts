import { FlowrunError } from "../errors.ts";
import { defaultWaitMs, mayPass, retryAfterMs } from "../http/backoff.ts";
import { persevere, type Attempt, type Retrying } from "../http/retrying.ts";
import { describeNetworkFailure, isMistake, networkHint, readServerWords, type ServerWords } from "../http/words.ts";
import type { Answer, Ask, Host } from "../host.ts";
import { parseObject } from "../json.ts";
import { Secret } from "./secret.ts";
import type { Credentials, Token } from "./token.ts";

export interface Minting extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
}

/**
 * Asks IMS for a token with the client-credentials grant (contract: journal, §2.1). Tries the next secret when IMS
 * refuses one; waits out 429, 5xx (and what else passes) and network failures as `minting.patience` allows.
 * @throws FlowrunError `auth` with IMS's own words, or `unavailable`.
 */
export async function mint(credentials: Credentials, minting: Minting): Promise<Token> {
  const refusals: ServerWords[] = [];
  for (const secret of credentials.secrets) {
    const outcome = await persevere(() => tryOnce(credentials, secret, minting), minting);
    if ("token" in outcome) return outcome.token;
    refusals.push(outcome.refused);
  }
  throw refused(credentials, refusals);
}

type Outcome = { readonly token: Token } | { readonly refused: ServerWords };

async function tryOnce(credentials: Credentials, secret: Secret, minting: Minting): Promise<Attempt<Outcome>> {
  const { host, signal } = minting;
  const ask = tokenRequest(credentials, secret);
  minting.notify({ kind: "asking", method: ask.method, url: ask.url });
  const mintedAt = host.now();
  try {
    const answer = await host.send(ask, signal);
    return judge(answer, await answer.body(), mintedAt, host);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    return { trouble: { ...trouble("IMS could not be reached", describeNetworkFailure(error)), hint: networkHint } };
  }
}

function tokenRequest(credentials: Credentials, secret: Secret): Ask {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: credentials.clientId,
    client_secret: secret.reveal(),
    scope: credentials.scopes.join(","),
  });
  return {
    method: "POST",
    url: `${credentials.imsUrl}/ims/token/v3`,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form.toString(),
  };
}

function judge(answer: Answer, body: Uint8Array, mintedAt: number, host: Pick<Host, "now">): Attempt<Outcome> {
  const words = readServerWords(answer.headers, body);
  if (answer.status === 200) {
    const token = readToken(body, mintedAt);
    return token === null
      ? // The body is not quoted: what is left of it may be a token.
        { trouble: trouble("IMS answered without a token", "its body is not the JSON of a token", words.requestId) }
      : { value: { token } };
  }
  if (answer.status === 429 || mayPass(answer.status)) {
    const told = retryAfterMs(answer.headers, host.now());
    const waitMs = answer.status === 429 || answer.status === 503 ? (told ?? defaultWaitMs) : null;
    return { trouble: { ...trouble(`IMS answered ${String(answer.status)}`, words.text, words.requestId), waitMs } };
  }
  return { value: { refused: words } };
}

function trouble(what: string, why: string | null, requestId: string | null = null) {
  return { what, kind: "unavailable", why, requestId, waitMs: null } as const;
}

/** More than this many "seconds" are milliseconds: the legacy exchange counts in those (contract: journal, §2.2). */
const mostSeconds = 100_000;

function readToken(body: Uint8Array, mintedAt: number): Token | null {
  const fields = parseObject(new TextDecoder().decode(body));
  const accessToken = fields?.["access_token"];
  const expiresIn = Number(fields?.["expires_in"]);
  if (typeof accessToken !== "string" || accessToken === "" || !(expiresIn > 0)) return null;
  const lifeMs = expiresIn > mostSeconds ? expiresIn : expiresIn * 1000;
  return { accessToken: new Secret(accessToken), mintedAt, expiresAt: mintedAt + lifeMs };
}

function refused(credentials: Credentials, refusals: readonly ServerWords[]): FlowrunError {
  const words = refusals.at(-1);
  const said = [words?.code, words?.text].filter((part) => part != null).join(": ");
  const which = refusals.length > 1 ? `all ${String(refusals.length)} secrets` : "the secret";
  return new FlowrunError("auth", `IMS refused ${which} of client ${credentials.clientId}`, {
    why: said === "" ? "IMS gave no reason" : `IMS says ${said}`,
    hint: "compare client id and secret with Adobe Developer Console → project → OAuth Server-to-Server, then: flowrun login",
    requestId: words?.requestId ?? null,
  });
}
