import type { FailureKind } from "../../../errors.ts";

/** Whom a failure is about. */
export interface PostgresParty {
  /** Without user and password. */
  readonly place: string;
  readonly user: string;
  readonly database: string;
  readonly schema: string;
  readonly passFile: string;
  readonly rootCert: string | null;
  readonly passwordTrouble: string | null;
}

/** The meaning of a failure for who reads of it. */
export interface PostgresVerdict {
  /**
   * `auth` and `forbidden` for what an administrator grants (exit code 4, as where Adobe does not let somebody in),
   * `settings` for what whoever started flowrun must change, `state` for what the tables hold or lack, `unavailable` for
   * what may pass by itself: that one alone is worth another try.
   */
  readonly kind: FailureKind;
  readonly why: string;
  readonly hint: string;
}

/**
 * The meaning of a server's error (https://www.postgresql.org/docs/current/errcodes-appendix.html), or a pooler in front
 * of it; `null` for one that is not listed. Pure.
 * @param words the server's own, in the language that it is set to.
 */
export function judgePostgres(code: string, words: string, party: PostgresParty): PostgresVerdict | null {
  const rule = rules.find(({ codes, says }) => codes.test(code) && (says === undefined || says.test(words)));
  if (rule === undefined) return null;
  const { kind, why, hint } = rule;
  return {
    kind,
    why: why === undefined ? words : `${why}: ${words}`,
    hint: typeof hint === "string" ? hint : hint(party),
  };
}

interface Rule {
  readonly codes: RegExp;
  /** Tells apart what has one code. */
  readonly says?: RegExp;
  readonly kind: PostgresVerdict["kind"];
  /** Before the server's own words. */
  readonly why?: string;
  readonly hint: string | ((party: PostgresParty) => string);
}

const named = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const later = "try again in a while";

/** The first that fits counts. */
const rules: readonly Rule[] = [
  {
    codes: /^28P01$|^08P01$/,
    says: /password|authentication failed/i,
    kind: "auth",
    why: "the password is not that user's",
    hint: ({ passFile, passwordTrouble }) =>
      passwordTrouble ?? `check user and password: in the URL (env:NAME), in PGPASSWORD, or in ${passFile}`,
  },
  {
    codes: /^28000$/,
    says: /no encryption|SSL off/i,
    kind: "settings",
    why: "the server does not let that in without TLS",
    hint: "say sslmode=require, or better sslmode=verify-full with sslrootcert=<file.pem>",
  },
  {
    codes: /^28000$/,
    says: /certificate/i,
    kind: "auth",
    why: "the server wants a certificate of yours",
    hint: "name it: sslcert=<file.pem> and sslkey=<file.pem>",
  },
  {
    codes: /^28000$/,
    says: /pg_hba/i,
    kind: "forbidden",
    why: "the server lets nobody in from here under that name",
    hint: "have a line for this host, user and database added to the server's pg_hba.conf",
  },
  {
    codes: /^28|^08P01$/,
    says: /role|user|peer|ident/i,
    kind: "auth",
    why: "there is no such user, or it may not log in",
    hint: ({ user }) => `as an administrator: CREATE ROLE ${named(user)} LOGIN PASSWORD '…'`,
  },
  { codes: /^28/, kind: "auth", hint: "check user and password" },
  {
    codes: /^08P01$/,
    says: /startup parameter/i,
    kind: "settings",
    why: "the pooler does not pass that on",
    hint: "leave it out of the URL and of PGOPTIONS, or list it in the pooler's ignore_startup_parameters",
  },
  {
    codes: /^3D000$|^08P01$/,
    says: /database/i,
    kind: "settings",
    why: "there is no such database",
    hint: ({ database, user }) =>
      `check its name, or as an administrator: CREATE DATABASE ${named(database)} OWNER ${named(user)}`,
  },
  {
    codes: /^3F000$/,
    kind: "settings",
    why: "there is no such schema",
    hint: ({ schema, user }) => `as an administrator: CREATE SCHEMA ${named(schema)} AUTHORIZATION ${named(user)}`,
  },
  {
    codes: /^42501$/,
    says: /for database/i,
    kind: "forbidden",
    why: "the user may not create a schema (CREATE on the database)",
    hint: ({ schema, user }) => `as an administrator: CREATE SCHEMA ${named(schema)} AUTHORIZATION ${named(user)}`,
  },
  {
    codes: /^42501$/,
    says: /for schema/i,
    kind: "forbidden",
    why: "the user may not use the schema (USAGE), or not create tables in it (CREATE)",
    hint: ({ schema, user }) => `as its owner: GRANT USAGE, CREATE ON SCHEMA ${named(schema)} TO ${named(user)}`,
  },
  {
    codes: /^42501$/,
    says: /must be owner/i,
    kind: "forbidden",
    why: "only the owner may change a table's form",
    hint: "let the user who owns the tables run this once, after which the others can go on",
  },
  {
    codes: /^42501$/,
    kind: "forbidden",
    why: "the user may not do that (SELECT, INSERT, UPDATE or DELETE)",
    hint: ({ schema, user }) =>
      `as its owner: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${named(schema)} TO ${named(user)}`,
  },
  {
    codes: /^42P01$|^42703$/,
    kind: "state",
    why: "the schema lacks what should be there",
    hint: "flowrun archive sync   makes what is missing",
  },
  {
    codes: /^25006$/,
    kind: "unavailable",
    why: "the server takes no writes: it is a standby, or set to read only",
    hint: "name the primary, or both: postgres://one,other/database?target_session_attrs=read-write",
  },
  { codes: /^57P01$|^57P02$/, kind: "unavailable", why: "the server ended the connection", hint: later },
  { codes: /^57P03$/, kind: "unavailable", why: "the server is starting or shutting down", hint: later },
  {
    codes: /^25P03$|^57P05$/,
    kind: "unavailable",
    why: "the server gave the connection up, since nothing was asked over it for too long",
    hint: "was this process or its machine stopped? If not, try again",
  },
  {
    codes: /^53100$/,
    kind: "unavailable",
    why: "the server's disk is full",
    hint: "make room there: flowrun archive prune --older-than P1Y, then VACUUM, or a larger disk",
  },
  {
    codes: /^53300$/,
    kind: "unavailable",
    why: "the server has no connection to spare",
    hint: "end what needs none, raise max_connections there, or put a pooler such as pgbouncer before it",
  },
  { codes: /^40|^55P03$/, kind: "unavailable", why: "another process was in the way", hint: "try again" },
  {
    codes: /^57014$/,
    kind: "unavailable",
    why: "the server stopped the question",
    hint: ({ user }) => `where its limit is too short: ALTER ROLE ${named(user)} SET statement_timeout = '5min'`,
  },
  {
    codes: /^XX00[12]$/,
    kind: "state",
    why: "the server found damage in its files",
    hint: "restore a backup; where it is an index alone: REINDEX",
  },
  { codes: /^(?:08|53|57|58|F0)/, kind: "unavailable", hint: later },
  {
    codes: /^0A|^42883$|^42704$/,
    kind: "settings",
    why: "the server cannot do what is needed",
    hint: "use PostgreSQL 11 or newer",
  },
  {
    codes: /^(?:22|23)/,
    kind: "state",
    why: "the server did not take a value",
    hint: "flowrun archive verify   tells whether the tables are as they should be",
  },
  {
    codes: /./,
    kind: "state",
    why: "the server did not take the question",
    hint: "flowrun archive verify   tells whether the tables are as they should be",
  },
];
