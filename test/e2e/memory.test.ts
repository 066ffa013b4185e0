import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { bareEnv, binary, node, scratch } from "../support/flowrun.ts";

const events = 100_000;
const mebibyte = 1024 * 1024;

/** A journal of 100,000 runs in a process of its own; resolves with what a user would export to reach it. */
async function serve(): Promise<Record<string, string>> {
  const journal = spawn(process.execPath, [resolve("bench/journal.js"), JSON.stringify({ events, runShare: 1 })]);
  onTestFinished(() => void journal.kill());
  const [line] = (await once(createInterface(journal.stdout), "line")) as [string];
  return { ...bareEnv(await scratch()), ...(JSON.parse(line) as Record<string, string>) };
}

/** The most memory that a process has had so far, in bytes; 0 where it has gone. */
function peak({ pid }: ChildProcess): number {
  try {
    const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Reads everything, pausing as `pauseMs` says after each piece; counts lines, and watches the memory. */
async function readAll(child: ChildProcess, pauseMs: (read: number) => number) {
  let [lines, read, most] = [0, 0, 0];
  const ended = once(child, "exit");
  for await (const piece of child.stdout ?? []) {
    const bytes = piece as Buffer;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
    read += bytes.length;
    most = Math.max(most, peak(child));
    const ms = pauseMs(read);
    if (ms > 0) await new Promise((resume) => setTimeout(resume, ms));
  }
  const [code] = (await ended) as [number | null];
  return { code, lines, most };
}

describe.skipIf(process.platform !== "linux")("100,000 events through `since oldest` stay under 240 MiB", () => {
  it.each<[string, (read: number) => number]>([
    ["read at full speed", () => 0],
    // A second's rest after every 64 MiB or so, and slow all the way through the first 8 MiB.
    ["read by a slow reader", (read) => (read < 8 * mebibyte ? 10 : read % (64 * mebibyte) < 65_536 ? 1000 : 0)],
  ])("%s", async (_, pauseMs) => {
    const env = await serve();
    const child = spawn(node, [binary, "since", "oldest", "--json", "-q"], {
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const { code, lines, most } = await readAll(child, pauseMs);
    expect([code, lines]).toEqual([0, events]);
    expect(most).toBeGreaterThan(0);
    expect(most / mebibyte).toBeLessThan(240);
  });
});
