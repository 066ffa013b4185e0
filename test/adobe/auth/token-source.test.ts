import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import { createTokenSource, readyToken } from "../../../src/adobe/auth/token-source.ts";
import type { Token, TokenStore } from "../../../src/adobe/auth/token.ts";
import { noon } from "../../support/host.ts";

const day = 86_400_000;

function tokenNamed(name: string, mintedAt = noon, lifeMs = day): Token {
  return { accessToken: new Secret(name), mintedAt, expiresAt: mintedAt + lifeMs };
}

/** A mint that hands out token-1, token-2, … and a store in memory. */
function fixture(kept: Token | null = null) {
  let now = noon;
  let minted = 0;
  let failing: Error | null = null;
  const memory = { kept };
  const store: TokenStore = {
    find: () => Promise.resolve(memory.kept),
    keep: (token) => {
      memory.kept = token;
      return Promise.resolve();
    },
  };
  const mint = async (): Promise<Token> => {
    minted += 1;
    const token = tokenNamed(`token-${minted}`, now);
    await Promise.resolve();
    if (failing !== null) throw failing;
    return token;
  };
  return {
    source: () => createTokenSource({ host: { now: () => now }, store, mint }),
    memory,
    minted: () => minted,
    pass: (ms: number) => (now += ms),
    fail: (error: Error | null) => (failing = error),
  };
}

const nameOf = async (token: Promise<Token>): Promise<string> => (await token).accessToken.reveal();

describe("current", () => {
  test("mints once and hands the same token out while it is fresh", async () => {
    const { source, minted, pass, memory } = fixture();
    const tokens = source();
    expect(await nameOf(tokens.current())).toBe("token-1");
    pass(day - 5 * 60_000 - 1);
    expect(await nameOf(tokens.current())).toBe("token-1");
    expect(minted()).toBe(1);
    expect(memory.kept?.accessToken.reveal()).toBe("token-1");
  });

  test("renews five minutes before the end", async () => {
    const { source, pass } = fixture();
    const tokens = source();
    await tokens.current();
    pass(day - 5 * 60_000);
    expect(await nameOf(tokens.current())).toBe("token-2");
  });

  test("takes the kept token of an earlier process", async () => {
    const { source, minted } = fixture(tokenNamed("kept", noon - day / 2));
    expect(await nameOf(source().current())).toBe("kept");
    expect(minted()).toBe(0);
  });

  test("passes a stale kept token by", async () => {
    const { source } = fixture(tokenNamed("kept", noon - day));
    expect(await nameOf(source().current())).toBe("token-1");
  });

  test("everyone who asks at once waits for one minting", async () => {
    const { source, minted } = fixture();
    const tokens = source();
    const names = await Promise.all(Array.from({ length: 50 }, () => nameOf(tokens.current())));
    expect(new Set(names)).toEqual(new Set(["token-1"]));
    expect(minted()).toBe(1);
  });

  test("a minting that failed is not remembered", async () => {
    const { source, fail } = fixture();
    const tokens = source();
    fail(new Error("IMS is down"));
    await expect(tokens.current()).rejects.toThrow("IMS is down");
    fail(null);
    expect(await nameOf(tokens.current())).toBe("token-2");
  });
});

describe("renew", () => {
  test("mints another token than the refused one, and keeps that", async () => {
    const { source, memory, minted } = fixture(tokenNamed("kept"));
    const tokens = source();
    expect(await nameOf(tokens.renew(await tokens.current()))).toBe("token-1");
    expect(await nameOf(tokens.current())).toBe("token-1");
    expect(memory.kept?.accessToken.reveal()).toBe("token-1");
    expect(minted()).toBe(1);
  });

  test("a hundred refusals of one token cost one minting", async () => {
    const { source, minted } = fixture();
    const tokens = source();
    const refused = await tokens.current();
    const names = await Promise.all(Array.from({ length: 100 }, () => nameOf(tokens.renew(refused))));
    expect(new Set(names)).toEqual(new Set(["token-2"]));
    expect(await nameOf(tokens.renew(refused))).toBe("token-2");
    expect(minted()).toBe(2);
  });

  test("a token that another process has renewed meanwhile is taken", async () => {
    const { source, memory, minted } = fixture(tokenNamed("kept"));
    const tokens = source();
    const refused = await tokens.current();
    memory.kept = tokenNamed("theirs");
    expect(await nameOf(tokens.renew(refused))).toBe("theirs");
    expect(minted()).toBe(0);
  });
});

test("a token that was handed to us is never renewed", async () => {
  const tokens = readyToken(new Secret("ready"));
  expect(await nameOf(tokens.renew(await tokens.current()))).toBe("ready");
});
