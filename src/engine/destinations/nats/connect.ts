import {
  connect,
  jwtAuthenticator,
  nkeyAuthenticator,
  nkeys,
  type Authenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from "@nats-io/transport-node";
import { FlowrunError } from "../../../errors.ts";
import { Away } from "../refused.ts";
import type { NatsServer } from "./address.ts";
import { natsFailure, type NatsParty } from "./failure.ts";
import type { NatsProof, NatsTarget } from "./files.ts";

/** A connection, and whom it is to. */
export interface NatsLink {
  readonly connection: NatsConnection;
  readonly party: NatsParty;
}

const dialMs = 10_000;

/**
 * Connects to the first of the target's servers that is there. A connection that is lost stays lost.
 * @throws FlowrunError that says of each server why not. Whom one does not let in asks no other.
 */
export async function connectNats(target: NatsTarget, signal: AbortSignal): Promise<NatsLink> {
  const proof = authenticatorOf(target.login);
  const failures: { readonly place: string; readonly failure: FlowrunError }[] = [];
  for (const server of target.servers) {
    const place = placeOf(server);
    const party = { place, origin: target.login?.origin ?? null };
    try {
      return { connection: await dial(server, target, proof, signal), party };
    } catch (error) {
      signal.throwIfAborted();
      const failure = natsFailure(error, `no connection to NATS at ${place}`, party);
      if (failure.kind !== "unavailable") throw failure;
      failures.push({ place, failure });
    }
  }
  const [first] = failures;
  if (first === undefined) throw new TypeError("no server");
  if (failures.length === 1) throw first.failure;
  throw new Away(`no connection to NATS at ${failures.map(({ place }) => place).join(", ")}`, {
    why: failures.map(({ place, failure: { why } }) => `${place}: ${why ?? ""}`).join("; "),
    hint: first.failure.hint ?? "",
  });
}

function placeOf({ host, port }: NatsServer): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function dial(
  server: NatsServer,
  target: NatsTarget,
  authenticator: Authenticator,
  signal: AbortSignal,
): Promise<NatsConnection> {
  const { ca, cert, key, isTlsFirst, inboxPrefix } = target;
  // The client does not tell TLS to which address it has connected, and then every certificate is another host's.
  const isNumeric = /^[\d.]+$|:/.test(server.host);
  const tls: NodeConnectionOptions["tls"] & { readonly host: string; readonly servername: string } = {
    host: server.host,
    servername: isNumeric ? "" : server.host,
    handshakeFirst: isTlsFirst,
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
  };
  const options: NodeConnectionOptions = {
    servers: placeOf(server),
    name: "flowrun",
    authenticator,
    reconnect: false,
    ignoreClusterUpdates: true,
    // Traces of where each request began cost more than the request.
    noAsyncTraces: true,
    timeout: dialMs,
    pingInterval: 20_000,
    ...(inboxPrefix === null ? {} : { inboxPrefix }),
  };
  const mustBePrivate = server.isPrivate || isTlsFirst || ca !== null || cert !== null;
  if (mustBePrivate) return interruptible(connect({ ...options, tls }), signal);
  try {
    return await interruptible(connect(options), signal);
  } catch (error) {
    const isUnnamed = isNumeric && error instanceof Error && "code" in error && error.code === otherHost;
    if (!isUnnamed || signal.aborted) throw error;
    return interruptible(connect({ ...options, tls }), signal);
  }
}

const otherHost = "ERR_TLS_CERT_ALTNAME_INVALID";

/** Nobody can interrupt a connection that is being made; it is closed when it is there. */
async function interruptible(connecting: Promise<NatsConnection>, signal: AbortSignal): Promise<NatsConnection> {
  const over = new AbortController();
  const stopped = new Promise<null>((resolve) => {
    signal.addEventListener(
      "abort",
      () => {
        resolve(null);
      },
      { once: true, signal: over.signal },
    );
  });
  try {
    const made = signal.aborted ? null : await Promise.race([connecting, stopped]);
    if (made !== null) return made;
  } finally {
    over.abort();
  }
  connecting.then((connection) => connection.close()).catch(() => undefined);
  signal.throwIfAborted();
  throw new TypeError("stopped without a reason");
}

/** @throws FlowrunError `settings` for a seed that is none: else the client would fail where nobody hears it. */
function authenticatorOf(login: NatsProof | null): Authenticator {
  switch (login?.by) {
    case undefined:
      return () => undefined;
    case "password":
      return () => ({ user: login.user, pass: login.password });
    case "token":
      return () => ({ auth_token: login.token });
    case "nkey":
      return nkeyAuthenticator(seedOf(login));
    case "creds":
      return jwtAuthenticator(login.jwt, seedOf(login));
  }
}

function seedOf({ seed, origin }: NatsProof & { readonly seed: string }): Uint8Array {
  const bytes = new TextEncoder().encode(seed);
  try {
    nkeys.fromSeed(bytes);
  } catch (error) {
    throw new FlowrunError("settings", `${origin} cannot be used`, {
      why: "its seed is not whole: a letter is wrong, or missing",
      hint: "copy the file anew, or make another: nsc generate creds, nk -gen user",
      cause: error,
    });
  }
  return bytes;
}
