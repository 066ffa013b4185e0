import type { Socket } from "node:net";
import { request } from "node:http";
import { FlowrunError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Proxy } from "./proxy.ts";
import { describeNetworkFailure } from "./words.ts";

/** Where a proxy is, as a connection is opened to it. */
interface Place {
  readonly protocol: string;
  readonly hostname: string;
  /** The server name of TLS is made of this. */
  readonly host: string;
  readonly port: string;
}

/** How the connection to a proxy is opened, and how long it may take. */
export interface Tunnelling {
  /** Opens a connection that goes through no proxy; `of` says whose certificate a failure may be about. */
  readonly direct: (place: Place, of: string, done: (error: Error | null, socket: Socket | null) => void) => void;
  readonly sleep: Host["sleep"];
  /** How long the proxy may take to answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks a proxy for a connection to `target`, a host and a port. undici's own way asks a proxy that closes the connection
 * again and again, thousands of times a second, and does not tell what it answered.
 * @throws FlowrunError where trying again is no use; an Error that names the proxy.
 */
export async function tunnelThrough(proxy: Proxy, target: string, tunnelling: Tunnelling): Promise<Socket> {
  const socket = await reach(proxy, tunnelling);
  try {
    const status = await ask(socket, proxy, target, tunnelling);
    if (status.code >= 200 && status.code < 300) return socket;
    throw refusal(proxy, target, status);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function reach(proxy: Proxy, { direct }: Tunnelling): Promise<Socket> {
  const { protocol, hostname, port, address } = proxy;
  const place = { protocol, hostname, host: hostname, port: String(port) };
  return new Promise((resolve, reject) => {
    direct(place, `the proxy ${address}`, (error, socket) => {
      if (socket !== null) resolve(socket);
      else if (error instanceof FlowrunError) reject(error);
      else reject(new Error(`the proxy ${address} could not be reached: ${describeNetworkFailure(error)}`));
    });
  });
}

interface Status {
  readonly code: number;
  readonly text: string;
  /** The ways to sign in that it knows, such as Basic and NTLM. */
  readonly schemes: readonly string[];
}

async function ask(socket: Socket, proxy: Proxy, target: string, tunnelling: Tunnelling): Promise<Status> {
  const { authorization, address } = proxy;
  const { sleep, timeoutMs, signal } = tunnelling;
  const over = new AbortController();
  const headers = { host: target, ...(authorization === null ? {} : { "proxy-authorization": authorization }) };
  const asking = request({ method: "CONNECT", path: target, headers, createConnection: () => socket });
  try {
    return await new Promise((resolve, reject) => {
      asking.once("connect", ({ statusCode = 0, statusMessage = "", headersDistinct }, _, head) => {
        if (head.length > 0) socket.unshift(head);
        const schemes = (headersDistinct["proxy-authenticate"] ?? []).map((way) => way.replace(/[\s,].*/s, ""));
        resolve({ code: statusCode, text: statusMessage, schemes });
      });
      asking.once("error", (error) => {
        const how = "code" in error && error.code === "ECONNRESET" ? "closed the connection" : error.message;
        reject(new Error(`the proxy ${address} did not open a tunnel to ${target}: ${how}`));
      });
      void sleep(timeoutMs, AbortSignal.any([signal, over.signal])).then(() => {
        const late = `no answer within ${timeoutMs / 1000} s`;
        asking.destroy(new Error(late));
      });
      asking.end();
    });
  } finally {
    over.abort();
  }
}

function refusal(proxy: Proxy, target: string, { code, text, schemes }: Status): Error {
  const { protocol, address, authorization, variable } = proxy;
  const answered = `the proxy ${address} answered ${code}${text === "" ? "" : ` ${text}`} when asked for ${target}`;
  if (code !== 407) return new Error(answered);
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === "basic")) {
    return new FlowrunError("unavailable", `the proxy ${address} asks for a sign-in by ${schemes.join(" or ")}`, {
      why: `${answered}; flowrun can only send it a user and a password`,
      hint: `let a program on this machine sign in, such as cntlm or px, and go through that: export ${variable}=http://127.0.0.1:<port>`,
    });
  }
  const message =
    authorization === null
      ? `the proxy ${address} asks for a user and a password`
      : `the proxy ${address} refuses the user and password in ${variable}`;
  return new FlowrunError("unavailable", message, {
    why: answered,
    hint: `export ${variable}=${protocol}//<user>:<password>@${address}`,
  });
}
