import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { Host } from "../../host.ts";
import type { Health } from "./admin.ts";
import { createDesk, type DeskOptions } from "./desk.ts";
import { openPort, type Port } from "./open-port.ts";
import type { TlsMaterial } from "./tls-files.ts";

/** Where deliveries come in, and what becomes of them. */
export interface ReceiverOptions extends Port, Omit<DeskOptions, "room"> {
  /** Reads the server's certificate and key, at the start and whenever they are reloaded; `null` for plain HTTP. */
  readonly tls: (() => Promise<TlsMaterial>) | null;
  readonly limits?: Partial<ReceiverLimits>;
}

/** The patience of a receiver: milliseconds, but for `connections` and `room`. */
export interface ReceiverLimits {
  /** For a request's headers. */
  readonly headersMs: number;
  /** For a request to have come, all of it. Adobe waits ten seconds for an answer, connecting included. */
  readonly requestMs: number;
  /** Between two looks at the clock for these. */
  readonly checkMs: number;
  /** At the same time; the next one is dropped. */
  readonly connections: number;
  /** Bytes of all bodies in hand together. */
  readonly room: number;
  /** For what is in hand when the receiver stops. */
  readonly drainMs: number;
}

const usualLimits: ReceiverLimits = {
  headersMs: 5000,
  requestMs: 9000,
  checkMs: 500,
  connections: 1000,
  room: 64 * 1024 * 1024,
  drainMs: 9000,
};

/** A receiver that runs. */
export interface RunningReceiver {
  /** `http://127.0.0.1:8787`, with the port that was found. */
  readonly origin: string;
  /** Whether it receives; `failing` for a minute after a delivery could not be kept, or until the next one is. */
  health(): Health;
  /** Stops accepting, and resolves when what is in hand is answered, or after `drainMs`. More than once will do. */
  drain(): Promise<void>;
  /**
   * Reads the TLS files again, for connections from now on.
   * @throws FlowrunError where they cannot be used; those before stay.
   */
  reload(): Promise<void>;
}

/**
 * Receives deliveries: read, judged, kept, and only then acknowledged. No answer holds anything of what was sent, but for
 * a challenge.
 * @throws FlowrunError `usage` where the port cannot be had, or the TLS files cannot be used.
 */
export async function startReceiver(
  options: ReceiverOptions,
  host: Pick<Host, "now" | "sleep">,
): Promise<RunningReceiver> {
  const limits = { ...usualLimits, ...options.limits };
  const desk = createDesk({ ...options, room: limits.room }, host);
  const { server, reload } = await createServerFor(options.tls, limits);
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("request", desk.receive);
  // Whoever asks first whether a body is wanted learns of a refusal before it is sent.
  server.on("checkContinue", desk.receive);
  server.on("clientError", desk.refuseBroken);
  server.maxConnections = limits.connections;
  const place = await openPort(server, options, options.onTrouble);
  const stop = async (): Promise<void> => {
    desk.drain();
    const over = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    await Promise.race([closed, host.sleep(limits.drainMs, over.signal)]);
    over.abort();
    // Those in the middle of a handshake among them, which the server does not know yet.
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let stopping: Promise<void> | null = null;
  return {
    origin: `${options.tls === null ? "http" : "https"}://${place}`,
    health: desk.health,
    drain: () => (stopping ??= stop()),
    reload,
  };
}

async function createServerFor(tls: ReceiverOptions["tls"], limits: ReceiverLimits) {
  const { headersMs, requestMs, checkMs } = limits;
  // Node looks every half a minute otherwise, whatever the limits are.
  const patience = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs };
  if (tls === null) return { server: createServer(patience), reload: () => Promise.resolve() };
  const material = await tls();
  const mutual = material.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  const server: Server & TlsServer = createTlsServer({
    ...patience,
    ...material,
    ...mutual,
    handshakeTimeout: headersMs,
  });
  const reload = async (): Promise<void> => {
    server.setSecureContext(await tls());
  };
  return { server, reload };
}
