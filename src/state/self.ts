import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";

/** Whom files belong to that this process makes; `null` where files have no such owner (Windows). */
export function ownUser(): number | null {
  return process.geteuid?.() ?? null;
}

/**
 * The tag that this process writes into names of files, so that others can tell whether it still lives: its id, when it began,
 * where such ids count (the namespace of a container, this start of this machine) and the machine.
 */
export function ownTag(): string {
  const { space, boot, machine } = whereabouts();
  return [process.pid, startOf(process.pid) ?? unknown, space, boot, machine].join("-");
}

/** This process, in words for people who look at who holds something. */
export function describeSelf(): string {
  return `process ${String(process.pid)} on ${hostname()}`;
}

/** How a tag looks, in the middle of a name. */
export const tagPattern = /\d+-\d+-\d+-[0-9a-f]{1,8}-[0-9a-f]{1,8}/;

/** The process id in a tag, or of a file that holds nothing else; `null` where there is none. Pure. */
export function pidIn(tag: string): number | null {
  const digits = /^\d+/.exec(tag)?.[0];
  return digits === undefined ? null : Number(digits);
}

/** Whether the process that wrote a tag lives; `elsewhere` where that cannot be told from here: another container or machine. */
export function lifeOf(tag: string): "alive" | "dead" | "elsewhere" {
  const [pid = "", start = "", space, boot, machine] = tag.split("-");
  const here = whereabouts();
  const isSameMachine = machine === here.machine && machine !== unknown;
  if (boot === here.boot && space === here.space && (boot !== unknown || isSameMachine)) {
    return isRunning(Number(pid), start) ? "alive" : "dead";
  }
  // The machine was started anew since.
  const wasThisMachine = isSameMachine && boot !== here.boot;
  return wasThisMachine ? "dead" : "elsewhere";
}

const unknown = "0";

interface Whereabouts {
  readonly space: string;
  readonly boot: string;
  readonly machine: string;
}

/** Two machines may have one name, but hardly one name and one machine id; without that only the name is left. */
function whereabouts(): Whereabouts {
  const space = /\d+/.exec(attempt(() => readlinkSync("/proc/self/ns/pid")) ?? "")?.[0] ?? unknown;
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  if (boot === null) return { space, boot: unknown, machine: short(hostname()) };
  const id = attempt(() => readFileSync("/etc/machine-id", "utf8").trim()) ?? "";
  return { space, boot: short(boot), machine: id === "" ? unknown : short(`${hostname()}\n${id}`) };
}

/** An id is given again to another process, which began at another time. */
function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
  }
  const began = startOf(pid);
  return began === null || start === unknown || String(began) === start;
}

/** When a process began, in ticks since the machine did; `null` where the system does not say. */
function startOf(pid: number): number | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name, which may hold blanks and brackets.
  const ticks = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return ticks === undefined ? null : Number(ticks);
}

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function attempt(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
