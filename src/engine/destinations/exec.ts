import { FlowrunError } from "../../errors.ts";
import { ndjsonRenderer } from "../../render/formats/json.ts";
import type { Address } from "./address.ts";
import {
  everyRecord,
  recordOf,
  type DeliveredRecord,
  type Kind,
  type Means,
  type OpenDestination,
  type Subject,
} from "./destination.ts";
import { isKnown, programOf, startCommand, type Command, type CommandEnd } from "./exec/command.ts";
import { Ended } from "./refused.ts";
import { untilAborted } from "../until-aborted.ts";

/**
 * A line a record on the input of a command, as JSON. It counts as delivered when the pipe has it: nobody can tell when it was read, and of what a command has not read when it dies there is word.
 */
export const exec: Kind = {
  check: (address) => {
    commandOf(address);
  },
  takes: () => everyRecord,
  open: async (address, means) => {
    const command = commandOf(address);
    if (!(await isKnown(command, means.host.env))) throw notFound(command);
    return openExec(address, await startCommand(command, means.host.env), means);
  },
};

/** @throws FlowrunError `usage`. */
function commandOf({ rest }: Address): string {
  const command = rest.trim();
  if (command !== "" && !command.includes("\0")) return command;
  throw new FlowrunError("usage", "exec: names no command", {
    why: command === "" ? "nothing stands after the colon" : "there is a NUL in it, which no command can have",
    hint: "write the command as a shell takes it, in quotes: --to 'exec:./page.sh --urgent'",
  });
}

function notFound(command: string): FlowrunError {
  return new FlowrunError("usage", `exec: ${programOf(command) ?? command} cannot be run`, {
    why: "the shell knows no such program",
    hint: makeRunnable(command),
  });
}

/** A program of one's own is found by its path, and one of the system by its name. */
function makeRunnable(command: string): string {
  const program = programOf(command);
  if (program === null) return "if it is a file of yours: write its path, with a / in it, and chmod +x <path>";
  const path = program.includes("/") ? program : `./${program}`;
  return `if it is a file of yours: write its path, exec:${path}, and make it executable: chmod +x ${path}`;
}

/**
 * How long a command may take to end once its input has, in milliseconds: before that is told of, before it is told to
 * end, the same once flowrun is to stop, and before each harder word.
 */
const patience = { untilTold: 5000, untilEnded: 60_000, whenStopped: 5000, untilHarder: 3000 };

const { encode } = ndjsonRenderer<DeliveredRecord>();

function openExec(address: Address, command: Command, { host, signal, notify, reading }: Means): OpenDestination {
  const { shown } = address;
  const unread = recentLines();
  const over = new AbortController();
  const halted = AbortSignal.any([signal, over.signal]);
  let isRunning = true;
  let isClosing = false;
  const end = command.end.then((how) => {
    isRunning = false;
    if (isClosing) tellOfEnd(how);
    else over.abort(endedBy(how, address, unread.told(), reading.of));
  });
  const tellOfEnd = (how: CommandEnd): void => {
    if (how.code !== 0) notify({ kind: "warning", text: `${shown} ${howEnded(how)} after its input had ended` });
  };
  /** False where it was not taken, since the command has closed its input or all is over. */
  const hand = (line: string): Promise<boolean> =>
    new Promise((handed) => {
      // A pipe that is full may stay so.
      const giveUp = (): void => {
        handed(false);
      };
      halted.addEventListener("abort", giveUp, { once: true });
      void command.write(line).then((isTaken) => {
        halted.removeEventListener("abort", giveUp);
        handed(isTaken);
      });
    });
  const wait = async (ms: number, until: readonly AbortSignal[]): Promise<void> => {
    const enough = new AbortController();
    await Promise.race([end, host.sleep(ms, AbortSignal.any([enough.signal, ...until]))]);
    enough.abort();
  };

  return {
    found: `${shown} runs`,
    ended: over.signal,
    deliver: async (records, _, onSent) => {
      for (const [at, delivered] of records.entries()) {
        halted.throwIfAborted();
        const record = recordOf(delivered);
        const line = encode(record);
        if (!(await hand(line))) {
          // One that reads no more may still have something to do, and its end says what it makes of it.
          await untilAborted(halted);
          halted.throwIfAborted();
        }
        unread.add(timeOf(record), line.length);
        onSent(at + 1);
      }
    },
    close: async () => {
      isClosing = true;
      command.endInput();
      if (!signal.aborted) await wait(patience.untilTold, [signal]);
      if (isRunning && !signal.aborted) {
        notify({ kind: "remark", text: `${shown} has all its input, and is waited for until it ends` });
        await wait(patience.untilEnded - patience.untilTold, [signal]);
      }
      if (isRunning && signal.aborted) await wait(patience.whenStopped, []);
      for (const harder of ["SIGTERM", "SIGKILL"] as const) {
        if (!isRunning) return;
        command.kill(harder);
        await wait(patience.untilHarder, []);
      }
    },
  };
}

/** The reading ends by it: well, where the command has ended well. */
function endedBy(how: CommandEnd, { shown, rest }: Address, unread: Unread | null, of: Subject): FlowrunError {
  const ended = `${shown} ${howEnded(how)}`;
  if (how.code === 0) return new Ended(ended, { why: "a command ends the reading when it ends" });
  if (how.code === 126 || how.code === 127) {
    const why = "by this code a shell says that it, or a program in it, was not found or may not be run";
    return new FlowrunError("usage", ended, { why, hint: makeRunnable(rest.trim()) });
  }
  if (unread === null) {
    const hint = `see what it wrote itself, and try it alone: echo '{}' | ${rest.trim()}`;
    return new FlowrunError("protocol", ended, { why: "it had been given nothing", hint });
  }
  const { lines, from } = unread;
  const again = `${of === "jobs" ? "flowrun lytics since" : "flowrun since"} ${from ?? "<when>"}`;
  return new FlowrunError("protocol", ended, {
    why: `of the lines that it was given last, it may not have read ${lines === 1 ? "one" : `up to ${lines}`}`,
    hint: `see what it wrote itself; then give it those again: ${again}   with the same --to`,
  });
}

function howEnded({ code, signal }: CommandEnd): string {
  return signal === null ? `ended with exit code ${code ?? "unknown"}` : `was ended by ${signal}`;
}

/** Lines that a command may not have read. */
interface Unread {
  readonly lines: number;
  /** The time of the first of them, as far as it tells. */
  readonly from: string | null;
}

/** By which a reading begins that has it again; news of a flow comes by itself. */
function timeOf(record: DeliveredRecord): string | null {
  if (record.type === "flowrun.run") return record.updatedAt;
  return record.type === "flowrun.job" ? record.at : null;
}

/** More than a pipe or a socket holds, on any system. */
const mostInPipe = 262_144;

/** Those that may still stand in the pipe: as many of the last as it can hold. */
function recentLines() {
  let recent: { readonly at: string | null; readonly size: number }[] = [];
  let size = 0;
  return {
    add: (at: string | null, length: number): void => {
      recent.push({ at, size: length });
      size += length;
      let passed = 0;
      for (; size > mostInPipe && passed < recent.length - 1; passed += 1) size -= recent[passed]?.size ?? 0;
      if (passed > 0) recent = recent.slice(passed);
    },
    told: (): Unread | null => {
      const [first] = recent.flatMap(({ at }) => at ?? []).sort();
      return recent.length === 0 ? null : { lines: recent.length, from: first ?? null };
    },
  };
}
