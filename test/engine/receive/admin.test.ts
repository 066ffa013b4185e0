import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { startAdmin, type AdminOptions, type Health } from "../../../src/engine/receive/admin.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";
import { meterRuns } from "../../../src/engine/receive/run-metrics.ts";
import { listen } from "../../support/tls.ts";

async function start(options: Partial<AdminOptions> = {}): Promise<string> {
  const admin = await startAdmin({
    host: "127.0.0.1",
    port: 0,
    option: "--admin",
    role: "listen",
    health: () => ({ state: "ready" }),
    meter: createMetrics(),
    onTrouble: () => undefined,
    ...options,
  });
  onTestFinished(() => admin.close());
  return admin.url;
}

describe("/healthz", () => {
  test.each<[Health, number]>([
    [{ state: "ready" }, 200],
    [{ state: "draining" }, 503],
    [{ state: "failing", why: "the disk is full" }, 503],
  ])("%j is %i", async (health, status) => {
    const url = await start({ health: () => health });
    const answer = await fetch(`${url}/healthz`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({ role: "listen", ...health });
  });

  test("HEAD has no body, a query is no other place", async () => {
    const url = await start();
    const answer = await fetch(`${url}/healthz?verbose`, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });
});

test("/metrics has what the meter has; of runs only, where there are only runs", async () => {
  const meter = createMetrics();
  meterRuns(meter, () => 3)({ flowId: "f", status: "failed", completedAt: null, updatedAt: null });
  const url = await start({ role: "tail", meter });
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const page = await answer.text();
  expect(page).toContain('flowrun_runs_total{status="failed"} 1\n');
  expect(page).not.toContain("webhook");
});

test("nothing else is there, and nothing is done", async () => {
  const url = await start();
  for (const path of ["/", "/metrics/", "/healthz/../metrics%2f", "/Metrics"]) {
    expect((await fetch(url + path)).status).toBe(404);
  }
  const posted = await fetch(`${url}/metrics`, { method: "POST", body: "x" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

describe("a port that cannot be had", () => {
  test("is taken", async () => {
    const port = await listen(createServer());
    await expect(start({ port })).rejects.toMatchObject({
      kind: "usage",
      message: `port ${port} of 127.0.0.1 is taken`,
      why: expect.stringContaining("EADDRINUSE") as string,
      hint: "end the other program, or choose another port with --admin",
    });
  });

  test("is of another machine", async () => {
    for (const host of ["192.0.2.7", "no-such-host.invalid"]) {
      await expect(start({ host })).rejects.toMatchObject({
        kind: "usage",
        message: `${host} is no address of this machine`,
      });
    }
  });
});

test("it ends at once, also while somebody is connected", async () => {
  const admin = await startAdmin({
    host: "::1",
    port: 0,
    option: "--admin",
    role: "tail",
    health: () => ({ state: "ready" }),
    meter: createMetrics(),
    onTrouble: () => undefined,
  }).catch(() => null);
  // Not every machine has IPv6.
  if (admin === null) return;
  expect(admin.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  await (await fetch(`${admin.url}/healthz`)).text();
  await admin.close();
  await admin.close();
  await expect(fetch(`${admin.url}/healthz`)).rejects.toThrow();
});
