import type { IncomingMessage } from "node:http";
import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";

/** Memory that the bodies of all requests share. */
export interface BodyRoom {
  /** Bytes that are left. */
  left: number;
}

/** A request's body, and the end of its stay in memory; or why there is none. `gone`: so is whoever sent it. */
export type ReadBody =
  { readonly body: Buffer; readonly release: () => void } | { readonly refused: "tooLarge" | "noRoom" | "gone" };

/**
 * Reads a request's body to its end. What is not wanted any more is still taken off the line, and thrown away, so that the
 * answer reaches whoever is still sending; the server's limit of time ends that.
 * @param mostBytes of one body, whatever length was promised.
 * @param room is taken up until `release` is called.
 */
export function readRequest(request: IncomingMessage, mostBytes: number, room: BodyRoom): Promise<ReadBody> {
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) {
    request.resume();
    return Promise.resolve({ refused: "tooLarge" });
  }
  return new Promise((resolve) => {
    // Copied together as they come: a million pieces of one byte, kept as they are, take a hundred times their size.
    let bytes: Buffer = Buffer.alloc(0);
    let size = 0;
    let isOver = false;
    const end = (read: ReadBody): void => {
      // A request that has ended is closed as well, and one that was refused may end.
      if (isOver) return;
      isOver = true;
      request.off("data", take);
      request.resume();
      if ("refused" in read) release();
      resolve(read);
    };
    const release = (): void => {
      room.left += size;
      size = 0;
    };
    const take = (piece: Buffer): void => {
      if (size + piece.length > mostBytes) {
        end({ refused: "tooLarge" });
      } else if (piece.length > room.left) {
        end({ refused: "noRoom" });
      } else {
        bytes = grown(bytes, size, size + piece.length);
        bytes.set(piece, size);
        size += piece.length;
        room.left -= piece.length;
      }
    };
    request.on("data", take);
    request.once("end", () => {
      end({ body: bytes.subarray(0, size), release });
    });
    for (const broken of ["error", "close"]) {
      request.once(broken, () => {
        end({ refused: "gone" });
      });
    }
  });
}

const firstBytes = 16_384;

function grown(bytes: Buffer, size: number, needed: number): Buffer {
  if (needed <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafeSlow(Math.max(firstBytes, needed, 2 * bytes.length));
  bytes.copy(larger, 0, 0, size);
  return larger;
}

/** The headers as a delivery has them: names in lower case, repeated ones joined as HTTP joins them. Pure. */
export function headersOf({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">): WebhookDelivery["headers"] {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
