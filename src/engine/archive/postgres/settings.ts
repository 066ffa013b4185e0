import { nearest } from "../../../text/nearest.ts";
import { unusablePostgres, type PostgresParameter, type PostgresWords } from "./url.ts";

/** How much TLS is asked for, with libpq's meaning. */
export type SslMode = (typeof sslModes)[number];

/** Where a server may be: a host, or the folder of a socket (which begins with `/`). */
export interface PostgresEndpoint {
  readonly host: string;
  readonly port: number;
}

/** A connection to PostgreSQL, settled but for what stands in files: the password file and certificates. */
export interface PostgresSettings {
  /** Tried in this order. */
  readonly endpoints: readonly PostgresEndpoint[];
  readonly user: string;
  /** `null` where none was said: the password file may have it. */
  readonly password: string | null;
  readonly database: string;
  /** An identifier, not yet quoted. */
  readonly schema: string;
  readonly passFile: string;
  readonly sslMode: SslMode;
  /** Paths; `system` for the authorities that Node trusts. `null`: where libpq looks, if anything is there. */
  readonly rootCert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly keyPassword: string | null;
  /** Whether TLS begins at once, without asking the server for it. */
  readonly isDirect: boolean;
  readonly channelBinding: (typeof bindings)[number];
  /** For each endpoint; 0: for as long as it takes. */
  readonly connectTimeoutMs: number;
  readonly applicationName: string;
  /** For the server to set, as on its own command line; empty for nothing. */
  readonly options: string;
  /** Whether a server that takes no writes is passed by. */
  readonly isWriterWanted: boolean;
  /** For people: no user, no password. */
  readonly place: string;
}

/**
 * Settles a connection: a parameter is taken from the URL, else from the service file, else from libpq's variable, else it
 * is as libpq has it, but for three: a connection has 10 seconds to come about, of several hosts the one that takes writes
 * is asked, and the application is called flowrun. Pure.
 * @param own the machine's: the user's name and home, and where a socket is, if any.
 * @throws FlowrunError `settings`.
 */
export function settlePostgres(
  said: readonly PostgresWords[],
  env: Readonly<Record<string, string | undefined>>,
  own: { readonly user: string | null; readonly home: string; readonly socketFolder: string | null },
): PostgresSettings {
  const find = (name: PostgresParameter): string | null => findWord(name, said, env);
  const endpoints = endpointsOf(find("host") ?? own.socketFolder ?? "localhost", find("port") ?? "5432");
  const user = find("user") ?? own.user;
  if (user === null) throw unusablePostgres("nobody said as which user", "name one: postgres://<user>@host/database");
  const database = find("dbname") ?? user;
  const schema = schemaOf(find("schema") ?? usualSchema);
  const rootCert = find("sslrootcert");
  return {
    endpoints,
    user,
    password: find("password"),
    database,
    schema,
    passFile: find("passfile") ?? `${own.home}/.pgpass`,
    sslMode: sslModeOf(find("sslmode"), rootCert),
    rootCert,
    cert: find("sslcert"),
    key: find("sslkey"),
    keyPassword: find("sslpassword"),
    isDirect: chosen("sslnegotiation", find("sslnegotiation") ?? "postgres", ["postgres", "direct"]) === "direct",
    channelBinding: chosen("channel_binding", find("channel_binding") ?? "prefer", bindings),
    connectTimeoutMs: timeoutOf(find("connect_timeout") ?? "10"),
    applicationName: find("application_name") ?? "flowrun",
    options: find("options") ?? "",
    isWriterWanted: isWriterWanted(find("target_session_attrs"), endpoints),
    place: placeOf(endpoints, database, schema),
  };
}

/** The value of a parameter, from the first that says it, else from libpq's variable; `null` for none. Pure. */
export function findWord(
  name: PostgresParameter,
  said: readonly PostgresWords[],
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const word = said.map((words) => words.get(name)).find((each) => each !== undefined);
  const variable = variables[name];
  const value = word ?? (variable === null ? undefined : env[variable]);
  return value === undefined || value === "" ? null : value;
}

const usualSchema = "flowrun";
const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const bindings = ["disable", "prefer", "require"] as const;

const variables: Readonly<Record<PostgresParameter, string | null>> = {
  host: "PGHOST",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  service: "PGSERVICE",
  schema: null,
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslpassword: null,
  sslnegotiation: "PGSSLNEGOTIATION",
  channel_binding: "PGCHANNELBINDING",
  connect_timeout: "PGCONNECT_TIMEOUT",
  application_name: "PGAPPNAME",
  options: "PGOPTIONS",
  target_session_attrs: "PGTARGETSESSIONATTRS",
};

function endpointsOf(host: string, port: string): readonly PostgresEndpoint[] {
  const hosts = host.split(",");
  const ports = port.split(",");
  if (ports.length !== 1 && ports.length !== hosts.length) {
    throw unusablePostgres(
      `${hosts.length} hosts are named, and ${ports.length} ports`,
      "name one port for all, or one for each",
    );
  }
  return hosts.map((each, index) => ({
    host: each === "" ? "localhost" : each,
    port: portOf((ports.length === 1 ? ports[0] : ports[index]) ?? ""),
  }));
}

function portOf(text: string): number {
  const port = text === "" ? 5432 : Number(text);
  if (/^\d*$/.test(text) && port >= 1 && port <= 65_535) return port;
  // The text itself may be the beginning of a password with a slash.
  throw unusablePostgres(
    "its port is no number from 1 to 65535",
    "in a password, write / as %2F, or say it as env:PGPASSWORD",
  );
}

/** 63 characters are what PostgreSQL keeps of a name, and `pg_` is its own. */
function schemaOf(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name) && !/^(?:pg_|information_schema$)/i.test(name)) return name;
  throw unusablePostgres(
    `schema=${name} is no name for a schema`,
    "use letters, digits and _, at most 63, without pg_ in front: schema=flowrun",
  );
}

function sslModeOf(mode: string | null, rootCert: string | null): SslMode {
  const isSystem = rootCert === "system";
  const found = chosen("sslmode", mode ?? (isSystem ? "verify-full" : "prefer"), sslModes);
  if (!isSystem || found === "verify-full") return found;
  throw unusablePostgres(
    `sslmode=${found} does not go with sslrootcert=system: everybody can have a certificate from those authorities`,
    "say sslmode=verify-full",
  );
}

/** The one of the choices that was said. @throws FlowrunError `settings` that names them. */
function chosen<T extends string>(name: PostgresParameter, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const meant = nearest(value, choices);
  throw unusablePostgres(
    `${name}=${value} is not known`,
    meant === null ? `say one of ${choices.join(", ")}` : `say ${name}=${meant}`,
  );
}

function timeoutOf(text: string): number {
  if (!/^-?\d{1,6}$/.test(text))
    throw unusablePostgres(`connect_timeout=${text} is no number of seconds`, "say connect_timeout=10");
  const seconds = Number(text);
  // One second is too little for libpq as well.
  return seconds <= 0 ? 0 : Math.max(seconds, 2) * 1000;
}

function isWriterWanted(attrs: string | null, endpoints: readonly PostgresEndpoint[]): boolean {
  if (attrs === null) return endpoints.length > 1;
  if (["read-only", "standby", "prefer-standby"].includes(attrs)) {
    throw unusablePostgres(
      `target_session_attrs=${attrs} asks for a server that takes no writes`,
      "say target_session_attrs=read-write",
    );
  }
  return chosen("target_session_attrs", attrs, ["any", "read-write", "primary"]) !== "any";
}

function placeOf(endpoints: readonly PostgresEndpoint[], database: string, schema: string): string {
  const names = endpoints.map(({ host, port }) => {
    const name = host.includes(":") ? `[${host}]` : host.replaceAll("/", "%2F");
    return port === 5432 ? name : `${name}:${port}`;
  });
  const query = schema === usualSchema ? "" : `?schema=${schema}`;
  return `postgres://${names.join(",")}/${encodeURIComponent(database)}${query}`;
}
