import { findDamagedNames } from "../../../state/names-file.ts";
import { findDamagedTokens } from "../../../state/token-file.ts";
import { warning, type Check, type Finding } from "./finding.ts";

/** A finding for each kept token and each file of names that cannot be used; nothing where all are whole. */
export async function checkCaches(cacheFolder: string): Promise<readonly Finding[]> {
  const [tokens, names] = await Promise.all([findDamagedTokens(cacheFolder), findDamagedNames(cacheFolder)]);
  return [...tokens.map((path) => damaged("token", path)), ...names.map((path) => damaged("names", path))];
}

function damaged(check: Check, path: string): Finding {
  const text = `the file ${path} is damaged and not used; it is only a cache, and made again when it is needed`;
  return warning(check, text, `remove it: rm ${path}`, { file: path });
}
