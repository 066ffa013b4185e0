import { FlowrunError } from "../../../errors.ts";
import { fillReferences } from "../../../text/env-reference.ts";
import { nearest } from "../../../text/nearest.ts";

/** The parameters of a connection, by libpq's names, and `schema`, in which the archive's tables stand. */
export const postgresParameters = [
  "host",
  "port",
  "dbname",
  "user",
  "password",
  "passfile",
  "service",
  "schema",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslpassword",
  "sslnegotiation",
  "channel_binding",
  "connect_timeout",
  "application_name",
  "options",
  "target_session_attrs",
] as const;

/** The name of a parameter of a connection to PostgreSQL. */
export type PostgresParameter = (typeof postgresParameters)[number];

/** All that was said of a connection, as texts; several hosts and ports are joined by commas. */
export type PostgresWords = ReadonlyMap<PostgresParameter, string>;

/**
 * Reads `postgres://user:password@host:port,host:port/database?parameter=value`, as libpq reads it. `env:NAME` stands for
 * what a variable holds, as it is: nothing in it is looked at or needs to be escaped. A password may hold an `@`. Pure.
 * @throws FlowrunError `settings`, which shows no part of the URL that could be of a password.
 */
export function parsePostgresUrl(url: string, env: Readonly<Record<string, string | undefined>>): PostgresWords {
  const given: string[] = [];
  // Before it is taken apart: what stands for a password has a colon of its own.
  const text = fillReferences(url.replace(scheme, ""), (name) => {
    given.push(variableOf(name, env));
    return `\0${given.length - 1}\0`;
  });
  const fill = (part: string): string => decode(part).replace(placeholder, (_, at: string) => given[Number(at)] ?? "");

  const [, authority = "", path = "", query = ""] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text) ?? [];
  // Else a part of a password would be taken for a database, and shown.
  if (`${path}${query}`.includes("@")) throw unusablePostgres("in its URL, an @ stands behind a / or a ?", escapes);
  const at = authority.lastIndexOf("@");
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(authority.slice(0, Math.max(at, 0))) ?? [];
  const places = authority
    .slice(at + 1)
    .split(",")
    .map(placeOf);
  const words = new Map<PostgresParameter, string>();
  const say = (name: PostgresParameter, value: string): void => {
    if (value !== "") words.set(name, value);
  };
  say("user", fill(user));
  say("password", fill(password));
  say("host", joined(places.map(({ host }) => fill(host))));
  say("port", joined(places.map(({ port }) => fill(port))));
  say("dbname", fill(path));
  for (const pair of query.split("&").filter((each) => each !== "")) {
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    // As libpq does for URLs that were written for Java.
    if (name === "ssl" && value === "true") say("sslmode", "require");
    else say(parameterOf(fill(name), "in the URL"), fill(value));
  }
  return words;
}

/**
 * The parameter of that name. Pure.
 * @param where it stands, for who mistyped it.
 * @throws FlowrunError `settings` where there is none, with the one that was meant.
 */
export function parameterOf(name: string, where: string): PostgresParameter {
  const found = postgresParameters.find((known) => known === name);
  if (found !== undefined) return found;
  const meant = nearest(name, postgresParameters);
  const isPlain = /^[a-z_]{1,40}$/i.test(name);
  throw unusablePostgres(
    isPlain
      ? `${where}, the parameter ${name} is not one of flowrun's`
      : `${where}, what follows \`?\` is no parameter`,
    meant === null
      ? `leave it out; there are ${postgresParameters.join(", ")}${isPlain ? "" : `; ${escapes}`}`
      : `write ${meant}`,
  );
}

/** That a connection cannot be had with what was said of it, and what to say instead. Pure. */
export function unusablePostgres(why: string, hint: string): FlowrunError {
  return new FlowrunError("settings", "that PostgreSQL server cannot be asked", { why, hint });
}

const scheme = /^postgres(?:ql)?:\/\//;

// No URL holds this character.
const placeholder = /\0(\d+)\0/g;

const escapes =
  "in a password, write / as %2F, ? as %3F and % as %25 (elsewhere @ as %40), or say it as env:PGPASSWORD";

function variableOf(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw unusablePostgres(`its URL says env:${name}, and there is no such variable`, `export ${name}=…`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw unusablePostgres("its URL has a % that no two hexadecimal digits follow", escapes);
  }
}

/** A host and its port; an IPv6 address stands in brackets, and a socket's folder is escaped. */
function placeOf(text: string): { readonly host: string; readonly port: string } {
  const [, inBrackets, plain = "", port = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/s.exec(text) ?? [];
  if (inBrackets !== undefined || plain !== "" || port !== "" || text === "")
    return { host: inBrackets ?? plain, port };
  throw unusablePostgres(
    "in its URL, a host is not followed by one port",
    `an IPv6 address stands in brackets: [::1]:5432; ${escapes}`,
  );
}

/** Nothing where all are empty: a list of nothing says nothing. */
function joined(parts: readonly string[]): string {
  return parts.every((part) => part === "") ? "" : parts.join(",");
}
