import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { bareEnv, binary, node, scratch } from "../support/flowrun.ts";

const mebibyte = 1024 * 1024;
const batchId = "01KTESTBATCH00000000000001";
const line = `${JSON.stringify({ id: "KL-100000", email: "ana@example.com", _errors: [{ code: "MAPPER-3700-400" }] })}\n`;

/** Sends so many lines, as fast as they are taken. */
function sendRows(res: ServerResponse, rows: number): void {
  const some = Buffer.from(line.repeat(1000));
  const pieces = function* () {
    for (let sent = 0; sent < rows; sent += 1000) yield some;
  };
  pipeline(Readable.from(pieces()), res, () => undefined);
}

/** Platform with one batch of so many rejected records; resolves with what a user would export to reach it. */
async function serve(rows: number): Promise<Record<string, string>> {
  const list = { data: [{ name: "errors_0.json", length: String(rows * line.length) }] };
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? "/", "http://localhost");
    const path = searchParams.get("path");
    if (pathname.includes("/catalog/")) res.end(JSON.stringify({ [batchId]: { status: "success" } }));
    else if (path === "row_errors") res.end(JSON.stringify(list));
    else if (path === null || path === "input_files") res.writeHead(404).end();
    else sendRows(res, rows);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    ...bareEnv(await scratch()),
    FLOWRUN_CLIENT_ID: "client",
    FLOWRUN_IMS_ORG_ID: "org@AdobeOrg",
    FLOWRUN_ACCESS_TOKEN: "a-token-of-the-test",
    FLOWRUN_PLATFORM_URL: url,
  };
}

/** The most memory that a process has had so far, in bytes; 0 where it has gone. */
function peak(pid = 0): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Runs it, and watches how much memory it takes: bytes of output, and the most bytes of memory. */
async function watch(env: Record<string, string>, args: readonly string[]) {
  const child = spawn(node, [binary, "rows", batchId, "--sandbox", "prod", ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  let [lines, most, told] = [0, 0, ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
  const looking = setInterval(() => {
    most = Math.max(most, peak(child.pid));
  }, 20);
  for await (const piece of child.stdout) {
    const bytes = piece as Buffer;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  }
  const [code] = (await ended) as [number | null];
  clearInterval(looking);
  return { code, lines, most, told };
}

describe.skipIf(process.platform !== "linux")("any number of rejected records stays under 180 MiB", () => {
  it("one after the other, as they come", async () => {
    // As objects they would take twice as much as is allowed.
    const rows = 200_000;
    const { code, lines, most, told } = await watch(await serve(rows), ["--max-rows", "all", "--json=codes", "-q"]);
    expect([code, lines, told]).toEqual([0, rows, ""]);
    expect(most).toBeGreaterThan(0);
    expect(most / mebibyte).toBeLessThan(180);
  });

  it("of a hundred million, the first hundred in a table: nobody waits for the rest", async () => {
    const { code, lines, most, told } = await watch(await serve(100_000_000), []);
    expect(code).toBe(0);
    expect(told).toContain("100 rejected records printed, and there are more");
    expect(lines).toBeLessThan(150);
    expect(most / mebibyte).toBeLessThan(180);
  });

  it("of a file that is fetched", async () => {
    const rows = 700_000;
    const folder = join(await scratch(), "rows");
    const { code, most } = await watch(await serve(rows), ["--download", folder, "-q"]);
    expect(code).toBe(0);
    const { size } = await stat(join(folder, batchId, "row_errors", "errors_0.json"));
    expect(size).toBe(rows * line.length);
    expect(most / mebibyte).toBeLessThan(180);
  });
});
