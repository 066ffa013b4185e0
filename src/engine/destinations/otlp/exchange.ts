import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { inTime, type TimeLimit } from "../../../adobe/http/in-time.ts";
import { describeNetworkFailure, isMistake, isWebPage, networkHint } from "../../../adobe/http/words.ts";
import { retryAfterMs } from "../../../adobe/gateway/backoff.ts";
import { FlowrunError, type FailureDetails, type FailureKind } from "../../../errors.ts";
import type { Answer } from "../../../host.ts";
import { version } from "../../../version.ts";
import type { Means } from "../destination.ts";
import { Away, Refused } from "../refused.ts";
import { refusalIn, shortfallIn, type Shortfall } from "./answer.ts";
import type { Message } from "./fields.ts";
import { encodeJson } from "./json.ts";
import { encodeProtobuf } from "./protobuf.ts";
import type { Protocol, OtlpTarget } from "./settings.ts";

/** The way to a receiver, and the leave to use it. */
export interface Sending {
  readonly target: OtlpTarget;
  /** Of the destination, as it may be shown. */
  readonly name: string;
  readonly host: Pick<Means["host"], "send" | "sleep" | "now">;
  readonly signal: AbortSignal;
}

const encodings: Readonly<Record<Protocol, { readonly type: string; readonly encode: (of: Message) => Uint8Array }>> = {
  "http/protobuf": { type: "application/x-protobuf", encode: encodeProtobuf },
  "http/json": { type: "application/json", encode: encodeJson },
};

/** A message as its target takes it. Pure. */
export function encodeFor({ protocol }: OtlpTarget, message: Message): Uint8Array {
  return encodings[protocol].encode(message);
}

/**
 * Sends a request that was encoded for its target, once; resolves to what the receiver says it did not take of it, or `null`.
 * @throws FlowrunError: `Away` where another try may help, `Refused`, of nobody in particular, where it is these very data that are refused; any
 * other for a receiver that cannot be right, `usage` aside.
 */
export async function exportTo(sending: Sending, body: Uint8Array): Promise<Shortfall | null> {
  const { target, name } = sending;
  try {
    return await inTime(limitOf(sending), (signal) => exchange(sending, body, signal));
  } catch (error) {
    sending.signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    throw new Away(`${name} could not be reached`, {
      why: `${target.shown}: ${describeNetworkFailure(error)}`,
      hint: isPortOfGrpc(target) ? "4317 is the port for gRPC: OTLP over HTTP has 4318, as a rule" : networkHint,
    });
  }
}

function limitOf({ target: { timeoutMs: ms }, host, signal }: Sending): TimeLimit {
  return { ms, tooLate: new Error(`no answer came within ${ms} ms (OTEL_EXPORTER_OTLP_TIMEOUT)`), host, signal };
}

const pack = promisify(gzip);

async function exchange(
  { target, name, host }: Sending,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Shortfall | null> {
  const { url, headers, protocol, isPacked } = target;
  const answer = await host.send(
    {
      method: "POST",
      url,
      headers: {
        "user-agent": `flowrun/${version}`,
        ...headers,
        "content-type": encodings[protocol].type,
        ...(isPacked ? { "content-encoding": "gzip" } : {}),
      },
      body: isPacked ? await pack(body) : body,
    },
    signal,
  );
  const said = await answer.body();
  if (answer.status < 200 || answer.status > 299) throw refusal({ target, name }, answer, said, host.now());
  if (isWebPage(answer.headers, said)) throw stranger({ target, name }, answer, said);
  return shortfallIn(answer.headers, said);
}

function isPortOfGrpc({ url }: OtlpTarget): boolean {
  return new URL(url).port === "4317";
}

type Refuser = Pick<Sending, "target" | "name">;

/** OpenTelemetry says which answers may be followed by the same request again: these and no others. */
const passing = new Set([429, 502, 503, 504]);

/** And these are about what was sent, rather than about who sent it, and where to. */
const aboutData = new Set([400, 413, 422]);

function refusal({ target, name }: Refuser, { status, headers }: Answer, body: Uint8Array, now: number): FlowrunError {
  const words = refusalIn(headers, body, status);
  const why = [`${target.shown} answered ${status}`, words].filter((part) => part !== null).join(": ");
  if (passing.has(status)) {
    return new Away(`${name} answered ${status}`, {
      why,
      hint:
        status === 429
          ? "it asks for fewer requests: wait"
          : "it says itself that this will pass: wait, or see to the receiver",
      waitMs: retryAfterMs(headers, now),
    });
  }
  if (aboutData.has(status))
    return new Refused(`${name} refuses these ${target.signal}`, { ids: [], why, hint: hintForData(status) });
  const [kind, message, hint] = misdirected(target, status, headers["location"]?.[0]);
  return new FlowrunError(kind, `${name} ${message}`, { why, hint });
}

function hintForData(status: number): string {
  return status === 413
    ? "allow larger requests there, or in the proxy before it (nginx: client_max_body_size)"
    : "see the receiver's log for what it minds; --on-refused skip passes it by";
}

/** Why a receiver refuses whatever it is sent. */
function misdirected(
  { signal, protocol, isPacked }: OtlpTarget,
  status: number,
  location: string | undefined,
): readonly [kind: FailureKind, message: string, hint: string] {
  const instead = protocol === "http/json" ? "http/protobuf" : "http/json";
  const plain = isPacked ? "; or OTEL_EXPORTER_OTLP_COMPRESSION=none, should it be gzip that it minds" : "";
  const without = signal === "traces" ? "" : `; where it takes no ${signal}: ${withoutSignal[signal]}`;
  switch (status) {
    case 401:
      return ["auth", "does not know who we are", setHeaders];
    case 403:
      return ["forbidden", "does not let us in", `${setHeaders}, of a key that may write ${signal}`];
    case 404:
    case 405:
      return [
        "settings",
        `takes no ${signal} there`,
        `/v1/${signal} is put behind the address: name what stands before it, as in otlp+https://host/otlp${without}`,
      ];
    case 415:
      return ["settings", `does not take ${protocol}`, `export OTEL_EXPORTER_OTLP_PROTOCOL=${instead}${plain}`];
    default:
      if (status > 299 && status < 400) {
        return [
          "settings",
          "is somewhere else",
          `name the address where it is: ${location ?? "it does not say which"}`,
        ];
      }
      return ["protocol", `answered ${status}, which says that no other try will help`, "see the receiver's log"];
  }
}

/** The setting that is left where a receiver takes no metrics, or no logs. */
const withoutSignal = {
  metrics: "?signals=traces, or ?signals=logs for events of Lytics",
  logs: "?signals=metrics, or ?signals=traces,metrics where runs go there as well",
} as const;

const setHeaders = 'export OTEL_EXPORTER_OTLP_HEADERS="name=value"   with the header that its vendor asks for';

function stranger({ target, name }: Refuser, { status, headers }: Answer, body: Uint8Array): FlowrunError {
  const words = refusalIn(headers, body, status) ?? "a web page";
  const details: FailureDetails = {
    why: `${target.shown} answered with ${words}`,
    hint: "check the address, and any proxy on the way",
  };
  return new FlowrunError("settings", `${name} is no OTLP receiver`, details);
}
