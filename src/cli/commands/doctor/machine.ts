import type { Access } from "../../../adobe/settings/settings.ts";
import { FlowrunError } from "../../../errors.ts";
import { describeNetworkFailure } from "../../../adobe/http/words.ts";
import { createConnector, type Connector } from "../../../adobe/http/connector.ts";
import { readProxies, type FindProxy, type Proxy } from "../../../adobe/http/proxy.ts";
import type { Host, Send } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import type { Env } from "../../../adobe/settings/keys.ts";
import { version } from "../../../version.ts";
import { failed, ok, skipped, warning, type Finding } from "./finding.ts";
import { tryTo } from "./try-to.ts";

/** The oldest Node that flowrun is tested with; the same as in package.json. */
const oldestNode = [20, 18, 1] as const;

/** flowrun's version and Node's. Pure. */
export function checkVersion({ nodeVersion }: Pick<Host, "nodeVersion">): Finding {
  const text = `flowrun ${version} on Node ${nodeVersion}`;
  const [major = 0, minor = 0, patch = 0] = nodeVersion.split(".").map(Number);
  const [needed, neededMinor, neededPatch] = oldestNode;
  const isOld = (major - needed || minor - neededMinor || patch - neededPatch) < 0;
  if (!isOld) return ok("version", text, { flowrun: version, node: nodeVersion });
  return failed(
    "version",
    new FlowrunError("settings", `${text}, which is too old`, {
      why: `flowrun needs ${oldestNode.join(".")} or newer`,
      hint: "install the current Node: https://nodejs.org",
    }),
  );
}

/** Waiting, and the signal that ends the check of the network. */
export interface NetworkMeans {
  readonly host: Pick<Host, "sleep">;
  readonly signal: AbortSignal;
}

/** Which hosts are asked by way of which proxy, and whether that opens one; whether the others have an address. */
export async function checkNetwork(urls: readonly string[], env: Env, asking: NetworkMeans): Promise<Finding> {
  const { host, signal } = asking;
  const read = await tryTo(() => readProxies(env));
  if ("error" in read) return failed("network", read.error);
  const findProxy = read.value;
  const sleep: Host["sleep"] = (ms, until) => host.sleep(ms, until);
  const connector = createConnector({ findProxy, sleep });
  const giveUp = (): void => {
    connector.close();
  };
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const origins = [...new Set(urls.map((url) => new URL(url).origin))];
    const ways = await Promise.all(origins.map((origin) => wayTo(new URL(origin), findProxy, connector)));
    signal.throwIfAborted();
    return findingOfWays(ways);
  } finally {
    signal.removeEventListener("abort", giveUp);
    connector.close();
  }
}

/** How a host is reached, or why it is not. */
interface WayThere {
  readonly host: string;
  readonly proxy: string | null;
  readonly address: string | null;
  readonly trouble: FlowrunError | null;
}

/** A proxy looks the name up itself, and this machine may not be able to. */
async function wayTo(url: URL, findProxy: FindProxy, connector: Connector): Promise<WayThere> {
  const { hostname, port, protocol } = url;
  const proxy = findProxy(url);
  const known = { host: hostname, proxy: proxy?.address ?? null, address: null, trouble: null };
  try {
    if (proxy === null) return { ...known, address: await connector.findAddress(hostname) };
    (await connector.openTunnel(proxy, `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`)).destroy();
    return known;
  } catch (error) {
    return { ...known, trouble: error instanceof FlowrunError ? error : lost(hostname, proxy, error) };
  }
}

function lost(hostname: string, proxy: Proxy | null, error: unknown): FlowrunError {
  const why = describeNetworkFailure(error);
  if (proxy === null) {
    const hint =
      "check the URL (flowrun config list) and this machine's DNS; behind a proxy: export HTTPS_PROXY=http://<host>:<port>";
    return new FlowrunError("unavailable", `${hostname} has no address`, { why, hint });
  }
  const { variable, address } = proxy;
  const hint = `check ${variable}, and ask who runs ${address} to let ${hostname} through; or go past it: export NO_PROXY=${hostname}`;
  return new FlowrunError("unavailable", `${hostname} cannot be reached through the proxy ${address}`, { why, hint });
}

function findingOfWays(ways: readonly WayThere[]): Finding {
  const facts = {
    hosts: ways.map(({ trouble, ...way }) => ({ ...way, trouble: trouble === null ? null : trouble.why })),
  };
  const error = ways.find(({ trouble }) => trouble !== null)?.trouble ?? null;
  if (error !== null) return failed("network", error, facts);
  const hosts = ways.map(({ host, address, proxy }) => {
    if (proxy !== null) return `${host} by proxy ${proxy}`;
    return address === host ? host : `${host} is ${address ?? ""}`;
  });
  const direct = ways.every(({ proxy }) => proxy === null);
  return ok("network", `${hosts.join(", ")}${direct ? "; no proxy" : ""}`, facts);
}

const warnSkewMs = 60_000;
const mostSkewMs = 300_000;

/** The clock, the way to ask a server for its time, and the signal that ends the check. */
export interface ClockMeans {
  readonly host: Pick<Host, "now">;
  readonly send: Send;
  readonly signal: AbortSignal;
  readonly notify: Notify;
}

/** This machine's clock against the one of the server that is asked first: IMS, or the API where a token was given. */
export async function checkClock(
  { imsUrl, apiUrl, accessToken }: Pick<Access, "imsUrl" | "apiUrl" | "accessToken">,
  asking: ClockMeans,
): Promise<Finding> {
  const { host, send, signal, notify } = asking;
  const url = accessToken === null ? `${imsUrl}/ims/.well-known/openid-configuration` : apiUrl;
  const name = new URL(url).hostname;
  notify({ kind: "asking", method: "GET", url });
  const askedAt = host.now();
  try {
    const answer = await send({ method: "GET", url, headers: { accept: "application/json" } }, signal);
    answer.discard();
    const date = Date.parse(answer.headers["date"]?.[0] ?? "");
    if (Number.isNaN(date)) return skipped("clock", `${name} does not say what time it is`);
    // Its clock was read about half way, and tells whole seconds only.
    return findingOfClock(name, (askedAt + host.now()) / 2 - (date + 500));
  } catch (error) {
    signal.throwIfAborted();
    return skipped("clock", `${name} did not answer: ${describeNetworkFailure(error)}`);
  }
}

function findingOfClock(name: string, aheadMs: number): Finding {
  const facts = { aheadMs: Math.round(aheadMs) };
  const skew = Math.abs(aheadMs);
  if (skew <= warnSkewMs) {
    return ok("clock", `within ${skew < 2000 ? "2 s" : `${Math.ceil(skew / 1000)} s`} of ${name}'s`, facts);
  }
  const by = skew < 90_000 ? `${Math.round(skew / 1000)} s` : `${Math.round(skew / 60_000)} min`;
  const text = `this machine's clock is ${by} ${aheadMs > 0 ? "ahead of" : "behind"} ${name}'s`;
  const remedy = "set the clock, and keep it right: timedatectl set-ntp true";
  if (skew <= mostSkewMs) return warning("clock", text, remedy, facts);
  const why = "tokens end, windows begin and cursors expire by the clock";
  return failed("clock", new FlowrunError("settings", text, { why, hint: remedy }), facts);
}
