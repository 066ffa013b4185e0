import { parseObject, textOf, type JsonObject } from "../../json.ts";
import type { Secret } from "./secret.ts";

/** The claims of an access token, as far as they are read. */
export interface TokenClaims {
  /** `null` where it does not say. */
  readonly scopes: readonly string[] | null;
  /** Epoch milliseconds, or `null`. */
  readonly expiresAt: number | null;
}

/**
 * Reads the claims of a token that is a JWT, without asking anybody; both `null` for any other. Nothing is verified:
 * whether the token is good is for Adobe to say. IMS counts in milliseconds, in texts. Pure.
 */
export function readClaims(token: Secret): TokenClaims {
  const claims = decode(token.reveal());
  const scope = textOf(claims["scope"]);
  const from = Number(claims["created_at"] ?? NaN);
  const expiresAt = from + Number(claims["expires_in"] ?? NaN);
  return {
    scopes: scope === null ? null : scope.split(/[\s,]+/).filter((word) => word !== ""),
    // No more than a date can be.
    expiresAt: Math.abs(expiresAt) < 8e15 ? expiresAt : null,
  };
}

function decode(token: string): JsonObject {
  const [, payload = ""] = token.split(".");
  return parseObject(Buffer.from(payload, "base64url").toString("utf8")) ?? {};
}
