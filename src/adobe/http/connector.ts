import type { LookupFunction, Socket } from "node:net";
// The part of undici that opens connections; see transport.ts.
import buildConnector from "undici/lib/core/connect.js";
import type { Host } from "../../host.ts";
import { certificateFailure } from "./certificate.ts";
import { findAddresses } from "./lookup.ts";
import type { FindProxy, Proxy } from "./proxy.ts";

/** Where a connection leads. */
export type Endpoint = Parameters<ReturnType<typeof buildConnector>>[0];

/** Gets the open connection, or why there is none: a FlowrunError where trying again is no use. */
type Done = Parameters<ReturnType<typeof buildConnector>>[1];

/** Opens connections to servers, directly or through a proxy, and closes all of them. */
export interface Connector {
  /** Opens a connection, through a proxy where there is one on the way. */
  readonly connect: (endpoint: Endpoint, done: Done) => void;
  /** Opens a tunnel through a proxy. @throws FlowrunError where trying again is no use; an Error naming the proxy. */
  readonly openTunnel: (proxy: Proxy, target: string) => Promise<Socket>;
  /** The first address of a host. @throws the resolver's error. */
  readonly findAddress: (hostname: string) => Promise<string>;
  /** Drops what is open and what is being opened, at once. */
  readonly close: () => void;
}

/** How proxies are found, waiting, and the look-up of host names (the system's, unless another is given). */
export interface ConnectorOptions {
  readonly findProxy: FindProxy;
  readonly sleep: Host["sleep"];
  readonly lookup?: typeof findAddresses;
}

/** How long a connection may take to be there: the name, each address, and TLS. */
const connectMs = 10_000;

/**
 * How long one of several addresses may take before the next is tried. Node's own 250 ms is less than the way to the
 * other side of the earth and back; this leaves room for such a way, and for one packet that is lost and sent again.
 */
const addressMs = 2000;

/** A connector that tries every address of a host, and verifies certificates with the name of the server behind a proxy. */
export function createConnector({ findProxy, sleep, lookup = findAddresses }: ConnectorOptions): Connector {
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  const find = (hostname: string) => lookup(hostname, { sleep, signal: closing.signal });
  const connect = buildConnector({
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: addressMs,
    lookup: lookupWith(find),
  });
  /** @param of whose certificate a failure may be about. */
  const direct = (endpoint: Endpoint, of: string, done: Done): void => {
    const socket = connect(endpoint, (error, opened) => {
      if (error === null) handOver(opened, of, done);
      else done(certificateFailure(error, of) ?? error, null);
    });
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const openTunnel = async (proxy: Proxy, target: string): Promise<Socket> => {
    const { tunnelThrough } = await import("./tunnel.ts");
    return tunnelThrough(proxy, target, { direct, sleep, timeoutMs: connectMs, signal: closing.signal });
  };
  return {
    openTunnel,
    findAddress: async (hostname) => (await find(hostname))[0]?.address ?? "",
    connect: (endpoint, done) => {
      const { hostname, protocol, port } = endpoint;
      const proxy = findProxy(endpoint);
      if (proxy === null) {
        direct(endpoint, hostname, done);
        return;
      }
      const target = `${isIpv6(hostname) ? `[${hostname}]` : hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
      openTunnel(proxy, target).then(
        (httpSocket) => {
          if (protocol === "https:") direct({ ...endpoint, httpSocket }, hostname, done);
          else handOver(httpSocket, hostname, done);
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)), null);
        },
      );
    },
    close: () => {
      closing.abort();
      // Without an error who waits for a connection would never hear.
      for (const socket of sockets) socket.destroy(new Error("the connection was given up"));
    },
  };
}

/**
 * A connection that is closed already, or that brings something before anything was asked, is a failure. undici would
 * open another instead, and again, without a word and without end.
 */
function handOver(socket: Socket, of: string, done: Done): void {
  if (socket.destroyed) {
    done(new Error(`${of} closed the connection as soon as it was open`), null);
  } else if (socket.readableLength > 0) {
    socket.destroy();
    done(new Error(`${of} sent data before it was asked anything`), null);
  } else {
    done(null, socket);
  }
}

function isIpv6(hostname: string): boolean {
  return hostname.includes(":");
}

/** As a socket asks for addresses. */
function lookupWith(find: (hostname: string) => ReturnType<typeof findAddresses>): LookupFunction {
  return (hostname, { all }, callback) => {
    find(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined)
          callback(Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" }), []);
        else if (all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), []);
      },
    );
  };
}
