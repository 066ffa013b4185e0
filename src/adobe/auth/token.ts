import type { Secret } from "./secret.ts";

/** A credential of the kind OAuth Server-to-Server, which IMS hands out a token for. */
export interface Credentials {
  /** Where IMS is, without a slash at the end. */
  readonly imsUrl: string;
  readonly clientId: string;
  /** A credential holds up to two while they are rotated; they are tried in this order. */
  readonly secrets: readonly Secret[];
  readonly scopes: readonly string[];
}

/** An access token with its life, in epoch milliseconds of our own clock. */
export interface Token {
  readonly accessToken: Secret;
  readonly mintedAt: number;
  readonly expiresAt: number;
}

/** Where a token outlives the process. Neither call ever fails a reading: a store that cannot be used finds nothing and keeps nothing. */
export interface TokenStore {
  find(): Promise<Token | null>;
  keep(token: Token): Promise<void>;
}

/** Hands out a usable token. */
export interface TokenSource {
  current(): Promise<Token>;
  /** Another token than the one the journal refused; the same one where no other can be had. */
  renew(refused: Token): Promise<Token>;
}

/** Whether a text can be a token, which travels in a header: anything else would break every request far from here. Pure. */
export function isTokenText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

const marginMs = 5 * 60_000;

/** Usable until five minutes before the end, or half of its life where that is less. Pure. */
export function isFresh(token: Token, now: number): boolean {
  const life = token.expiresAt - token.mintedAt;
  return now < token.expiresAt - Math.min(marginMs, life / 2) && now >= token.mintedAt - marginMs;
}
