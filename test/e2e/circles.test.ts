import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { openJournal, printed, runEvent, runIds } from "../support/journal.ts";

/** A journal whose nth page holds so many runs and names the page after it, and how often it was asked. */
async function openPages(pageAt: (n: number) => { readonly runs: number; readonly next: number }) {
  let asked = 0;
  const path = "/events/organizations/1/integrations/2/3";
  const server = createServer(({ url = "" }, response) => {
    asked += 1;
    const n = Number(new URL(url, "http://localhost").searchParams.get("since") ?? 0);
    const { runs, next } = pageAt(n);
    const events = Array.from({ length: runs }, (_, at) => ({
      position: `p${n}.${at}`,
      event: runEvent(n * runs + at),
    }));
    response.setHeader("link", `<${path}?since=${next}>; rel="next"`);
    response.end(JSON.stringify({ events, _page: { last: events.at(-1)?.position ?? "", count: runs } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const user = await openJournal();
  const FLOWRUN_JOURNAL_URL = `http://127.0.0.1:${port}${path}`;
  return { asked: () => asked, run: (args: string) => user.run(args, { FLOWRUN_JOURNAL_URL }) };
}

const commands = ["since oldest --jobs 1 --json -q", "tail --since oldest --json -q"];

describe.each(commands)("flowrun %s", (command) => {
  it("ends with 5 where next links go in a circle, each run printed once", async () => {
    const journal = await openPages((n) => ({ runs: 2, next: (n + 1) % 40 }));
    const { code, stdout, stderr } = await journal.run(command);
    expect(code).toBe(5);
    expect(printed({ stdout })).toEqual(runIds(80));
    expect(JSON.parse(stderr)).toMatchObject({ kind: "protocol" });
    expect(journal.asked()).toBeLessThanOrEqual(46);
  });

  it("ends with 5 where pages are empty and links ever-new", async () => {
    const journal = await openPages((n) => ({ runs: n < 3 ? 1 : 0, next: n + 1 }));
    const { code, stdout } = await journal.run(command);
    expect(code).toBe(5);
    expect(printed({ stdout })).toEqual(runIds(3));
    expect(journal.asked()).toBeLessThanOrEqual(9);
  });
});

it("the same with the default jobs, since a seek comes to the same pages", async () => {
  const journal = await openPages((n) => ({ runs: 60, next: (n + 1) % 9 }));
  const { code, stdout } = await journal.run("since oldest --json -q");
  expect(code).toBe(5);
  expect(new Set(printed({ stdout })).size).toBe(printed({ stdout }).length);
  expect(printed({ stdout }).length).toBeGreaterThan(0);
});
