import { FlowrunError } from "../../errors.ts";

/** The means to give up a stream that nobody reads. */
export interface Stopping {
  /** Aborts when the process is to stop. */
  readonly stop: AbortSignal;
  /** Resolves after so many milliseconds, or when the signal aborts; does not keep the process. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** So much is handed over at once: little enough to tell a reader that is slow from one that does not read. */
const pieceBytes = 16_384;

/** How long a reader may take nothing, once the process is to stop. */
const graceMs = 100;

/**
 * Writes texts to a pipe, a socket or a terminal, in their order; each resolves when it has been taken. Once the process is
 * to stop, and the reader takes nothing for a moment, all that is left is given up: FlowrunError `aborted`. Rejects with
 * the stream's own errors too.
 */
export function socketWriter(stream: NodeJS.WriteStream, { stop, wait }: Stopping): (text: string) => Promise<void> {
  const waiting = new Set<(error: unknown) => void>();
  let taken = 0;
  let isGivenUp = false;
  /** While a long text is written in pieces the next one waits; short ones leave the order to the stream. */
  let long: Promise<void> | null = null;

  const hurry = async (): Promise<void> => {
    const never = new AbortController().signal;
    while (!isGivenUp) {
      const before = waiting.size > 0 ? taken : null;
      await wait(graceMs, never);
      isGivenUp = taken === before;
    }
    for (const reject of waiting) reject(givenUp());
  };
  stop.addEventListener("abort", () => void hurry(), { once: true });

  const writePiece = (piece: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.add(reject);
      stream.write(piece, (error) => {
        taken += 1;
        waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  const writeAll = async (bytes: Uint8Array): Promise<void> => {
    // A terminal takes all, and words on stderr must not come between.
    const most = stream.isTTY ? bytes.length : pieceBytes;
    for (let at = 0; at < bytes.length; at += most) {
      if (isGivenUp) throw givenUp();
      await writePiece(bytes.subarray(at, at + most));
    }
  };

  return async (text) => {
    while (long !== null) await long;
    const bytes = Buffer.from(text);
    const written = writeAll(bytes);
    if (bytes.length > pieceBytes) {
      const over = (): void => {
        long = null;
      };
      long = written.then(over, over);
    }
    await written;
  };
}

function givenUp(): FlowrunError {
  return new FlowrunError("aborted", "stopped before everything was read");
}
