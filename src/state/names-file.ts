import { createHash } from "node:crypto";
import { isObject, parseObject } from "../json.ts";
import type { KnownName, NameStore } from "../adobe/platform/name-book.ts";
import { findUnusable, privateFile } from "./private-file.ts";

/**
 * Keeps the names of an organisation's flows between processes, in a file under the cache folder. It is only a cache: a
 * damaged file is as good as none, and one that cannot be written costs a few questions next time.
 */
export function createNamesFile(cacheFolder: string, platform: string, imsOrgId: string): NameStore {
  const key = createHash("sha256").update(`${platform}\n${imsOrgId}`).digest("hex");
  const file = privateFile(cacheFolder, ["names"], `${key}.json`);
  return {
    find: async () => readNames(await file.read().catch(() => null)),
    keep: (names) => file.write(`${JSON.stringify(Object.fromEntries(names))}\n`).catch(() => undefined),
  };
}

/** The paths of the files of names that cannot be used. */
export function findDamagedNames(cacheFolder: string): Promise<readonly string[]> {
  return findUnusable(cacheFolder, ["names"], (text) => parseObject(text) !== null);
}

function readNames(text: string | null): ReadonlyMap<string, KnownName> {
  const fields = text === null ? null : parseObject(text);
  return new Map(
    Object.entries(fields ?? {}).flatMap(([flowId, value]) => {
      if (!isObject(value)) return [];
      const { name, at } = value;
      const isName = name === null || typeof name === "string";
      return isName && typeof at === "number" ? [[flowId, { name, at }] as const] : [];
    }),
  );
}
