import { Client } from "pg";
import type { Row, Value } from "../database.ts";
import { postgresFailure, postgresCode } from "./failure.ts";
import { withoutNul } from "./insert-rows.ts";
import type { PostgresEndpoint } from "./settings.ts";
import type { PostgresTarget } from "./files.ts";
import { tlsOf, waysOf } from "./tls.ts";
import { FlowrunError } from "../../../errors.ts";

/** One connection. */
export interface PostgresSession {
  /** Asks at once, whatever has not been answered yet. Several statements at once where there are no values. @throws FlowrunError. */
  ask(text: string, values?: readonly Value[]): Promise<PostgresAnswer>;
  /** Whether it was lost or ended; that an idle one was lost is known here first. */
  isLost(): boolean;
  /** The process id that the connection was told as it began; a pooler makes one up. */
  readonly toldPid: number | null;
  /** Says good-bye after what was asked has been answered; a server that hangs answers neither. */
  end(): Promise<void>;
  /** Lets go of it at once. */
  drop(): void;
}

/** The outcome of a statement: of several, the last one's rows and command, and the sum of what they wrote. */
export interface PostgresAnswer {
  readonly rows: readonly Row[];
  readonly count: number;
  /** `INSERT`, `COMMIT`: as the server names what it did. */
  readonly command: string;
}

/**
 * Connects to the first of the target's endpoints that can be used, with TLS or without, as its settings say.
 * @throws FlowrunError that says for each endpoint why not. Whom a server does not let in asks no other one.
 */
export async function connectPostgres(target: PostgresTarget): Promise<PostgresSession> {
  const failures: FlowrunError[] = [];
  for (const [index, endpoint] of target.endpoints.entries()) {
    try {
      return await reach(target, endpoint, target.passwords[index] ?? null);
    } catch (error) {
      const failure = postgresFailure(error, target, "connect");
      failures.push(failure);
      if (failure.kind !== "unavailable") break;
    }
  }
  const last = failures.at(-1);
  if (last === undefined || failures.length === 1) throw last ?? new TypeError("no endpoint");
  const whys = failures.map(({ why }, index) => `${target.endpoints[index]?.host ?? ""}: ${why ?? ""}`);
  throw new FlowrunError(last.kind, last.message, { why: whys.join("; "), hint: last.hint ?? "", cause: last.cause });
}

async function reach(
  target: PostgresTarget,
  endpoint: PostgresEndpoint,
  password: string | null,
): Promise<PostgresSession> {
  let first: unknown = null;
  for (const isPrivate of waysOf(target, endpoint.host)) {
    try {
      const session = await open(target, endpoint, password, isPrivate);
      if (target.isWriterWanted) await refuseReader(session);
      return session;
    } catch (error) {
      // Where the server's rules let in neither, the words about TLS are not the reason.
      if (first !== null) throw isPrivate || !isOfRules(first) ? error : first;
      first = error;
      if (!isOfTheWay(error)) throw error;
    }
  }
  throw first;
}

function isOfRules(error: unknown): boolean {
  return postgresCode(error) === "28000";
}

/** Whether a failure is of TLS, or of none: the server's rules (pg_hba.conf) may be others without it, or with it. */
function isOfTheWay(error: unknown): boolean {
  const code = postgresCode(error);
  const isNetwork = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(?:NET|HOST)UNREACH|ETIMEDOUT|ENOENT)$/.test(code);
  const isSql = /^[0-9A-Z]{5}$/.test(code) && !code.startsWith("E") && !isOfRules(error);
  const isTimeout = error instanceof Error && error.message === "timeout expired";
  return !isNetwork && !isSql && !isTimeout && !(error instanceof FlowrunError);
}

async function open(
  target: PostgresTarget,
  { host, port }: PostgresEndpoint,
  password: string | null,
  isPrivate: boolean,
): Promise<PostgresSession> {
  const client = new Client({
    host,
    port,
    user: target.user,
    database: target.database,
    // A function, since pg would look for a password by itself where this is empty.
    password: () => password ?? "",
    ssl: isPrivate ? tlsOf(target) : false,
    sslnegotiation: isPrivate && target.isDirect ? "direct" : "postgres",
    enableChannelBinding: isPrivate && target.channelBinding !== "disable",
    connectionTimeoutMillis: target.connectTimeoutMs,
    application_name: target.applicationName,
    options: target.options,
    client_encoding: "UTF8",
    // What is asked at once is sent at once.
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    types: { getTypeParser: (type: number) => parsers.get(type) ?? String },
  });
  let lost: Error | null = null;
  const letGo = (why = new Error("Connection terminated")): void => {
    lost ??= why;
    client.connection.stream.destroy();
  };
  // From here to the end: an idle connection that breaks says so by this event, which nobody else would hear.
  client.on("error", (error) => {
    lost ??= error;
  });
  client.on("end", () => {
    lost ??= new Error("Connection terminated");
  });
  const isBound = target.channelBinding === "require" ? watchBinding(client) : () => true;
  try {
    await client.connect();
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  }
  if (!isBound()) {
    await client.end();
    throw new FlowrunError("settings", `no connection to ${target.place}`, {
      why: "channel_binding=require, and the server did not prove itself in that way",
      hint: "leave channel_binding out, or have TLS and scram-sha-256 set up on the server",
    });
  }
  const ask: PostgresSession["ask"] = async (text, values = []) => {
    try {
      const told = await client.query<Row>(text, values.map(sendable));
      const answers = [told].flat();
      const last = answers.at(-1);
      const count = answers.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
      return { rows: last?.rows ?? [], count, command: last?.command ?? "" };
    } catch (error) {
      // The server says why and then hangs up, which is noticed later.
      if (error instanceof Error && isLast(postgresCode(error))) letGo(error);
      // Why a connection was lost is said once, and not to the question that finds it lost.
      throw postgresFailure(lost !== null && postgresCode(error) === "" ? lost : error, target, "work");
    }
  };
  return {
    ask,
    isLost: () => lost !== null,
    toldPid: numberAt(client, "processID"),
    end: () => {
      lost ??= new Error("Connection terminated");
      return client.end();
    },
    drop: () => {
      letGo();
    },
  };
}

/** Whether a server, or a pooler before it, says nothing more after this. */
function isLast(code: string): boolean {
  return /^(?:08...|25P03|57P0\d)$/.test(code);
}

/** Whether the password was proven in a way that is bound to this TLS connection. */
function watchBinding(client: Client): () => boolean {
  let isOffered = false;
  client.connection.on("authenticationSASL", ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
    isOffered = mechanisms.includes("SCRAM-SHA-256-PLUS");
  });
  return () => isOffered;
}

async function refuseReader(session: PostgresSession): Promise<void> {
  const { rows } = await session.ask("SHOW transaction_read_only");
  if (rows[0]?.["transaction_read_only"] === "off") return;
  session.drop();
  throw Object.assign(new Error("transaction_read_only is on"), { code: "25006" });
}

/** By the numbers of PostgreSQL's types; of every other one, values are texts. */
const parsers: ReadonlyMap<number, (text: string) => Value> = new Map([
  [16, (text) => (text === "t" ? 1 : 0)],
  [17, bytesOf],
  // bigint, smallint, integer, oid, real, double precision, numeric (which sums of bigint are)
  ...[20, 21, 23, 26, 700, 701, 1700].map((type): [number, (text: string) => Value] => [type, Number]),
]);

/** `\x6162`, or as older programs want it (`bytea_output = escape`): `ab\000`. */
function bytesOf(text: string): Uint8Array {
  const escaped = (): string =>
    text.replace(/\\(?:\\|([0-7]{3}))/g, (_, digits?: string) =>
      digits === undefined ? "\\" : String.fromCharCode(parseInt(digits, 8)),
    );
  const bytes = text.startsWith("\\x") ? Buffer.from(text.slice(2), "hex") : Buffer.from(escaped(), "latin1");
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sendable(value: Value): Value {
  return typeof value === "string" ? withoutNul(value) : value;
}

function numberAt(from: object, name: string): number | null {
  const value: unknown = Reflect.get(from, name);
  return typeof value === "number" ? value : null;
}
