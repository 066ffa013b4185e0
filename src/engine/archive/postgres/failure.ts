import { describeNetworkFailure } from "../../../adobe/http/words.ts";
import { FlowrunError } from "../../../errors.ts";
import { mask } from "../../../mask.ts";
import { judgePostgres, type PostgresParty, type PostgresVerdict } from "./refusals.ts";

/**
 * A failure of PostgreSQL, of the way to it, or of TLS, in three lines, of which none shows a secret, or a value of a
 * statement. Its cause is the error itself. A `FlowrunError` stays as it is. Pure.
 */
export function postgresFailure(error: unknown, party: PostgresParty, doing: "connect" | "work"): FlowrunError {
  if (error instanceof FlowrunError) return error;
  const { kind, why, hint } = verdictOf(error, party);
  const message =
    doing === "connect" ? `no connection to ${party.place}` : `${party.place} did not do what it was asked for`;
  return new FlowrunError(kind, message, { why: oneLine(why), hint, cause: error });
}

/** The SQLSTATE of a failure, or Node's code; empty where it has none. Of a `FlowrunError`, its cause's. Pure. */
export function postgresCode(error: unknown): string {
  if (error instanceof FlowrunError) return postgresCode(error.cause);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** PostgreSQL's own words for a failure; of a `FlowrunError`, its cause's. Pure. */
export function postgresWords(error: unknown): string {
  if (error instanceof FlowrunError) return postgresWords(error.cause);
  return oneLine(error instanceof Error ? error.message : String(error));
}

function verdictOf(error: unknown, party: PostgresParty): PostgresVerdict {
  const code = postgresCode(error);
  const words = postgresWords(error);
  // An SQLSTATE; Node's codes are longer, or begin with an E and another letter.
  const judged = /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]/.test(code) ? judgePostgres(code, words, party) : null;
  return judged ?? certificateVerdict(code, words, party) ?? wireVerdict(error, words, party);
}

function certificateVerdict(code: string, words: string, { rootCert }: PostgresParty): PostgresVerdict | null {
  const why = `${words} (${code})`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      kind: "settings",
      why: `the server's certificate is another host's: ${words}`,
      hint: "name the host as its certificate does; only if you must: sslmode=verify-ca, which does not look at the name",
    };
  }
  if (/^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/.test(code)) {
    return {
      kind: "settings",
      why: `by this machine's clock the server's certificate is not valid now: ${why}`,
      hint: "compare the clock with: date -u   if it is right, whoever runs the server must renew its certificate",
    };
  }
  if (/^(?:CERT_|DEPTH_ZERO_SELF_SIGNED|INVALID_CA|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF))/.test(code)) {
    return {
      kind: "settings",
      why: `the server's certificate is of an authority that is not trusted here: ${why}`,
      hint: `name the authority's certificate: sslrootcert=<file.pem>${rootCert === null ? "" : ` (now ${rootCert})`}`,
    };
  }
  if (/^ERR_(?:OSSL|SSL|TLS)/.test(code)) {
    return {
      kind: "settings",
      why: `TLS did not come about: ${why}`,
      hint: "if the server wants a certificate of yours: sslcert=<file.pem> and sslkey=<file.pem>; else check the files named",
    };
  }
  return null;
}

/** Of texts, for pg's own errors have no codes. */
function wireVerdict(error: unknown, words: string, party: PostgresParty): PostgresVerdict {
  if (words.includes("does not support SSL connections")) {
    return {
      kind: "settings",
      why: "the server does not speak TLS, and sslmode asks for it",
      hint: "have ssl = on set in the server's postgresql.conf; on a network that nobody else reaches: sslmode=disable",
    };
  }
  if (/^SASL: .*password must be a/.test(words)) {
    return {
      kind: "settings",
      why: `the server wants a password, and there is none${party.passwordTrouble === null ? "" : `: ${party.passwordTrouble}`}`,
      hint: `export PGPASSWORD=… and write env:PGPASSWORD in the URL, or a line host:port:database:user:password in ${party.passFile}`,
    };
  }
  if (words.startsWith("SASL: ")) {
    return {
      kind: "auth",
      why: `the server could not prove who it is, or asks for what flowrun does not know: ${words.slice(6)}`,
      hint: "check host and port: something else may answer there",
    };
  }
  if (words === "timeout expired") {
    return {
      kind: "unavailable",
      why: "no answer came in time",
      hint: "check host and port, and whether a firewall lies between; connect_timeout=30 waits longer",
    };
  }
  if (/^Connection terminated|is not queryable$|was closed/.test(words)) {
    return { kind: "unavailable", why: "the connection was lost", hint: again };
  }
  return { kind: "unavailable", why: describeNetworkFailure(error), hint: again };
}

const again = "check host and port, and that the server runs (pg_isready -h <host> -p <port>), or try again in a while";
const longest = 300;

function oneLine(text: string): string {
  const line = mask(text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim());
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
