import { createHash } from "node:crypto";
import { join } from "node:path";
import { Secret } from "../auth/secret.ts";
import { isTokenText, type Credentials, type Token, type TokenStore } from "../auth/token.ts";
import { FlowrunError } from "../errors.ts";
import { parseObject, textOf } from "../json.ts";
import type { Notify } from "../notices.ts";
import { filesIn } from "./folders.ts";
import { findUnusable, privateFile } from "./private-file.ts";
import { findRemedy } from "./trouble.ts";

/** Whose tokens: each profile has a folder of its own, so that all can be forgotten, whatever they were minted with. */
export interface TokenPlace {
  readonly cacheFolder: string;
  readonly profile: string;
}

/**
 * Keeps a credential's token between processes, in a file of its own under the cache folder. The file's name is a hash
 * of IMS URL, client id, scopes and secret, so a changed credential never meets the token of the old one.
 */
export function createTokenFile(place: TokenPlace, credentials: Credentials, notify: Notify): TokenStore {
  const { cacheFolder, profile } = place;
  const file = privateFile(cacheFolder, ["tokens", profile], `${fingerprint(credentials)}.json`);
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
 * @returns how many files that were. @throws FlowrunError `state` where one stays.
 */
export async function forgetTokens({ cacheFolder, profile }: TokenPlace): Promise<number> {
  try {
    // Earlier versions kept everybody's in one folder: whose they are cannot be told, and another one is soon minted.
    return (await forgetAllIn(cacheFolder, "tokens", profile)) + (await forgetAllIn(cacheFolder, "tokens"));
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    const folder = join(cacheFolder, "tokens", profile);
    throw new FlowrunError("state", `the access tokens kept in ${folder} could not be removed`, {
      ...(await findRemedy(error, cacheFolder, folder)),
      cause: error,
    });
  }
}

/** The paths of a profile's kept tokens that cannot be used, and of those that earlier versions left. */
export async function findDamagedTokens({ cacheFolder, profile }: TokenPlace): Promise<readonly string[]> {
  const passes = (text: string): boolean => readToken(text) !== null;
  const folders = [["tokens", profile], ["tokens"]];
  return (await Promise.all(folders.map((below) => findUnusable(cacheFolder, below, passes)))).flat();
}

async function forgetAllIn(home: string, ...below: readonly string[]): Promise<number> {
  let removed = 0;
  for (const name of await filesIn(home, ...below)) removed += (await privateFile(home, below, name).remove()) ? 1 : 0;
  return removed;
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
