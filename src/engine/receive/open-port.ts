import { once } from "node:events";
import type { Server } from "node:net";
import { FlowrunError, reasonOf } from "../../errors.ts";

/** A place to listen at. */
export interface Port {
  /** An address or a name of this machine. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The option that names the port: `--port`. */
  readonly option: string;
}

/**
 * Listens.
 * @param onTrouble is told of what goes wrong later on, such as too many open files; the server goes on.
 * @returns host and port, as they stand in an address.
 * @throws FlowrunError `usage` where that port cannot be had.
 */
export async function openPort(server: Server, place: Port, onTrouble: (error: Error) => void): Promise<string> {
  const { host, port } = place;
  const listening = once(server, "listening");
  server.listen({ host, port });
  try {
    await listening;
  } catch (error) {
    throw notListening(place, error);
  }
  server.on("error", onTrouble);
  const address = server.address();
  const found = address !== null && typeof address === "object" ? address.port : port;
  return `${host.includes(":") ? `[${host}]` : host}:${found}`;
}

/** Ends a server at once: connections are dropped, whatever is under way. */
export async function closePort(server: Server, drop: () => void): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  drop();
  await closed;
}

function notListening({ host, port, option }: Port, error: unknown): FlowrunError {
  const why = reasonOf(error);
  const code = error instanceof Error && "code" in error ? error.code : null;
  const failed = (message: string, hint: string): FlowrunError =>
    new FlowrunError("usage", message, { why, hint, cause: error });
  switch (code) {
    case "EADDRINUSE":
      return failed(`port ${port} of ${host} is taken`, `end the other program, or choose another port with ${option}`);
    case "EACCES":
    case "EPERM":
      return failed(
        `port ${port} of ${host} is not for this user`,
        `choose one above 1023 with ${option}, and have a proxy pass on what comes to the other`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return failed(`${host} is no address of this machine`, "listen at 127.0.0.1, or at 0.0.0.0 for all that it has");
    default:
      return failed(`nothing can listen at port ${port} of ${host}`, `choose another port with ${option}`);
  }
}
