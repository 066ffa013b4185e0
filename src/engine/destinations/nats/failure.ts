import { errors } from "@nats-io/transport-node";
import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { describeNetworkFailure, isMistake } from "../../../adobe/http/words.ts";
import { FlowrunError, type FailureKind } from "../../../errors.ts";
import { mask } from "../../../mask.ts";
import { Away } from "../refused.ts";

/** The other side, as far as it is known when something fails. */
export interface NatsParty {
  /** As a server is named: `127.0.0.1:4222`. */
  readonly place: string;
  /** By what we wanted to be let in; `null` for nothing. */
  readonly origin: string | null;
}

/**
 * A failure of NATS, of the way to it, or of TLS, in three lines, none of which shows a secret. A `FlowrunError` stays as
 * it is, and what is a fault of ours is thrown. Pure.
 * @param message what was tried, and that it did not come about.
 */
export function natsFailure(error: unknown, message: string, party: NatsParty): FlowrunError {
  if (error instanceof FlowrunError) return error;
  const root = rootOf(error);
  if (isMistake(root)) throw root;
  const { kind, why, hint } = tlsVerdict(root, party) ?? serverVerdict(root, party) ?? wireVerdict(root, party);
  const details = { why: oneLine(why), hint, cause: error };
  return kind === "unavailable" ? new Away(message, details) : new FlowrunError(kind, message, details);
}

/** JetStream's number of an error; `null` where it is none of JetStream's. Pure. */
export function jetStreamCode(error: unknown): number | null {
  const root = rootOf(error);
  return root instanceof JetStreamApiError ? root.code : null;
}

/** Whether nobody was there to answer: the client calls that "JetStream is not enabled", whatever was asked for. Pure. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && (error.name === "JetStreamNotEnabled" || rootOf(error) instanceof noResponders);
}

/** Whether a permission was wanting. Pure. */
export function isForbidden(error: unknown): boolean {
  return rootOf(error) instanceof errors.PermissionViolationError;
}

/** A message that is larger than may be, and was not sent. */
export class TooLarge extends Error {}

/** Whether a message is larger than the server or the stream takes. Pure. */
export function isTooLarge(error: unknown): boolean {
  const isRefusedHere = error instanceof TooLarge || error instanceof errors.InvalidArgumentError;
  return isRefusedHere || jetStreamCode(error) === 10054;
}

const noResponders = errors.NoRespondersError;

/** The client wraps what happened once or twice. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof errors.RequestError && root.cause !== undefined) root = root.cause;
  if (root instanceof Error && root.name === "JetStreamNotEnabled" && root.cause !== undefined)
    return rootOf(root.cause);
  // Node says it better, and with a code.
  const cause = root instanceof errors.ConnectionError ? root.cause : null;
  return cause instanceof Error && "code" in cause ? cause : root;
}

interface Verdict {
  /** `unavailable` for what may pass by itself, and is worth another try. */
  readonly kind: FailureKind;
  readonly why: string;
  readonly hint: string;
}

function tlsVerdict(error: unknown, { place }: NatsParty): Verdict | null {
  const words = error instanceof Error ? error.message.trim() : "";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why = `${words} (${code})`;
  if (words.includes("does not support 'tls'") || words === "'tls' is not available on this server") {
    const hint = "have tls { … } set in the server's configuration; on a network that nobody else reaches: nats://";
    return { kind: "settings", why: "the server does not speak TLS, which tls:// and ?ca= insist on", hint };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const hint = `name the host as its certificate does, instead of ${place}`;
    return { kind: "settings", why: `the server's certificate is another host's: ${words}`, hint };
  }
  if (/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) {
    const hint = "compare the clock with: date -u   if it is right, whoever runs the server must renew its certificate";
    return { kind: "settings", why: `by this machine's clock its certificate is not valid now: ${why}`, hint };
  }
  if (/^(?:CERT_|DEPTH_ZERO_SELF_SIGNED|INVALID_CA|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF))/.test(code)) {
    const hint = "name the authority's certificate: ?ca=<file.pem>, or export NATS_CA=<file.pem>";
    return { kind: "settings", why: `its certificate is of an authority that is not trusted here: ${why}`, hint };
  }
  if (/^ERR_SSL_.*(?:CERTIFICATE|UNKNOWN_CA)/.test(code)) {
    const hint = "name one that the server's authority has signed: ?cert=<file.pem>&key=<file.pem>";
    return { kind: "settings", why: `the server wants a certificate of ours, or not this one: ${why}`, hint };
  }
  if (/^ERR_(?:OSSL|SSL|TLS)/.test(code)) {
    const hint = "check the files of ?ca=, ?cert= and ?key=: the key must be the certificate's, without a passphrase";
    return { kind: "settings", why: `TLS did not come about: ${why}`, hint };
  }
  return null;
}

function serverVerdict(error: unknown, { origin }: NatsParty): Verdict | null {
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const hint =
      origin === null
        ? "nats://user:env:NATS_PASSWORD@host:4222/…, or ?creds=<file>, ?nkey=<file>, ?context=<name>; a token: NATS_TOKEN"
        : `check ${origin}: that they are of this server's account, and still valid`;
    return { kind: "auth", why: `the server says: ${error.message}`, hint };
  }
  if (error instanceof errors.PermissionViolationError) {
    const { operation, subject } = error;
    // Each connection has an inbox of its own.
    const denied = subject.replace(/^(_INBOX)\..*$/, "$1.>");
    const hint = `have the user allowed to ${operation === "publish" ? "publish on" : "subscribe to"} ${denied}`;
    return { kind: "forbidden", why: `the server says: ${error.message}`, hint };
  }
  return error instanceof JetStreamApiError ? jetStreamVerdict(error) : null;
}

/** By JetStream's numbers (https://docs.nats.io/reference/reference-protocols/nats_api_reference). */
function jetStreamVerdict({ code, status, message }: JetStreamApiError): Verdict {
  const why = `JetStream says: ${message} (${code})`;
  switch (code) {
    case JetStreamApiCodes.JetStreamNotEnabledForAccount:
      return {
        kind: "settings",
        why,
        hint: "have jetstream: enabled set for this account in the server's configuration",
      };
    case 10077: // the store took it not
      return {
        kind: "unavailable",
        why: message.includes("maximum") ? `the stream is full, and refuses what is new: ${message}` : why,
        hint: "see what fills it: nats stream info; let its consumers catch up, or: nats stream edit --max-msgs=… --max-bytes=…",
      };
    case 10158: // the same message is on its way through the cluster, or its failure is remembered
      return { kind: "unavailable", why, hint: "it is cleared up within the stream's duplicate window" };
    case 10109:
      return {
        kind: "settings",
        why: `the stream is sealed for good: ${message}`,
        hint: "make another for this subject",
      };
    case 10002: // limits of the account, and of the server
    case 10023:
    case 10047:
      return { kind: "unavailable", why, hint: "see what the account may use, and what it uses: nats account info" };
    default:
      return status >= 500
        ? { kind: "unavailable", why, hint: "look at the server: nats server report jetstream" }
        : { kind: "settings", why, hint: "look at the stream: nats stream info" };
  }
}

function wireVerdict(error: unknown, { place }: NatsParty): Verdict {
  const kind = "unavailable";
  const again = `check host and port, and that the server runs: nats server check connection --server ${place}`;
  if (error instanceof errors.TimeoutError) {
    return { kind, why: "no answer came in time", hint: `${again}, and that no firewall lies between` };
  }
  if (error instanceof noResponders) return { kind, why: "nobody takes that subject now", hint: again };
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.RequestError) {
    return { kind, why: "the connection was lost", hint: again };
  }
  if (error instanceof errors.ProtocolError) return { kind, why: `the server says: ${error.message}`, hint: again };
  return { kind, why: error === undefined ? "the connection was closed" : describeNetworkFailure(error), hint: again };
}

const longest = 300;

function oneLine(text: string): string {
  const line = mask(text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim());
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
