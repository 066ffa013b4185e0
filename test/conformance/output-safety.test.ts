import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { account } from "../../src/demo/account.ts";
import { records, shell } from "../support/flowrun.ts";
import { openJournal, printed, runIds } from "../support/journal.ts";

describe("T28 a reader that goes away is no failure", () => {
  it.each(["ndjson", "json", "table", "wide", "csv", "yaml"])("-o %s | head -1", async (format) => {
    const journal = await openJournal({ events: 2000 });
    const line = `flowrun since oldest -o ${format} --limit 50 --jobs 1 | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = await shell(line, { env: journal.env });
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("0");
    // It has stopped asking long before the journal's end.
    expect(journal.asked().length).toBeLessThan(40);
    if (format === "ndjson") expect(records(stdout.split("\n")[0] ?? "")).toHaveLength(1);
  });

  it("one that never read anything ends the reading at its first write", async () => {
    const journal = await openJournal({ events: 2000 });
    const line = `flowrun since oldest --json --limit 50 --jobs 1 2>err.txt | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = await shell(line, { env: journal.env, cwd: journal.env["HOME"] ?? "" });
    expect(stdout).toBe("0\n");
    expect(journal.asked().length).toBeLessThan(10);
  });

  it("nor is a stdout that was closed from the start", async () => {
    const journal = await openJournal();
    const { stdout } = await shell(`flowrun since oldest --json >&-; echo "$?"`, { env: journal.env });
    expect(stdout).toBe("0\n");
  });

  it("nor is one that goes away from stderr", async () => {
    const journal = await openJournal({ events: 20 });
    const { stdout } = await shell(`flowrun since oldest --json -v --limit 5 2> >(exec true); echo "$?"`, {
      env: journal.env,
    });
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("0");
    expect(printed({ stdout: stdout.replace(/0\n$/, "") })).toEqual(runIds(20));
  });
});

describe("T29 no secret and no token is ever shown", () => {
  it("not by --verbose, which shows every request", async () => {
    const journal = await openJournal({ events: 12, faults: [{ at: 1, fault: { kind: "status", status: 401 } }] });
    const { code, stdout, stderr } = await journal.run("since oldest --verbose --limit 4 --json");
    expect(code).toBe(0);
    expect(stderr).toContain(`> POST ${journal.server.imsUrl}/ims/token/v3`);
    expect(stderr).toContain(`> GET ${journal.server.journalUrl}`);
    for (const word of [...account.clientSecrets, "Bearer", "authorization", "client_secret"]) {
      expect(stdout + stderr).not.toContain(word);
    }
  });

  it("not by -vv, which shows headers, nor by a debug file, which holds them whatever -q says", async () => {
    const journal = await openJournal({ events: 12, faults: [{ at: 1, fault: { kind: "status", status: 401 } }] });
    const log = join(journal.home, "..", "ticket.log");
    const loud = await journal.run("since oldest -vv --limit 4 --json");
    const { code, stdout, stderr } = await journal.run(`since oldest -q --limit 4 --json --debug-file ${log}`);
    expect([loud.code, code, stderr]).toEqual([0, 0, ""]);
    const text = readFileSync(log, "utf8");
    for (const told of [loud.stderr, text]) {
      expect(told).toContain("authorization: [secret]");
      expect(told).toContain("x-api-key: [secret]");
      expect(told).toMatch(/< 200 · [\d,]+ ms · [\d,]+ bytes/);
      for (const word of [...account.clientSecrets, "Bearer", account.clientId]) expect(told).not.toContain(word);
    }
    expect(loud.stderr).toMatch(/< 401 · [\d,]+ ms · .*request /);
    expect(text).toMatch(/^\S+Z flowrun \S+ on Node .*: flowrun since oldest -q/);
    expect(text).toContain("12 runs printed");
    expect(stdout.split("\n")).toHaveLength(13);
  });

  it("a debug file that cannot be written is told before anything is asked", async () => {
    const journal = await openJournal();
    const { code, stderr } = await journal.run("since oldest --debug-file /nonexistent/ticket.log");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: the debug file \/nonexistent\/ticket\.log cannot be written\n {2}why: .*\n {2}fix: /,
    );
    expect(journal.server.requests).toEqual([]);
  });

  it("not by an error about the very secret", async () => {
    const journal = await openJournal();
    const { code, stderr } = await journal.run("since oldest -v", { FLOWRUN_CLIENT_SECRET: "p8e-worn-out-5Xw2" });
    expect(code).toBe(4);
    expect(stderr).toContain("invalid client_secret parameter");
    expect(stderr).not.toContain("worn-out");
  });

  it("not by an error about a token that was given", async () => {
    const journal = await openJournal();
    const given = { FLOWRUN_ACCESS_TOKEN: "a-token-of-yesterday" };
    const { code, stdout, stderr } = await journal.run("since oldest -v --json", given);
    expect(code).toBe(4);
    expect(stdout + stderr).not.toContain("yesterday");
    expect(journal.server.mints()).toBe(0);
  });
});
