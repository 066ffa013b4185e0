import { closeSync, constants, openSync, writeSync } from "node:fs";
import { FlowrunError, reasonOf } from "../../errors.ts";
import type { DebugFile } from "../../host.ts";
import { mask } from "../../mask.ts";

/** The clock for its lines, and who hears that it cannot be written any more. */
export interface DebugMeans {
  readonly now: () => number;
  readonly complain: (text: string) => void;
}

/** A file that is not open yet. Each text is in it before `write` returns, so that a crash leaves all that came before. */
export function createDebugFile({ now, complain }: DebugMeans): DebugFile {
  let fd: number | null = null;
  return {
    get isOpen() {
      return fd !== null;
    },
    open: async (path) => {
      const { expandHome } = await import("../../state/given-file.ts");
      fd = openForOwner(expandHome(path), path);
    },
    write: (text) => {
      if (fd === null || text === "") return;
      try {
        writeAll(fd, timed(mask(text), now()));
      } catch (error) {
        // It is there for the sake of the reading, which goes on.
        closeSync(fd);
        fd = null;
        complain(`warning: the debug file cannot be written any more (${reasonOf(error)})\n`);
      }
    },
  };
}

/** A pipe that nobody reads must not hold the command up; where there is no such flag (Windows) there are no such pipes. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** The file keeps its lines: the next ticket's lines go behind it. */
function openForOwner(path: string, told: string): number {
  try {
    return openSync(path, appending, 0o600);
  } catch (error) {
    throw new FlowrunError("usage", `the debug file ${told === "" ? "without a name" : told} cannot be written`, {
      why: reasonOf(error),
      hint: "name a file in a folder that you may write in: --debug-file ~/flowrun.log",
      cause: error,
    });
  }
}

function timed(text: string, now: number): string {
  const time = new Date(now).toISOString();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${time} ${line}\n`)
    .join("");
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
}
