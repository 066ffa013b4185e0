import { parse as parseEnv } from "dotenv";
import hjson from "hjson";
import { parse as parseYaml } from "yaml";
import { isObject, type JsonObject } from "../../json.ts";

/** The parsers of what people and programs write a credential down in. Pure, all of it. */

/**
 * The content of a file in braces: JSON, or HJSON, which aio takes as well: comments, names and texts without quotes,
 * commas left out. `null` for any other text; no parser's own message is passed on, since it quotes the file.
 */
export function parseBraces(content: string): unknown {
  return attempt(() => JSON.parse(longAsText(content))) ?? attempt(() => hjson.parse(longAsText(content)));
}

/** The object of a file without braces, which aio takes for YAML; `null` where it is none. */
export function parseIndented(content: string): JsonObject | null {
  // The numbers are texts then, too, as long as they are written.
  const value = attempt(() => parseYaml(content, { schema: "failsafe", uniqueKeys: false, logLevel: "error" }));
  return isObject(value) ? value : null;
}

/**
 * The `NAME=value` lines of a file as aio's own parser has them: quotes, comments, `export`. It knows names of ASCII
 * alone, and aio writes those of projects into them: so every name goes in and comes out as the digits of its bytes.
 */
export function parseLines(content: string): readonly (readonly [name: string, value: string])[] {
  const coded = content.replace(
    /^([^\S\n]*(?:export\s+)?)([^\s#=:'"]+)(?=\s*=|:\s)/gm,
    (_, lead: string, name: string) => lead + Buffer.from(name).toString("hex"),
  );
  return Object.entries(parseEnv(coded)).map(([name, value]) => [Buffer.from(name, "hex").toString(), value] as const);
}

/** An id has up to 19 digits, more than a number keeps: it must survive as it is written. */
function longAsText(content: string): string {
  return content.replace(/"(?:\\.|[^"\\\n])*"|(?<=[:,[\n]\s*)\d{16,}(?=\s*(?:[,}\]#\n]|\/[/*]|$))/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return null;
  }
}
