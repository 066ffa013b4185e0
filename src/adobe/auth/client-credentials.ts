import { FlowrunError } from "../../errors.ts";
import { defaultWaitMs, mayPass, retryAfterMs } from "../gateway/backoff.ts";
import { attempt } from "../gateway/attempt.ts";
import { blaming, persevere, unavailable, type Attempt, type Retrying } from "../gateway/retrying.ts";
import { readServerWords, saidIn } from "../http/words.ts";
import type { Answer, Ask, Host } from "../../host.ts";
import { parseObject } from "../../json.ts";
import { blamesSecret, secretsRefused, strangersAnswer, tokenRefused, type Refusal } from "./ims-refusals.ts";
import { Secret } from "./secret.ts";
import { isTokenText, type Credentials, type Token } from "./token.ts";

/** The means and the patience to ask IMS with. */
export interface Minting extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
}

/**
 * Asks IMS for a token with the client-credentials grant (RFC 6749, 4.4; Adobe calls it OAuth Server-to-Server). Tries
 * the next secret where it is the secret that IMS refuses; waits out 429, 5xx (and what else passes) and network failures as `minting.patience` allows.
 * @throws FlowrunError `auth` with IMS's own words, or `unavailable`; what is a mistake of our own at once and as it is.
 */
export async function mint(credentials: Credentials, minting: Minting): Promise<Token> {
  return blaming(() => mintWithAny(credentials, minting), minting);
}

async function mintWithAny(credentials: Credentials, minting: Minting): Promise<Token> {
  let refused = new FlowrunError("settings", `client ${credentials.clientId} has no secret to ask IMS with`, {
    why: "neither FLOWRUN_CLIENT_SECRET nor the profile has one",
    hint: "flowrun login",
  });
  for (const secret of credentials.secrets) {
    const verdict = await persevere(() => tryOnce(credentials, secret, minting), minting);
    if ("token" in verdict) return verdict.token;
    refused = secretsRefused(credentials, verdict.refusal);
  }
  throw refused;
}

/** How IMS answered to one secret. */
type ImsVerdict = { readonly token: Token } | { readonly refusal: Refusal };

async function tryOnce(credentials: Credentials, secret: Secret, minting: Minting): Promise<Attempt<ImsVerdict>> {
  const { host, signal } = minting;
  const ask = tokenRequest(credentials, secret);
  minting.notify({ kind: "asking", method: ask.method, url: ask.url });
  const mintedAt = host.now();
  const exchange = async (): Promise<Attempt<ImsVerdict>> => {
    const answer = await host.send(ask, signal);
    return readTokenAnswer(credentials, answer, await answer.body(), { mintedAt, now: host.now() });
  };
  return attempt(exchange, ims, signal);
}

const ims = { unreached: "IMS could not be reached", setting: "imsUrl" };

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

/** The token, or why there is none. @throws FlowrunError for an answer that neither waiting nor another secret mends. */
function readTokenAnswer(
  credentials: Credentials,
  answer: Answer,
  body: Uint8Array,
  { mintedAt, now }: { readonly mintedAt: number; readonly now: number },
): Attempt<ImsVerdict> {
  const words = readServerWords(answer.headers, body, answer.status);
  const token = answer.status === 200 ? readToken(body, mintedAt) : null;
  if (token !== null) return { value: { token } };
  if (answer.status === 429 || mayPass(answer.status)) {
    const told = retryAfterMs(answer.headers, now);
    const waitMs = answer.status === 429 || answer.status === 503 ? (told ?? defaultWaitMs) : null;
    return {
      trouble: { ...unavailable(`IMS answered ${String(answer.status)}`, saidIn(words), words.requestId), waitMs },
    };
  }
  const stranger = strangersAnswer(credentials, answer, body, words);
  if (stranger !== null) throw stranger;
  if (answer.status === 200) {
    // The body is not quoted: what is left of it may be a token.
    return {
      trouble: unavailable("IMS answered without a token", "its body is not the JSON of a token", words.requestId),
    };
  }
  const refusal: Refusal = { status: answer.status, words };
  if (blamesSecret(refusal)) return { value: { refusal } };
  throw tokenRefused(credentials, refusal);
}

/** More than this many "seconds" are milliseconds: the legacy exchange counts in those. */
const mostSeconds = 100_000;

function readToken(body: Uint8Array, mintedAt: number): Token | null {
  const fields = parseObject(new TextDecoder().decode(body));
  const accessToken = fields?.["access_token"];
  const expiresIn = Number(fields?.["expires_in"]);
  if (typeof accessToken !== "string" || !isTokenText(accessToken) || !(expiresIn > 0)) return null;
  const lifeMs = expiresIn > mostSeconds ? expiresIn : expiresIn * 1000;
  return { accessToken: new Secret(accessToken), mintedAt, expiresAt: mintedAt + lifeMs };
}
