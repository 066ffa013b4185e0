type Env = Readonly<Record<string, string | undefined>>;

/** What the environment says of proxies; an absent key was not said. */
export interface Proxies {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY; lower case goes before upper case, and http before nothing. Pure. */
export function findProxies(env: Env): Proxies {
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"] ?? httpProxy;
  const noProxy = env["no_proxy"] ?? env["NO_PROXY"];
  return {
    ...(httpProxy ? { httpProxy } : {}),
    ...(httpsProxy ? { httpsProxy } : {}),
    ...(noProxy ? { noProxy } : {}),
  };
}

/** The proxy that a request to `url` goes through, by undici's rules; `null` for a direct one. Pure. */
export function proxyFor(url: string, env: Env): string | null {
  const { httpProxy, httpsProxy, noProxy = "" } = findProxies(env);
  const { protocol, hostname, port } = new URL(url);
  if (noProxy === "*") return null;
  const exempt = noProxy.split(/[,\s]/).filter((entry) => entry !== "");
  if (exempt.some((entry) => covers(entry, hostname.toLowerCase(), port || usualPorts[protocol]))) return null;
  return (protocol === "https:" ? httpsProxy : httpProxy) ?? null;
}

const usualPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Whether an entry of NO_PROXY names the host, or a domain it lies in. */
function covers(entry: string, hostname: string, port: string | undefined): boolean {
  const [, name = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = name.replace(/^\*?\./, "").toLowerCase();
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
