import { createHash } from "node:crypto";
import { FlowrunError } from "../../errors.ts";
import { keepPassword, keepSecret } from "../../mask.ts";
import type { World } from "../../host.ts";
import { fillReferences } from "../../text/env-reference.ts";

/** An address that runs are delivered to, as `--to` names it. */
export interface Address {
  /** Before the first colon, in lower case: `nats`, `slack+https`; the whole of one that has no colon. */
  readonly word: string;
  /** After that colon and before the options, with `env:NAME` replaced: `//host:4222/subject`, `runs.ndjson`. */
  readonly rest: string;
  /** After the first `?` of an address that has options. */
  readonly options: URLSearchParams;
  /** For people: no password, no option that may be a secret, no path that is one. */
  readonly shown: string;
  /** Stands for the address where places are kept, without telling it: 16 characters. A secret that changes leaves it the same. */
  readonly digest: string;
}

/**
 * Reads what `--to` was given. Secrets that stand in it are remembered, so that no text shows them.
 * @throws FlowrunError `usage` for one that is empty, or names a variable that is not set.
 */
export function parseAddress(text: string, env: World["env"]): Address {
  const given = text.trim();
  if (given === "") {
    throw new FlowrunError("usage", "--to names no destination", {
      why: "it is empty; a variable of the shell may not be set",
      hint: "see what there is: flowrun destinations",
    });
  }
  keepPassword(given);
  const [, word = given, after = ""] = withScheme.exec(given) ?? aloneWithOptions.exec(given) ?? [];
  // A command may hold any sign, and is run as it stands.
  const isCommand = word.toLowerCase() === "exec";
  const [bare = "", query = ""] = isCommand ? [after] : splitOnce(after, "?");
  const fill = (part: string, isInUrl: boolean): string => (isCommand ? part : filled(part, env, isInUrl));
  const isUrl = bare.startsWith("//");
  return {
    word: word.toLowerCase(),
    rest: fill(bare, isUrl),
    options: new URLSearchParams(fill(query, true)),
    shown: shownOf(word, bare, query),
    digest: createHash("sha256")
      .update(identityOf(word, bare, query))
      .digest("base64url")
      .slice(0, 16),
  };
}

const withScheme = /^([a-z][a-z\d+.-]*):(.*)$/is;

/** `otlp?signals=traces`: all else is in the environment. */
const aloneWithOptions = /^([a-z]+)(\?.*)$/is;

/** The address as a URL of another scheme than its own: of `slack+https://…` with `https`. @throws FlowrunError `usage`. */
export function urlOf({ word, rest, options, shown }: Address, scheme = word): URL {
  const query = [...options].length === 0 ? "" : `?${options.toString()}`;
  const text = `${scheme}:${rest}${query}`;
  if (URL.canParse(text) && rest.startsWith("//")) return new URL(text);
  const hasPassword = rest.includes("@");
  throw new FlowrunError("usage", `${shown} is not a URL`, {
    why: `it goes ${word}://host/…${hasPassword ? ", and a sign of a password in it would be taken for the end of a part" : ""}`,
    hint: hasPassword
      ? "write a password as env:NAME, and its value in the variable NAME"
      : `write the host behind two slashes: ${word}://host/…`,
  });
}

function splitOnce(text: string, sign: string): readonly [string, string] {
  const at = text.indexOf(sign);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function filled(part: string, env: World["env"], isInUrl: boolean): string {
  return fillReferences(part, (name) => {
    const value = env[name];
    if (value === undefined || value === "") {
      throw new FlowrunError("usage", `--to says env:${name}, and there is no such variable`, {
        why: "env:NAME stands for what the variable NAME holds, so that a secret need not stand in the line",
        hint: `export ${name}=…`,
      });
    }
    keepSecret(value);
    return isInUrl ? encodeURIComponent(value) : value;
  });
}

/** Of these the path alone is the secret: who knows it may post. */
const isSecretPath = /^(?:slack\+|teams\+)?https?$/i;

const isSecretOption = /pass|secret|token|key|sig|auth|code|credential/i;

/** Settings of ours that sound like a secret and are none, by the word of the address: names, paths, columns. */
const plainOptions: readonly (readonly [word: RegExp, options: RegExp])[] = [
  [/^postgres(?:ql)?$/i, /^(?:key|passfile|sslkey)$/],
  [/^(?:nats|tls)$/i, /^n?key$/],
  [/^otlp/i, /^signals$/],
];

function mayBeSecret(word: string, option: string): boolean {
  const isPlain = plainOptions.some(([words, options]) => words.test(word) && options.test(option));
  return isSecretOption.test(option) && !isPlain;
}

function shownOf(word: string, bare: string, query: string): string {
  if (bare === "") return `${word}${shownOptions(word, query)}`;
  if (word.toLowerCase() === "exec") return `${word}:${bare}`;
  const [, host, path = ""] = /^(\/\/[^/]*)(.*)$/s.exec(bare) ?? [];
  const place = host === undefined ? bare : host.replace(/^\/\/[^]*@/, "//");
  if (!isSecretPath.test(word)) return `${word}:${place}${path}${shownOptions(word, query)}`;
  // A part that is long enough to be a secret is told nowhere else either.
  for (const part of path.split("/")) if (part.length >= 16) keepSecret(part);
  return `${word}:${place}${path.length > 1 ? "/…" : ""}`;
}

function shownOptions(word: string, query: string): string {
  const options = [...new URLSearchParams(query)].map(
    ([name, value]) => `${name}=${mayBeSecret(word, name) ? "…" : value}`,
  );
  return options.length === 0 ? "" : `?${options.join("&")}`;
}

/** Options that say how something is sent, and not where to. */
const isManner =
  /^(?:batch|rotate|columns|records|signals|ssl\w*|ca|cert|creds|nkey|context|bucket|connect_timeout|user)$/;

/** Without who asks, by which password and in which manner: it is the same place, by whatever key its door is opened. */
function identityOf(word: string, bare: string, query: string): string {
  const options = new URLSearchParams(query);
  const named = [...options].flatMap(([name, value]) =>
    isSecretOption.test(name) || isManner.test(name) ? [] : [`${name}=${value}`],
  );
  return [word.toLowerCase(), bare.replace(/^\/\/[^/]*@/, "//"), ...named.sort()].join("\n");
}
