import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { account } from "../../src/demo/account.ts";
import { openJournal, printed, runEvent, runIds, type OpenJournal } from "../support/journal.ts";

const imsCalls = ({ server }: OpenJournal) => server.requests.filter(({ service }) => service === "ims");

it("T1 the token call has exactly the documented form and headers", async () => {
  const journal = await openJournal();
  expect((await journal.run("since oldest --json")).code).toBe(0);
  const [call, ...more] = imsCalls(journal);
  expect(more).toEqual([]);
  expect(call?.method).toBe("POST");
  expect(call?.target).toBe("/ims/token/v3");
  expect(call?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect([...new URLSearchParams(call?.body)]).toEqual([
    ["grant_type", "client_credentials"],
    ["client_id", account.clientId],
    ["client_secret", account.clientSecrets[0]],
    ["scope", account.scopes.join(",")],
  ]);
  const page = journal.server.requests.find(({ service }) => service === "journal");
  expect(page?.headers["authorization"]).toMatch(/^Bearer \S+$/);
  expect(page?.headers["x-api-key"]).toBe(account.clientId);
  expect(page?.headers["x-ims-org-id"]).toBe(account.imsOrgId);
});

it("T2 one token serves all pages and all processes, in a file for its owner alone", async () => {
  const journal = await openJournal({ events: 30 });
  for (const format of ["--json", "-o ndjson", "--json -v"]) {
    expect(printed(await journal.run(`since oldest ${format} --limit 5`))).toHaveLength(30);
  }
  expect(journal.server.mints()).toBe(1);
  const folder = join(journal.home, "tokens");
  const [file = "", ...others] = await readdir(folder);
  expect(others).toEqual([]);
  expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(journal.home)).mode & 0o777).toBe(0o700);
  expect(await readFile(join(folder, file), "utf8")).not.toContain(account.clientSecrets[0]);
});

it("T2 another secret, scope or client never meets the kept token", async () => {
  const journal = await openJournal();
  await journal.run("since oldest --json");
  await journal.run("since oldest --json", { FLOWRUN_CLIENT_SECRET: account.clientSecrets[1] });
  await journal.run("since oldest --json", { FLOWRUN_SCOPES: "openid,adobeio_api" });
  expect(journal.server.mints()).toBe(3);
});

it("T3 a token is renewed before it ends, in the middle of a tail", async () => {
  // Of a life of four seconds the second half is too near the end.
  const journal = await openJournal({ ims: { expiresIn: 4 } });
  const tail = journal.start("tail --json");
  await expect.poll(() => journal.server.mints(), { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  journal.add(runEvent(7));
  await tail.saw("run-7");
  tail.child.kill("SIGINT");
  expect((await tail.finished).code).toBe(130);
  const statuses = journal.server.requests.map(({ status }) => status);
  expect(statuses).not.toContain(401);
});

it("T4 a 401 between two pages costs one token, and neither loses nor repeats an event", async () => {
  const journal = await openJournal({ events: 30, faults: [{ at: 2, fault: { kind: "status", status: 401 } }] });
  const { code, stdout, stderr } = await journal.run("since oldest --json --limit 5 --jobs 1");
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(30));
  expect(journal.server.mints()).toBe(2);
  expect(stderr).toContain("the journal answered 401 (Oauth token is not valid), attempt 2, again at once");
  const [, , refused, again] = journal.asked();
  expect(again).toBe(refused);
});

it("T4 tokens that end while many places are read at once cost one mint", async () => {
  const journal = await openJournal({ events: 400, writtenAt: (n, count) => Date.now() - (count - n) * 1_000_000 });
  await journal.run("since oldest --json -n 1");
  journal.server.revokeTokens();
  const { code, stdout } = await journal.run("since oldest --json --limit 10 --jobs 8");
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(400));
  expect(journal.server.mints()).toBe(2);
});

it("T5 the second secret is tried where IMS refuses the first", async () => {
  const journal = await openJournal();
  const secrets = `p8e-of-last-year,${account.clientSecrets[1]}`;
  const { code, stdout } = await journal.run("since oldest --json", { FLOWRUN_CLIENT_SECRET: secrets });
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(5));
  expect(imsCalls(journal).map(({ status }) => status)).toEqual([400, 200]);
});

it("T6 an expires_in of milliseconds is taken for what it is", async () => {
  // 200 s, told as 200,000: taken for seconds the token would be kept for two days.
  const journal = await openJournal({ ims: { expiresIn: 200, unit: "ms" } });
  const before = Date.now();
  expect((await journal.run("since oldest --json")).code).toBe(0);
  const folder = join(journal.home, "tokens");
  const [file = ""] = await readdir(folder);
  const kept = JSON.parse(await readFile(join(folder, file), "utf8")) as { expiresAt: number };
  expect(kept.expiresAt).toBeGreaterThanOrEqual(before + 200_000);
  expect(kept.expiresAt).toBeLessThanOrEqual(Date.now() + 200_000);
});
