import { parameterOf, unusablePostgres, type PostgresParameter, type PostgresWords } from "./url.ts";
import type { PostgresEndpoint } from "./settings.ts";

/**
 * The words of a service in a service file; `null` where it has no such service. Pure.
 * @param path of the file, for who wrote it.
 * @throws FlowrunError `settings` that names the line which cannot be read.
 */
export function findService(text: string, name: string, path: string): PostgresWords | null {
  let words: Map<PostgresParameter, string> | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const plain = line.trim();
    const section = /^\[(.*)\]$/.exec(plain)?.[1];
    if (section !== undefined) {
      // Of two with one name the first counts.
      if (words !== null) break;
      if (section === name) words = new Map();
    } else if (words !== null && plain !== "" && !plain.startsWith("#")) {
      const where = `in line ${index + 1} of ${path}`;
      const [, key, value = ""] = /^([^=]+)=(.*)$/.exec(plain) ?? [];
      if (key === undefined) throw unusablePostgres(`${where} there is no name=value`, `look at that line of ${path}`);
      const parameter = parameterOf(key, where);
      if (parameter === "service")
        throw unusablePostgres(`${where} a service names another one`, `take that line out of ${path}`);
      if (!words.has(parameter)) words.set(parameter, value);
    }
  }
  return words;
}

/** The password in a password file (`host:port:database:user:password` a line) for an endpoint; `null` for none. Pure. */
export function findPassword(
  text: string,
  { host, port }: PostgresEndpoint,
  { database, user }: { readonly database: string; readonly user: string },
): string | null {
  // A socket goes by this name there, wherever it is.
  const wanted = [host.startsWith("/") ? ["localhost", host] : [host], [String(port)], [database], [user]];
  for (const line of text.split(/\r?\n/).filter((each) => !each.startsWith("#"))) {
    // A \ takes what follows as it is.
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = ""]) => field);
    const isMeant = wanted.every((names, index) => {
      const field = fields[index];
      return field !== undefined && (field === "*" || names.includes(plainly(field)));
    });
    // The last field is the rest of the line up to a colon.
    if (isMeant && fields.length > wanted.length) return plainly(fields[wanted.length] ?? "");
  }
  return null;
}

function plainly(field: string): string {
  return field.replace(/\\(.)/g, "$1");
}
