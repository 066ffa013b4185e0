import { createHash } from "node:crypto";
import { FlowrunError } from "../../../errors.ts";
import type { World } from "../../../host.ts";
import { keepPassword, keepSecret } from "../../../mask.ts";
import { urlOf, type Address } from "../address.ts";
import type { Brings, DeliveredReading } from "../destination.ts";
import type { Attributes } from "./attributes.ts";
import { chooseSignals, isOneOf, type Signal } from "./signals.ts";

/** Where to, how and in whose name: an address and the environment together. */
export interface OtlpSettings {
  /** One for each signal that the reading needs, traces first. */
  readonly targets: readonly OtlpTarget[];
  /**
   * Where a signal goes; `null` where it is not to be sent. The variables of one that the reading does not need are read only now.
   * @throws FlowrunError `usage`, as `readSettings`.
   */
  readonly targetOf: (signal: Signal) => OtlpTarget | null;
  /** Attributes of the resource, as far as somebody has named them. */
  readonly resource: Attributes;
  /** Of settings that have no effect, or a bad one. */
  readonly warnings: readonly string[];
}

/** Where a signal goes, and how. */
export interface OtlpTarget {
  readonly signal: Signal;
  readonly url: string;
  /** The URL without what may be a secret. */
  readonly shown: string;
  readonly protocol: Protocol;
  readonly isPacked: boolean;
  /** By names in lower case. Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long an answer may take, in milliseconds; `Infinity` as long as it likes. */
  readonly timeoutMs: number;
}

const protocols = ["http/protobuf", "http/json"] as const;

/** An encoding over HTTP, by OpenTelemetry's name for it. */
export type Protocol = (typeof protocols)[number];

/**
 * Reads an address and the variables that OpenTelemetry has for the rest; secrets in them are remembered.
 * @param brings the records that are delivered.
 * @throws FlowrunError `usage`, naming the variable that cannot be right.
 */
export function readSettings(address: Address, env: World["env"], brings: Brings): OtlpSettings {
  const { wanted, needed } = chooseSignals(address, brings);
  const targets = needed.map((signal) => targetFor(signal, address, env));
  return {
    targets,
    targetOf: (signal) =>
      targets.find((one) => one.signal === signal) ??
      (wanted.includes(signal) ? targetFor(signal, address, env) : null),
    resource: [...resourceOf(env)],
    warnings: [...ignored(env, needed), ...targets.flatMap(exposed)],
  };
}

/**
 * The attributes of the resource; an instance's name stays the same for one reading, so that what is counted goes on
 * where a process ended, and that of two readings is not mixed up. Pure.
 */
export function resourceAttributes({ resource }: OtlpSettings, reading: DeliveredReading): Attributes {
  const { profile, journal, organisation, cursor } = reading;
  const instance = createHash("sha256").update(JSON.stringify([profile, journal, organisation, cursor]));
  return [
    ...new Map([
      ["service.name", "flowrun"] as const,
      ["service.instance.id", instance.digest("hex").slice(0, 32)] as const,
      ...resource,
    ]),
  ];
}

/** A variable, of the signal's own name or of the one for all; an empty one is none. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

function find(env: World["env"], signal: Signal, what: string): Variable | null {
  const names = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`, `OTEL_EXPORTER_OTLP_${what}`];
  const name = names.find((one) => (env[one]?.trim() ?? "") !== "");
  return name === undefined ? null : { name, value: env[name]?.trim() ?? "" };
}

function targetFor(signal: Signal, address: Address, env: World["env"]): OtlpTarget {
  const url = endpointOf(signal, address, env);
  const own = authorizationOf(url);
  url.username = "";
  url.password = "";
  url.hash = "";
  return {
    signal,
    url: url.href,
    shown: `${url.origin}${url.pathname}`,
    protocol: protocolOf(find(env, signal, "PROTOCOL")),
    isPacked: isPackedBy(find(env, signal, "COMPRESSION")),
    headers: { ...own, ...headersOf(find(env, signal, "HEADERS")) },
    timeoutMs: timeoutOf(find(env, signal, "TIMEOUT")),
  };
}

function endpointOf(signal: Signal, address: Address, env: World["env"]): URL {
  if (address.word !== "otlp") {
    const url = urlOf(address, address.word.replace("otlp+", ""));
    url.search = "";
    if (/\/v1\/(?:traces|metrics|logs)\/*$/.test(url.pathname)) {
      throw new FlowrunError("usage", `${address.shown} names the path of one signal`, {
        why: "/v1/traces, /v1/metrics and /v1/logs are put behind an address",
        hint: `leave it away; with ?signals=${signal} nothing else is sent`,
      });
    }
    return below(url, signal);
  }
  if (address.rest !== "") {
    throw new FlowrunError("usage", `${address.shown} is no address of an OTLP receiver`, {
      why: "behind otlp there is nothing: OTEL_EXPORTER_OTLP_ENDPOINT says where",
      hint: "otlp+http://host:4318   or otlp+https://host",
    });
  }
  const variable = find(env, signal, "ENDPOINT");
  if (variable === null) return new URL(`http://localhost:4318/v1/${signal}`);
  const url = httpUrl(variable);
  // The one of a signal is taken as it is, as OpenTelemetry has it.
  return variable.name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? below(url, signal) : url;
}

function below(url: URL, signal: Signal): URL {
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url;
}

function httpUrl({ name, value }: Variable): URL {
  keepPassword(value);
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return new URL(value);
  throw new FlowrunError("usage", `${name} is not a URL`, {
    why: "it goes http://host:4318 or https://host, with the scheme before it",
    hint: `export ${name}=http://localhost:4318`,
  });
}

/** A user and a password before the host are what HTTP calls Basic. */
function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const pair = [username, password].map(decoded).join(":");
  return { authorization: kept(`Basic ${Buffer.from(pair).toString("base64")}`) };
}

function protocolOf(variable: Variable | null): Protocol {
  const value = variable?.value.toLowerCase() ?? "http/protobuf";
  if (isOneOf(protocols, value)) return value;
  const why = value === "grpc" ? "flowrun speaks OTLP over HTTP, and not over gRPC" : `it is "${value}"`;
  throw new FlowrunError("usage", `${variable?.name ?? ""} names a protocol that is not there`, {
    why: `${why}; receivers have HTTP beside gRPC, as a rule at port 4318`,
    hint: `export ${variable?.name ?? ""}=http/protobuf   (or http/json)`,
  });
}

function isPackedBy(variable: Variable | null): boolean {
  const value = variable?.value.toLowerCase() ?? "gzip";
  if (value === "gzip" || value === "none") return value === "gzip";
  throw new FlowrunError("usage", `${variable?.name ?? ""} names a compression that is not there`, {
    why: `it is "${value}"; every receiver takes gzip`,
    hint: `unset ${variable?.name ?? ""}   for gzip, or set it to none`,
  });
}

const usualTimeoutMs = 10_000;

function timeoutOf(variable: Variable | null): number {
  if (variable === null) return usualTimeoutMs;
  const { name, value } = variable;
  if (/^\d{1,9}$/.test(value)) return Number(value) === 0 ? Infinity : Number(value);
  throw new FlowrunError("usage", `${name} is not a time`, {
    why: `it is "${value}"; it goes in milliseconds, and 0 is no limit`,
    hint: `export ${name}=${usualTimeoutMs}`,
  });
}

/** As HTTP has them: what a name may consist of, and what a value may. */
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** These say what the body is. */
const ownHeaders = new Set(["content-type", "content-encoding", "content-length", "transfer-encoding", "host"]);

function headersOf(variable: Variable | null): Readonly<Record<string, string>> {
  if (variable === null) return {};
  const headers: Record<string, string> = {};
  for (const [name, value] of pairsOf(variable)) {
    // It is not quoted: there may be a secret anywhere in it.
    if (!headerName.test(name) || !headerValue.test(value)) throw malformed(variable);
    if (!ownHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = kept(value);
  }
  return headers;
}

/** Remembers a header's value as a secret, and what follows `Bearer` or `Basic` too. */
function kept(value: string): string {
  for (const secret of [value, value.replace(/^\S+\s+/, "")]) keepSecret(secret);
  return value;
}

function resourceOf(env: World["env"]): ReadonlyMap<string, string> {
  const variable = { name: "OTEL_RESOURCE_ATTRIBUTES", value: env["OTEL_RESOURCE_ATTRIBUTES"]?.trim() ?? "" };
  const name = env["OTEL_SERVICE_NAME"]?.trim() ?? "";
  return new Map([...pairsOf(variable), ...(name === "" ? [] : [["service.name", name] as const])]);
}

/** `name=value,name=value`, with what would be mistaken for an end written as %2C. */
function pairsOf(variable: Variable): readonly (readonly [name: string, value: string])[] {
  const parts = variable.value.split(",").map((part) => part.trim());
  return parts
    .filter((part) => part !== "")
    .map((part) => {
      const [, name, value] = /^([^=]*[^=\s])\s*=\s*(.*)$/s.exec(part) ?? [];
      if (name === undefined || value === undefined) throw malformed(variable);
      return [decoded(name), decoded(value)];
    });
}

function malformed({ name }: Variable): FlowrunError {
  return new FlowrunError("usage", `${name} cannot be understood`, {
    why: "it goes name=value,name=value, with %2C for a comma inside a value, and %20 for a blank",
    hint: `export ${name}=…   once more, or unset ${name}`,
  });
}

/** A text that is not percent-encoded stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function ignored(env: World["env"], needed: readonly Signal[]): readonly string[] {
  const valueOf = (what: string): string =>
    needed.map((signal) => find(env, signal, what)?.value ?? "").find((value) => value !== "") ?? "";
  const certificate = valueOf("CERTIFICATE");
  const hasClient = valueOf("CLIENT_CERTIFICATE") !== "" || valueOf("CLIENT_KEY") !== "";
  const temporality = (env["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"] ?? "").trim().toLowerCase();
  return [
    ...(certificate === "" || certificate === env["NODE_EXTRA_CA_CERTS"]
      ? []
      : [`OTEL_EXPORTER_OTLP_CERTIFICATE has no effect: export NODE_EXTRA_CA_CERTS=${certificate}`]),
    ...(hasClient
      ? ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE has no effect: flowrun shows no certificate of its own"]
      : []),
    ...(temporality === "" || temporality === "cumulative"
      ? []
      : [`metrics are cumulative, and not ${temporality} as OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE asks`]),
  ];
}

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Headers of one's own are a key, as a rule. */
function exposed({ signal, url, shown, headers }: OtlpTarget): readonly string[] {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || loopback.test(hostname) || Object.keys(headers).length === 0) return [];
  return [`the headers for ${signal} go to ${shown} unencrypted: whoever is on the way can read them`];
}
