import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { bareEnv, binary, node, scratch } from "../support/flowrun.ts";

const mebibyte = 1024 * 1024;

/** Serves journal, IMS and API in one, and says what a user would export to reach it. */
async function serve(listener: RequestListener, more: Readonly<Record<string, string>> = {}) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...bareEnv(await scratch()),
    FLOWRUN_CLIENT_ID: "client",
    FLOWRUN_CLIENT_SECRET: "not-so-secret",
    FLOWRUN_IMS_ORG_ID: "ORG@AdobeOrg",
    FLOWRUN_JOURNAL_URL: `${url}/events/organizations/1/integrations/2/3`,
    FLOWRUN_IMS_URL: url,
    ...more,
  };
}

/** Runs flowrun to its end, and watches the most memory it takes. */
async function run(args: string, env: Readonly<Record<string, string>>) {
  const child = spawn(node, [binary, ...args.split(" ")], { env, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stderr, peak] = ["", 0];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const watch = setInterval(() => {
    try {
      const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${String(child.pid)}/status`, "utf8"))?.[1];
      peak = Math.max(peak, Number(kib ?? 0) * 1024);
    } catch {
      // It is gone, or this is no Linux.
    }
  }, 10);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(watch);
  return { code, stderr, peak: peak / mebibyte };
}

function pour(res: ServerResponse): void {
  const piece = Buffer.alloc(65_536, " ");
  const more = (): void => {
    while (!res.destroyed && res.write(piece));
  };
  res.on("drain", more);
  more();
}

const spaces = Buffer.alloc(512 * mebibyte, " ");
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

const hostile: readonly (readonly [string, () => RequestListener])[] = [
  [
    "an answer without end",
    () => (_, res) => {
      pour(res.writeHead(200));
    },
  ],
  ["half a gigabyte of gzip", () => send(gzipSync(spaces), "gzip")],
  ["half a gigabyte of brotli", () => send(brotliCompressSync(spaces, quick), "br")],
  ["gzip in gzip", () => send(gzipSync(gzipSync(spaces)), "gzip, gzip")],
  ["ten million empty objects", () => send(gzipSync(`{"events":[${"{},".repeat(10_000_000)}{}]}`), "gzip")],
];

function send(body: Uint8Array, coding: string): RequestListener {
  return (_, res) => res.writeHead(200, { "content-encoding": coding, "content-type": "application/json" }).end(body);
}

describe("no body is without a limit", () => {
  it.each(hostile)("of the journal: %s", async (_, listener) => {
    const env = await serve(listener(), { FLOWRUN_ACCESS_TOKEN: "given-token" });
    const { code, stderr, peak } = await run("since oldest", env);
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^error: the answer to GET http:\/\/127.0.0.1:\d+\/events\/organizations\/1\/integrations\/2\/3\S* (is larger than 32 MB|holds too many values)\n {2}why: .+\n {2}fix: .+\n$/,
    );
    expect(peak).toBeLessThan(300);
  });

  it.each(hostile)("of IMS: %s", async (_, listener) => {
    const { code, stderr, peak } = await run("since oldest --json", await serve(listener()));
    expect(code).toBe(5);
    const error = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(error).toMatchObject({ exitCode: 5, kind: "protocol" });
    expect(error["message"]).toMatch(
      /^the answer to POST \S+\/ims\/token\/v3 (is larger than 8 MB|holds too many values)/,
    );
    expect(peak).toBeLessThan(300);
  });

  it("of a failed answer: what it says is looked for within the limit", async () => {
    const env = await serve(
      (_, res) => {
        pour(res.writeHead(500));
      },
      { FLOWRUN_ACCESS_TOKEN: "given-token" },
    );
    const { code, stderr, peak } = await run("tail", env);
    expect(code).toBe(5);
    expect(stderr).toContain("is larger than 8 MB");
    expect(peak).toBeLessThan(300);
  });
});
