import { fstatSync, ftruncateSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { FlowrunError } from "../errors.ts";
import type { Output } from "../host.ts";

/** One of the process's own streams, whatever it leads to; `write` rejects with a FlowrunError `closed` or `state`. */
export function outputOf(stream: NodeJS.WriteStream & { fd: number }): Output {
  // Without a listener a closed pipe would end the process with a stack.
  stream.on("error", () => undefined);
  // Whatever its type says, a stdout that was sent to a file is no socket.
  const isSocket: boolean = stream instanceof Socket;
  return {
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns || 80;
    },
    write: (text) => (isSocket ? writeToStream(stream, text) : writeToFile(stream.fd, text)),
  };
}

function writeToStream(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (text === "") {
      resolve();
      return;
    }
    stream.write(text, (error) => {
      if (error) reject(writeFailure(error));
      else resolve();
    });
  });
}

/**
 * All of it or nothing. Node's own stream for files takes a write for done that a nearly full disk cut short: those
 * runs would be lost, and half a record would spoil the line that is appended next time.
 */
function writeToFile(fd: number, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  let size = 0;
  let written = 0;
  try {
    size = fstatSync(fd).size;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    return Promise.resolve();
  } catch (error) {
    if (written > 0 && fstatSync(fd).size === size + written) ftruncateSync(fd, size);
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
