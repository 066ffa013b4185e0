import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pageType, type Metrics } from "./meter.ts";
import { closePort, openPort, type Port } from "./open-port.ts";

/** How a process is. */
export interface Health {
  /** The name of its part where that is not its command's: `standby`. */
  readonly role?: string;
  /** `draining`: it ends, and takes nothing any more; `failing`: it cannot keep what it takes. */
  readonly state: "ready" | "draining" | "failing";
  /** For people; never holds a secret. */
  readonly why?: string;
}

/** Whatever an admin server tells. */
export interface AdminOptions extends Port {
  /** The command: `listen`. */
  readonly role: string;
  readonly health: () => Health;
  readonly meter: Pick<Metrics, "page">;
  /** Told of what goes wrong once it listens. */
  readonly onTrouble: (error: Error) => void;
}

/** A running admin server. */
export interface Admin {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  /** Ends at once. */
  close(): Promise<void>;
}

/**
 * Tells whoever asks how this process is: `/healthz` (JSON; 503 unless it is ready) and `/metrics` (Prometheus' text format
 * 0.0.4).
 * @throws FlowrunError `usage` where the port cannot be had.
 */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const server = createServer({ ...patience }, (request, response) => {
    answer(request, response, options);
  });
  server.maxConnections = 100;
  const place = await openPort(server, options, options.onTrouble);
  return {
    url: `http://${place}`,
    close: () =>
      closePort(server, () => {
        server.closeAllConnections();
      }),
  };
}

const patience = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 500 };

function answer({ method, url = "" }: IncomingMessage, response: ServerResponse, options: AdminOptions): void {
  const page = pageAt(url.replace(/\?.*$/s, ""), options);
  const isAsked = method === "GET" || method === "HEAD";
  const { status, type, text } = isAsked || page.status === 404 ? page : notAllowed;
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 405 ? { allow: "GET, HEAD" } : {}),
  });
  response.end(method === "HEAD" ? "" : text);
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const plain = "text/plain; charset=utf-8";
const notAllowed: Page = { status: 405, type: plain, text: "GET only\n" };
const notFound: Page = { status: 404, type: plain, text: "/healthz and /metrics are here\n" };

function pageAt(path: string, { role, health, meter }: AdminOptions): Page {
  switch (path) {
    case "/healthz": {
      const told = health();
      const status = told.state === "ready" ? 200 : 503;
      return { status, type: "application/json", text: `${JSON.stringify({ role, ...told })}\n` };
    }
    case "/metrics":
      return { status: 200, type: pageType, text: meter.page() };
    default:
      return notFound;
  }
}
