import { FlowrunError } from "../../errors.ts";
import { defaultWaitMs, mayPass, retryAfterMs } from "../gateway/backoff.ts";
import { blaming, persevere, type Attempt, type Retrying } from "../gateway/retrying.ts";
import { describeNetworkFailure, isMistake, networkHint, readServerWords, saidIn } from "../http/words.ts";
import type { Answer, Ask, Host } from "../../host.ts";
import { parseObject } from "../../json.ts";
import { blamesSecret, secretsRefused, strangersAnswer, tokenRefused, type Refusal } from "./ims-refusals.ts";
import { Secret } from "./secret.ts";
import { isTokenText, type Credentials, type Token } from "./token.ts";

export interface Minting extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
}

/**
 * Asks IMS for a token with the client-credentials grant (contract: journal, §2.1). Tries the next secret where it is the
 * secret that IMS refuses; waits out 429, 5xx (and what else passes) and network failures as `minting.patience` allows.
 * @throws FlowrunError `auth` with IMS's own words, or `unavailable`.
 */
export async function mint(credentials: Credentials, minting: Minting): Promise<Token> {
  return blaming(() => mintWithAny(credentials, minting), minting);
}

async function mintWithAny(credentials: Credentials, minting: Minting): Promise<Token> {
  let refused = new FlowrunError("settings", `client ${credentials.clientId} has no secret to ask IMS with`, {
    hint: "flowrun login",
  });
  for (const secret of credentials.secrets) {
    const outcome = await persevere(() => tryOnce(credentials, secret, minting), minting);
    if ("token" in outcome) return outcome.token;
    refused = secretsRefused(credentials, outcome.refusal);
  }
  throw refused;
}

type Outcome = { readonly token: Token } | { readonly refusal: Refusal };

async function tryOnce(credentials: Credentials, secret: Secret, minting: Minting): Promise<Attempt<Outcome>> {
  const { host, signal } = minting;
  const ask = tokenRequest(credentials, secret);
  minting.notify({ kind: "asking", method: ask.method, url: ask.url });
  const mintedAt = host.now();
  try {
    const answer = await host.send(ask, signal);
    return judge(credentials, answer, await answer.body(), { mintedAt, now: host.now() });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    const failed = trouble("IMS could not be reached", describeNetworkFailure(error));
    return { trouble: { ...failed, hint: networkHint, suspects: ["imsUrl"], examine: true } };
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

/** @throws FlowrunError for an answer that neither waiting nor another secret mends. */
function judge(
  credentials: Credentials,
  answer: Answer,
  body: Uint8Array,
  { mintedAt, now }: { readonly mintedAt: number; readonly now: number },
): Attempt<Outcome> {
  const words = readServerWords(answer.headers, body, answer.status);
  const token = answer.status === 200 ? readToken(body, mintedAt) : null;
  if (token !== null) return { value: { token } };
  if (answer.status === 429 || mayPass(answer.status)) {
    const told = retryAfterMs(answer.headers, now);
    const waitMs = answer.status === 429 || answer.status === 503 ? (told ?? defaultWaitMs) : null;
    return { trouble: { ...trouble(`IMS answered ${String(answer.status)}`, saidIn(words), words.requestId), waitMs } };
  }
  const stranger = strangersAnswer(credentials, answer, body, words);
  if (stranger !== null) throw stranger;
  if (answer.status === 200) {
    // The body is not quoted: what is left of it may be a token.
    return {
      trouble: trouble("IMS answered without a token", "its body is not the JSON of a token", words.requestId),
    };
  }
  const refusal: Refusal = { status: answer.status, words };
  if (blamesSecret(refusal)) return { value: { refusal } };
  throw tokenRefused(credentials, refusal);
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
  if (typeof accessToken !== "string" || !isTokenText(accessToken) || !(expiresIn > 0)) return null;
  const lifeMs = expiresIn > mostSeconds ? expiresIn : expiresIn * 1000;
  return { accessToken: new Secret(accessToken), mintedAt, expiresAt: mintedAt + lifeMs };
}
