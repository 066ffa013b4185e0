/**
 * The target of the first link with relation `rel` in a response's `Link` header lines, as written, or `null`.
 * One line may hold several links and a link several relations; quotes are optional, names are case-insensitive, and
 * a target may contain commas (RFC 8288). Anything malformed is passed over. Pure.
 */
export function findLink(lines: readonly string[], rel: string): string | null {
  for (const line of lines) {
    for (const [, target, parameters] of line.matchAll(linkPattern)) {
      if (target !== undefined && relations(parameters ?? "").includes(rel)) return target;
    }
  }
  return null;
}

// `<target>` and its parameters up to the next comma that is not inside quotes.
const linkPattern = /<([^<>]*)>((?:[^",<]|"(?:[^"\\]|\\.)*")*)/g;
const parameterPattern = /;\s*([^\s=;,"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;",]+)))?/g;

function relations(parameters: string): readonly string[] {
  for (const [, name, quoted, bare] of parameters.matchAll(parameterPattern)) {
    // Of several only the first counts (RFC 8288, 3.3).
    if (name?.toLowerCase() === "rel") return (quoted ?? bare ?? "").toLowerCase().split(/\s+/);
  }
  return [];
}
