import { Socket } from "node:net";
import { FlowrunError } from "../errors.ts";
import type { Output } from "../host.ts";
import { isMidLine, isReadableNull, writeToFile } from "./file.ts";
import { untilUnread } from "./reader.ts";

/** One of the process's own streams, as the composition root has it. */
export interface OwnOutput extends Output {
  /** Resolves when nothing that was written is under way any more, taken or given up. */
  flushed(): Promise<void>;
}

/**
 * One of the process's own streams, whatever it leads to; `write` rejects with a FlowrunError `closed` or `state`.
 * @param stop once it aborts, what is left to write is given up (`aborted`) when the reader has taken nothing of it for a
 * moment.
 */
export function outputOf(stream: NodeJS.WriteStream & { fd: number }, stop: AbortSignal): OwnOutput {
  // Without a listener a closed pipe would end the process with a stack.
  stream.on("error", () => undefined);
  // Whatever its type says, a stdout that was sent to a file is no socket.
  const isSocket: boolean = stream instanceof Socket;
  let closed: AbortSignal | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let isGivenUp = false;

  /** In turn, since a long text is written in pieces. */
  const enqueue = (text: string): Promise<void> => {
    const written = queue.then(() => {
      if (isGivenUp) throw givenUp();
      return writeToStream(stream, text, stop);
    });
    queue = written.catch((error: unknown) => {
      isGivenUp ||= error instanceof FlowrunError && error.kind === "aborted";
    });
    return written;
  };

  return {
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns || 80;
    },
    get isLost() {
      return !isSocket && isReadableNull(stream.fd);
    },
    get isMidLine() {
      return !isSocket && isMidLine(stream.fd);
    },
    untilClosed: () => (closed ??= untilUnread(stream.fd)),
    write: (text) => (isSocket ? enqueue(text) : asPromise(() => writeToFile(stream.fd, text))),
    flushed: () => queue.then(() => undefined),
  };
}

/** What a reader takes at once; small enough to tell one that is slow from one that does not read. */
const pieceBytes = 16_384;

async function writeToStream(stream: NodeJS.WriteStream, text: string, stop: AbortSignal): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await writePiece(stream, bytes.subarray(at, at + pieceBytes), stop);
  }
}

/** How long a reader may take nothing once the process is to stop. */
const graceMs = 100;

function writePiece(stream: NodeJS.WriteStream, piece: Uint8Array, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    const hurry = (): void => {
      grace = setTimeout(() => {
        reject(givenUp());
      }, graceMs);
    };
    if (stop.aborted) hurry();
    else stop.addEventListener("abort", hurry, { once: true });
    stream.write(piece, (error) => {
      clearTimeout(grace);
      stop.removeEventListener("abort", hurry);
      if (error) reject(writeFailure(error));
      else resolve();
    });
  });
}

function givenUp(): FlowrunError {
  return new FlowrunError("aborted", "stopped before everything was read");
}

function asPromise(write: () => void): Promise<void> {
  try {
    write();
    return Promise.resolve();
  } catch (error) {
    return Promise.reject(writeFailure(error instanceof Error ? error : new Error(String(error))));
  }
}

function writeFailure(error: Error): FlowrunError {
  const code = "code" in error ? error.code : undefined;
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || code === "EOF") {
    return new FlowrunError("closed", "nobody reads any more", { cause: error });
  }
  return new FlowrunError("state", "the output could not be written", {
    why: error.message,
    hint: "make room, or write somewhere else; nothing was skipped: runs not written were not counted as read",
    cause: error,
  });
}
