import { Socket } from "node:net";
import { FlowrunError, reasonOf } from "../../errors.ts";
import type { Output } from "../../host.ts";
import { isMidLine, isReadableNull, writeToFile } from "./file.ts";
import { untilUnread, type Looking } from "./reader.ts";
import { socketWriter } from "./socket.ts";

/** One of the process's own streams, as the composition root has it. */
export interface OwnOutput extends Output {
  /** Resolves when nothing that was written is under way any more, taken or given up. */
  flushed(): Promise<void>;
}

/** One of the process's own streams, whatever it leads to; `write` rejects with a FlowrunError `closed`, `state` or `aborted`. */
export function outputOf(stream: NodeJS.WriteStream & { fd: number }, surroundings: Looking): OwnOutput {
  // Without a listener a closed pipe would end the process with a stack.
  stream.on("error", () => undefined);
  // Whatever its type says, a stdout that was sent to a file is no socket.
  const isSocket: boolean = stream instanceof Socket;
  const write = isSocket ? socketWriter(stream, surroundings) : fileWriter(stream.fd);
  const underWay = new Set<Promise<void>>();
  let closed: AbortSignal | null = null;
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
    untilClosed: () => (closed ??= untilUnread(stream.fd, surroundings)),
    write: (text) => {
      const written = write(text).catch((error: unknown) => {
        throw writeFailure(error);
      });
      const forget = (): void => {
        underWay.delete(written);
      };
      underWay.add(written);
      written.then(forget, forget);
      return written;
    },
    flushed: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

function fileWriter(fd: number): (text: string) => Promise<void> {
  return async (text) => {
    writeToFile(fd, text);
    return Promise.resolve();
  };
}

function writeFailure(error: unknown): FlowrunError {
  if (error instanceof FlowrunError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || code === "EOF") {
    return new FlowrunError("closed", "nobody reads any more", { cause: error });
  }
  return new FlowrunError("state", "the output could not be written", {
    why: reasonOf(error),
    hint: "make room, or write somewhere else; nothing was skipped: runs not written were not counted as read",
    cause: error,
  });
}
