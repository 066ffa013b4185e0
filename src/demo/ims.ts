import { account } from "./account.ts";
import { jsonReply, type Call, type Reply } from "./call.ts";
import { hexFrom } from "./chance.ts";

/** The properties of the demo's IMS that tests vary. */
export interface ImsKnobs {
  /** Life of a token, in seconds. */
  readonly expiresIn: number;
  /** The unit of the answer's `expires_in`; only an old grant spoke of milliseconds. */
  readonly unit: "s" | "ms";
  /** Mints within 60 s beyond which IMS throttles; the real number is not published. */
  readonly mintsPerMinute: number;
}

/** IMS as Adobe runs it: a token lives a day, and `expires_in` counts seconds. */
export const usualIms: ImsKnobs = { expiresIn: 86_399, unit: "s", mintsPerMinute: 100 };

/** The demo's IMS, with the tokens that it has minted. */
export interface Ims {
  /** Answers a token request, as Adobe's IMS does: OAuth 2.0 client credentials (RFC 6749, 4.4). */
  readonly answer: (call: Call) => Reply;
  readonly isLive: (token: string) => boolean;
  /** Makes every token minted so far worthless. */
  readonly revokeAll: () => void;
  /** How many tokens have been minted. */
  readonly mints: () => number;
}

/** An IMS that mints tokens for the demo's account. `now` is epoch ms. */
export function createIms(knobs: ImsKnobs, now: () => number): Ims {
  /** Live tokens, each with when it ends (epoch ms). */
  const tokens = new Map<string, number>();
  let recent: readonly number[] = [];
  let minted = 0;

  function mint(): Reply {
    const time = now();
    recent = recent.filter((mintedAt) => mintedAt > time - 60_000);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= knobs.mintsPerMinute) return throttled(oldest + 60_000 - time);
    for (const [token, end] of tokens) if (end <= time) tokens.delete(token);
    recent = [...recent, time];
    minted += 1;
    const token = renderToken(knobs, time, minted);
    tokens.set(token, time + knobs.expiresIn * 1000);
    const expiresIn = knobs.unit === "s" ? knobs.expiresIn : knobs.expiresIn * 1000;
    return imsReply(200, { access_token: token, token_type: "bearer", expires_in: expiresIn });
  }

  return {
    answer: (call) => refuseMint(call) ?? mint(),
    isLive: (token) => (tokens.get(token) ?? 0) > now(),
    revokeAll: () => {
      tokens.clear();
    },
    mints: () => minted,
  };
}

/** A reply with the id that IMS support asks for. Pure. */
export function imsReply(status: number, value: unknown, headers: Reply["headers"] = []): Reply {
  return jsonReply(status, value, [["X-Debug-Id", hexFrom(`${status} ${JSON.stringify(value)}`, 16)], ...headers]);
}

/** IMS refusing on the ground of what was sent. Pure. */
export function imsError(error: string, description: string): Reply {
  return imsReply(400, { error, error_description: description });
}

const requiredFields = ["client_id", "client_secret", "grant_type", "scope"];

/** Exactly the documented form, since a field misspelt (`scopes`) would be ignored and give a token without rights. */
function refuseMint(call: Call): Reply | null {
  if (!/^\/ims\/token\/v[23]$/.test(call.path)) return imsReply(404, { error: "not_found" });
  if (call.method !== "POST") return imsReply(405, { error: "method_not_allowed" });
  if (!call.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    return imsError("invalid_request", "content type must be application/x-www-form-urlencoded");
  }
  const form = new URLSearchParams(call.body);
  const fields = [...form.keys()].filter((name) => name !== "org_id" || !call.path.endsWith("/v2"));
  if (fields.sort().join() !== requiredFields.join()) {
    return imsError("invalid_request", `expected the fields ${requiredFields.join(", ")}`);
  }
  return refuseCredential(form);
}

function refuseCredential(form: URLSearchParams): Reply | null {
  const scopes = (form.get("scope") ?? "").split(",");
  const knownScopes: readonly string[] = account.scopes;
  const secrets: readonly string[] = account.clientSecrets;
  if (form.get("grant_type") !== "client_credentials") return imsError("unsupported_grant_type", "grant_type");
  if (form.get("client_id") !== account.clientId) return imsError("invalid_client", "invalid client_id parameter");
  if (!secrets.includes(form.get("client_secret") ?? "")) {
    return imsError("invalid_client", "invalid client_secret parameter");
  }
  const unknown = scopes.find((scope) => !knownScopes.includes(scope));
  return unknown === undefined ? null : imsError("invalid_scope", `invalid scope: ${unknown}`);
}

function throttled(waitMs: number): Reply {
  return imsReply(429, { error: "too_many_requests" }, [["Retry-After", String(Math.ceil(waitMs / 1000))]]);
}

/** Three parts like a real one, whose claims count in milliseconds and are texts. */
function renderToken(knobs: ImsKnobs, time: number, serial: number): string {
  const id = `${time}_demo_${serial}`;
  const claims = {
    id,
    type: "access_token",
    client_id: account.clientId,
    as: "ims-demo",
    created_at: String(time),
    expires_in: String(knobs.expiresIn * 1000),
    scope: account.scopes.join(),
  };
  return [{ alg: "none", typ: "JWT" }, claims, { signature: hexFrom(id, 40) }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}
