import { BlockList, isIP } from "node:net";
import { FlowrunError } from "../../errors.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A proxy, as one of the environment's variables names it. */
export interface Proxy {
  readonly protocol: "http:" | "https:";
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** `host:port`, as a message may show it: without user and password. */
  readonly address: string;
  /** Of the header Proxy-Authorization, where there is a user. A secret. */
  readonly authorization: string | null;
  /** Where it was named, such as HTTPS_PROXY. */
  readonly variable: string;
}

/** The proxy that a request to a URL goes through; `null` for a direct one. */
export type FindProxy = (url: Pick<URL, "protocol" | "hostname" | "port">) => Proxy | null;

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY as curl does: lower case goes before upper case, an empty one is none, and
 * a scheme may be left out. Https goes through http's proxy where it has none of its own; loopback goes through none.
 * @throws FlowrunError `settings`, naming the variable that cannot be understood; never shows a password. Pure.
 */
export function readProxies(env: Env): FindProxy {
  const http = readProxy(env, "http_proxy");
  const https = readProxy(env, "https_proxy") ?? http;
  if (https === null) return () => null;
  const isExempt = readExemptions(...read(env, "no_proxy"));
  return ({ protocol, hostname, port }) => {
    const name = bare(hostname);
    if (isLoopback(name) || isExempt(name, Number(port) || usualPorts[protocol])) return null;
    return protocol === "https:" ? https : http;
  };
}

const usualPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** The name under which a variable is set, in lower or upper case, and its value. */
function read(env: Env, lower: string): readonly [name: string, value: string] {
  const upper = lower.toUpperCase();
  const value = env[lower]?.trim();
  return value ? [lower, value] : [upper, env[upper]?.trim() ?? ""];
}

/** A host and a port; what follows says nothing. */
const form = /^(\[[\da-f:.]+\]|[^\s:/?#[\]"'\\]+)(?::(\d+))?(?:[?#].*|\/(?!\/).*)?$/i;

function readProxy(env: Env, lower: string): Proxy | null {
  const [variable, value] = read(env, lower);
  if (value === "") return null;
  const [, scheme = "http", rest = ""] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(value) ?? [];
  // A password may hold anything: the last @ ends it.
  const at = rest.lastIndexOf("@");
  const user = at === -1 ? null : rest.slice(0, at);
  const [, host, port] = form.exec(rest.slice(at + 1)) ?? [];
  const protocol = `${scheme.toLowerCase()}:`;
  const place = `http://${host ?? ""}:${port ?? ""}`;
  if (host === undefined || !URL.canParse(place) || Number(port ?? 1) === 0) {
    // It is not quoted: there may be a password anywhere in it.
    throw malformed(variable, "it is not a host and a port, with or without http:// and a user:password@ before them");
  }
  if (protocol !== "http:" && protocol !== "https:") {
    throw malformed(variable, `it names a proxy for ${scheme}; flowrun knows those for http and https`);
  }
  const { hostname } = new URL(place);
  const number = Number(port) || (protocol === "https:" ? 443 : 80);
  const authorization = user === null ? null : `Basic ${Buffer.from(userAndPassword(user)).toString("base64")}`;
  return {
    protocol,
    hostname: bare(hostname),
    port: number,
    address: `${hostname}:${number}`,
    authorization,
    variable,
  };
}

function userAndPassword(text: string): string {
  const [user = "", ...password] = text.split(":");
  return `${unescape(user)}:${unescape(password.join(":"))}`;
}

/** A % that escapes nothing stands for itself. */
function unescape(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString());
}

function malformed(variable: string, why: string, example = "http://<host>:<port>"): FlowrunError {
  return new FlowrunError("settings", `${variable} cannot be understood`, {
    why,
    hint: `export ${variable}=${example}   (or: unset ${variable})`,
  });
}

type Covers = (name: string, port: number | undefined) => boolean;

/** Names cover the domains below them, with a dot or a star before them or without; addresses may be whole networks. */
function readExemptions(variable: string, text: string): Covers {
  const entries = text.split(/[,\s]+/).filter((entry) => entry !== "");
  const covers = entries.map((entry) => readExemption(variable, entry));
  return (name, port) => covers.some((cover) => cover(name, port));
}

function readExemption(variable: string, entry: string): Covers {
  if (entry === "*") return () => true;
  const [, place = entry, onlyPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  const covers = coversName(variable, bare(place));
  return (name, port) => (onlyPort === undefined || Number(onlyPort) === port) && covers(name);
}

function coversName(variable: string, place: string): (name: string) => boolean {
  const [address = "", bits] = place.split("/").map(bare);
  const type = familyOf(address);
  if (type === null) {
    const domain = place.replace(/^\*?\./, "");
    return (name) => name === domain || (familyOf(name) === null && name.endsWith(`.${domain}`));
  }
  const most = type === "ipv4" ? 32 : 128;
  const prefix = bits === undefined ? most : /^\d+$/.test(bits) ? Number(bits) : Infinity;
  if (prefix > most) {
    const why = `${JSON.stringify(place)} is no network: up to ${most} bits may follow the slash`;
    throw malformed(variable, why, "10.0.0.0/8,.example.com");
  }
  const network = new BlockList();
  network.addSubnet(address, prefix, type);
  return (name) => isIn(network, name);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isLoopback(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isIn(loopback, name);
}

function isIn(network: BlockList, name: string): boolean {
  const type = familyOf(name);
  return type !== null && network.check(name, type);
}

function familyOf(name: string): "ipv4" | "ipv6" | null {
  const version = isIP(name);
  return version === 0 ? null : version === 4 ? "ipv4" : "ipv6";
}

/** A host without the brackets of an IPv6 address, the last dot of a whole name and capitals. */
function bare(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")
    .toLowerCase();
}
