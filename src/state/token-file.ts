import { createHash } from "node:crypto";
import { join } from "node:path";
import { Secret } from "../adobe/auth/secret.ts";
import { isTokenText, type Credentials, type Token, type TokenStore } from "../adobe/auth/token.ts";
import { FlowrunError } from "../errors.ts";
import { parseObject, textOf } from "../json.ts";
import type { Notify } from "../notices.ts";
import { filesIn } from "./folders.ts";
import { findUnusable, privateFile } from "./private-file.ts";
import { findRemedy } from "./trouble.ts";

/** Whose tokens: the profile stands in a file's name, so that all of its can be forgotten, whatever they were minted with. */
export interface TokenPlace {
  readonly cacheFolder: string;
  readonly profile: string;
}

/**
 * Keeps a credential's token between processes, in a file of its own under the cache folder. In the file's name is a hash
 * of IMS URL, client id, scopes and secret, so a changed credential never meets the token of the old one.
 */
export function createTokenFile(place: TokenPlace, credentials: Credentials, notify: Notify): TokenStore {
  const { cacheFolder, profile } = place;
  const file = privateFile(cacheFolder, ["tokens"], `${profile}.${fingerprint(credentials)}.json`);
  return {
    find: async () => readToken(await file.read().catch(() => null)),
    keep: async (token) => {
      const { accessToken, mintedAt, expiresAt } = token;
      const text = JSON.stringify({ accessToken: accessToken.reveal(), mintedAt, expiresAt });
      await file.write(`${text}\n`).catch(async (error: unknown) => {
        const { why, hint } = await findRemedy(error, cacheFolder, file.path);
        notify({ kind: "warning", text: `the access token could not be kept for the next run: ${why} (${hint})` });
      });
    },
  };
}

/**
 * Forgets every token of a profile, and what is left of any that was being written.
 * @returns how many of them had its name. @throws FlowrunError `state` where one stays.
 */
export async function forgetTokens({ cacheFolder, profile }: TokenPlace): Promise<number> {
  try {
    let removed = 0;
    for (const name of await filesIn(cacheFolder, "tokens")) {
      if (!isOf(profile, name)) continue;
      const isGone = await privateFile(cacheFolder, ["tokens"], name).remove();
      if (isGone && name.startsWith(`${profile}.`)) removed += 1;
    }
    return removed;
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    const folder = join(cacheFolder, "tokens");
    throw new FlowrunError("state", `an access token of profile '${profile}' could not be removed from ${folder}`, {
      ...(await findRemedy(error, cacheFolder, folder)),
      cause: error,
    });
  }
}

/** Whether a token of that name is kept. @throws the file system's own error. */
export async function hasTokens({ cacheFolder, profile }: TokenPlace): Promise<boolean> {
  return (await filesIn(cacheFolder, "tokens")).some((name) => name.startsWith(`${profile}.`) && isOf(profile, name));
}

/** The paths of kept tokens that cannot be used, whoever they are. */
export function findDamagedTokens(cacheFolder: string): Promise<readonly string[]> {
  return findUnusable(cacheFolder, ["tokens"], (text) => readToken(text) !== null);
}

/**
 * Whether a file holds a token of the profile, or the start of one. Earlier versions wrote no profile into the name: whose
 * those are cannot be told, and another one is soon minted.
 */
function isOf(profile: string, name: string): boolean {
  const rest = name.startsWith(`${profile}.`) ? name.slice(profile.length + 1) : name;
  return /^[0-9a-f]{64}[.]json/.test(rest);
}

function fingerprint({ imsUrl, clientId, scopes, secrets }: Credentials): string {
  const parts = [imsUrl, clientId, scopes.join(","), ...secrets.map((secret) => sha256(secret.reveal()))];
  return sha256(parts.join("\n"));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A damaged token file is as good as none: it is only a cache. */
function readToken(text: string | null): Token | null {
  const fields = text === null ? null : parseObject(text);
  const accessToken = textOf(fields?.["accessToken"]);
  const { mintedAt, expiresAt } = fields ?? {};
  if (accessToken === null || !isTokenText(accessToken) || !isTime(mintedAt) || !isTime(expiresAt)) return null;
  return { accessToken: new Secret(accessToken), mintedAt, expiresAt };
}

/** Epoch milliseconds of a year that can be written. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) < 8e15;
}
