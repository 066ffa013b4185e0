import type { Host } from "../../host.ts";
import type { Secret } from "./secret.ts";
import { isFresh, type Token, type TokenSource, type TokenStore } from "./token.ts";

/** Where tokens come from: a store that outlives the process, and IMS. */
export interface TokenSourceOptions {
  readonly host: Pick<Host, "now">;
  readonly store: TokenStore;
  readonly mint: () => Promise<Token>;
}

/**
 * Hands out the kept token while it is fresh and mints another when it is not. Everyone who asks while one is being
 * minted waits for that one, so a hundred 401s cost one request.
 */
export function createTokenSource({ host, store, mint }: TokenSourceOptions): TokenSource {
  let known: Token | null = null;
  let renewing: Promise<Token> | null = null;

  const once = (work: () => Promise<Token>): Promise<Token> => {
    renewing ??= work()
      .then((token) => (known = token))
      .finally(() => (renewing = null));
    return renewing;
  };

  const mintAndKeep = async (): Promise<Token> => {
    const token = await mint();
    await store.keep(token);
    return token;
  };

  return {
    current: async () => {
      if (known !== null && isFresh(known, host.now())) return known;
      return once(async () => {
        const kept = await store.find();
        return kept !== null && isFresh(kept, host.now()) ? kept : mintAndKeep();
      });
    },
    renew: async (refused) => {
      if (known !== null && !isSame(known, refused)) return known;
      return once(async () => {
        // Another process may have renewed it already.
        const kept = await store.find();
        return kept !== null && isFresh(kept, host.now()) && !isSame(kept, refused) ? kept : mintAndKeep();
      });
    },
  };
}

/** A token that was handed to us ready-made: there is nothing to renew it with. */
export function readyToken(accessToken: Secret): TokenSource {
  const token: Token = { accessToken, mintedAt: 0, expiresAt: Infinity };
  return { current: () => Promise.resolve(token), renew: () => Promise.resolve(token) };
}

function isSame(one: Token, other: Token): boolean {
  return one.accessToken.reveal() === other.accessToken.reveal();
}
