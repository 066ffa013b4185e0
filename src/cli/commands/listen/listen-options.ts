import type { Receiver } from "../../../engine/destinations/post.ts";
import type { World } from "../../../host.ts";
import { resolveForward } from "../../../engine/receive/forward.ts";
import type { TlsFiles } from "../../../engine/receive/tls-files.ts";
import { FlowrunError } from "../../../errors.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { DeliveryFlags, HostPort } from "../../options/flags.ts";
import { resolveLyticsDoor, type LyticsDoor, type LyticsDoorFlags } from "./lytics-door.ts";
import { isPath, pathForm } from "./paths.ts";

/** Options of `listen`, as commander hands them over. */
export interface ListenFlags extends DeliveryFlags, LyticsDoorFlags {
  readonly port: number;
  readonly since?: string;
  readonly reconcile?: string;
  readonly forwardTo?: string;
  readonly admin?: HostPort;
  readonly acceptHmac?: boolean;
  /** False by `--no-verify`. */
  readonly verify: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly maxBody: number;
}

/** How deliveries are received. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly maxBody: number;
  readonly tls: TlsFiles | null;
  readonly acceptsHmac: boolean;
  readonly verifies: boolean;
  /** Between two comparisons with the journal, milliseconds; `null` for none. */
  readonly reconcileMs: number | null;
  readonly forwardTo: Receiver | null;
  /** Where events of Lytics come in; `null` for nowhere. */
  readonly lytics: LyticsDoor | null;
  /** Where `/healthz` and `/metrics` are; `null` for nowhere. */
  readonly admin: HostPort | null;
}

/** @param isDemo whether the profile is the demo's, which nobody watches for five minutes. @throws FlowrunError `usage`. Pure. */
export function resolveListen(flags: ListenFlags, env: World["env"], isDemo: boolean): ListenOptions {
  const { host, port, path, maxBody, admin = null, acceptHmac = false, verify } = flags;
  if (!verify && !isLoopback(host)) {
    throw new FlowrunError("usage", `--no-verify does not go with --host ${host}`, {
      why: "whoever can reach it could say that runs failed, or that they did not",
      hint: "leave --no-verify out, or listen on this machine alone: --host 127.0.0.1",
    });
  }
  if (host === "") throw noHost();
  if (!isPath(path)) {
    throw new FlowrunError("usage", `--path ${path} is no path`, {
      why: pathForm,
      hint: "flowrun listen --path /adobe",
    });
  }
  const reconcileMs = reconcileOf(flags.reconcile ?? (isDemo ? "15s" : "5m"));
  if (reconcileMs === null && flags.since !== undefined) throw nothingToCompare();
  return {
    ...{ host, port, path, maxBody, admin, reconcileMs },
    tls: tlsOf(flags),
    lytics: resolveLyticsDoor(flags, !isLoopback(host), env),
    acceptsHmac: acceptHmac,
    verifies: verify,
    forwardTo: flags.forwardTo === undefined ? null : resolveForward(flags.forwardTo, env),
  };
}

function tlsOf({ tlsCert, tlsKey, clientCa }: ListenFlags): TlsFiles | null {
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: tlsCert, key: tlsKey, clientCa: clientCa ?? null };
  const given = Object.entries({ "tls-cert": tlsCert, "tls-key": tlsKey, "client-ca": clientCa });
  const [alone] = given.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (alone === undefined) return null;
  throw new FlowrunError("usage", `--${alone} does not stand alone`, {
    why: "for HTTPS a certificate and its key are needed, both",
    hint: "flowrun listen --tls-cert server.crt --tls-key server.key",
  });
}

function reconcileOf(text: string): number | null {
  if (text === "off") return null;
  const ms = parseDuration(text);
  if (ms >= shortestMs) return ms;
  throw new FlowrunError("usage", `--reconcile ${text} is too often`, {
    why: "each time the journal is asked, which has better things to do",
    hint: "flowrun listen --reconcile 5m   (or off)",
  });
}

const shortestMs = 1000;

function noHost(): FlowrunError {
  return new FlowrunError("usage", "--host names no address", {
    why: "it is empty; a variable of the shell may not be set, and every address of this machine would be listened on",
    hint: "flowrun listen --host 127.0.0.1   (or 0.0.0.0 for all of them)",
  });
}

function nothingToCompare(): FlowrunError {
  return new FlowrunError("usage", "--since has no meaning with --reconcile off", {
    why: "it says from where on the journal is asked the first time, and it is not asked",
    hint: "leave one of them out",
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
