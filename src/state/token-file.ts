import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "../auth/secret.ts";
import { isTokenText, type Credentials, type Token, type TokenStore } from "../auth/token.ts";
import { reasonOf } from "../errors.ts";
import { parseObject, textOf } from "../json.ts";
import type { Notify } from "../notices.ts";
import { findUnusable, readPrivateFile, writePrivateFile } from "./private-file.ts";

/**
 * Keeps a credential's token between processes, in a file of its own under the cache folder. The file's name is a hash
 * of IMS URL, client id, scopes and secret, so a changed credential never meets the token of the old one.
 */
export function createTokenFile(cacheFolder: string, credentials: Credentials, notify: Notify): TokenStore {
  const path = tokenPath(cacheFolder, credentials);
  return {
    find: async () => readToken(await readPrivateFile(path).catch(() => null)),
    keep: async (token) => {
      const { accessToken, mintedAt, expiresAt } = token;
      const text = JSON.stringify({ accessToken: accessToken.reveal(), mintedAt, expiresAt });
      await writePrivateFile(path, `${text}\n`).catch((error: unknown) => {
        notify({ kind: "warning", text: `the access token could not be kept for the next run: ${reasonOf(error)}` });
      });
    },
  };
}

/** Forgets the token that is kept for a credential, if one is. */
export async function forgetToken(cacheFolder: string, credentials: Credentials): Promise<void> {
  await rm(tokenPath(cacheFolder, credentials), { force: true });
}

/** The paths of kept tokens that cannot be used. */
export function findDamagedTokens(cacheFolder: string): Promise<readonly string[]> {
  return findUnusable(join(cacheFolder, "tokens"), (text) => readToken(text) !== null);
}

function tokenPath(cacheFolder: string, credentials: Credentials): string {
  return join(cacheFolder, "tokens", `${fingerprint(credentials)}.json`);
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
