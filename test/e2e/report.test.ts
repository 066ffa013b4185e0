import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareEnv, flowrun, scratch } from "../support/flowrun.ts";
import { openJournal, runEvent } from "../support/journal.ts";

describe("flowrun report", () => {
  it("writes the page whole, with Markdown beside it, and does not replace what it did not write", async () => {
    const { run, home } = await openJournal({
      events: [runEvent(1), runEvent(2, { status: "failed", errors: ["AADSTS7000222"] })],
    });
    const folder = await scratch();
    const page = join(folder, "week.html");
    const { code, stdout, stderr } = await run(`report -P1D -o ${page}`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^2 runs counted, 1 failed/);
    expect(await readFile(page, "utf8")).toMatch(/^<!doctype html>\n<html lang="en">[^]*AADSTS7000222[^]*<\/html>\n$/);
    const ticket = join(folder, "week.md");
    expect((await run(`report -P1D -o ${ticket} -q`)).code).toBe(0);
    expect(await readFile(ticket, "utf8")).toMatch(/^# Flow runs\n[^]*### `AADSTS7000222`: 1 run\n/);
    // Its own are replaced, those of others are not.
    expect((await run(`report -P1D -o ${page} --title Again -q`)).code).toBe(0);
    expect(await readFile(page, "utf8")).toContain("<h1>Again</h1>");
    expect((await run(`report -P1D -o ${ticket} -q`)).code).toBe(0);
    const own = join(folder, "README.md");
    await writeFile(own, "# My work\n");
    const refused = await run(`report -P1D -o ${own}`);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /^error: -o would replace .*README\.md\n {2}why: it is there already, and flowrun did not write it\n/,
    );
    expect(await readFile(own, "utf8")).toBe("# My work\n");
    expect((await readdir(folder)).sort()).toEqual(["README.md", "week.html", "week.md"]);
    expect(home).not.toBe("");
  });

  it("leaves the file as it was where the journal cannot be read, and nothing beside it", async () => {
    const journal = await openJournal({ events: 2 });
    const folder = await scratch();
    const page = join(folder, "week.html");
    expect((await journal.run(`report -P1D -o ${page} -q`)).code).toBe(0);
    const before = await readFile(page, "utf8");
    journal.fault({ fault: { kind: "status", status: 500 } });
    expect((await journal.run(`report -P1D -o ${page} -q --retries 0`)).code).toBe(5);
    expect(await readFile(page, "utf8")).toBe(before);
    expect(await readdir(folder)).toEqual(["week.html"]);
    // And --watch does not begin without a first page.
    expect((await journal.run(`report -P1D -o ${page} -q --retries 0 --watch 10s`)).code).toBe(5);
  });

  it("tells what of the window nobody has, and of the archive alone no more than it has", async () => {
    const env = bareEnv(await scratch());
    const run = (args: string) => flowrun(args.split(" "), { env });
    const month = await run("report -P30D --profile demo -o - -q");
    const [, coverage = ""] = month.stdout.split("<h2>Coverage</h2>");
    expect(coverage).toMatch(/the archive and the journal<\/th>.*nobody has /);
    const alone = await run("report -P7D --profile demo -o - -q --source archive");
    expect(alone.stdout).toMatch(/demo: the archive<\/th>/);
    // Flows that stopped where the archive ends have not stopped.
    expect(alone.stdout.match(/still silent/g)?.length ?? 0).toBeLessThan(5);
  });

  it("is redacted for strangers", async () => {
    const { run } = await openJournal({
      events: [runEvent(1, { flowName: "Secret", status: "failed", errors: ["AADSTS7000222"] })],
    });
    const { stdout } = await run("report -P1D -o - -q --redact");
    expect(stdout).toContain("AADSTS7000222");
    expect(stdout).not.toMatch(/Secret|flow-1|run-1|prod|9C0DE5A1B2|it failed with/);
  });

  it("keeps the last good page when the journal cannot be read, says so, and goes on", async () => {
    const journal = await openJournal({ events: 3 });
    const page = join(await scratch(), "week.html");
    const watching = journal.start(`report -P1D -o ${page} --watch 10s --retries 0`);
    await watching.saw("runs counted", "stderr");
    await expect.poll(() => readFile(page, "utf8").catch(() => "")).toContain('http-equiv="refresh" content="10"');
    journal.fault({ fault: { kind: "status", status: 500 } });
    await watching.saw("the page stays as it was", "stderr");
    await expect.poll(() => readFile(page, "utf8"), { timeout: 10_000 }).toContain("This page is not up to date");
    expect(await readFile(page, "utf8")).toContain('<dd class="value">3</dd>');
    journal.fault();
    await expect.poll(() => readFile(page, "utf8"), { timeout: 20_000 }).not.toContain("This page is not up to date");
    watching.child.kill("SIGINT");
    expect((await watching.finished).code).toBe(130);
    expect(await readFile(page, "utf8")).toMatch(/<\/html>\n$/);
  });

  it("is shown by what the system shows pages with, and by no shell", async () => {
    const { env } = await openJournal({ events: 1 });
    const folder = await scratch();
    const tools = join(folder, "bin");
    await mkdir(tools);
    await writeFile(join(tools, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > "${folder}/shown"\n`);
    await chmod(join(tools, "xdg-open"), 0o755);
    const page = join(folder, "a $(touch x) page.html");
    const path = `${tools}${delimiter}${env["PATH"] ?? ""}`;
    const { code } = await flowrun(["report", "-P1D", "-o", page, "--open"], { env: { ...env, PATH: path } });
    expect(code).toBe(0);
    await expect.poll(() => readFile(join(folder, "shown"), "utf8").catch(() => "")).toBe(`1\n${page}\n`);
    const none = await flowrun(["report", "-P1D", "-o", page, "--open"], {
      env: { ...env, PATH: join(folder, "none") },
    });
    expect(none.code).toBe(0);
    expect(none.stderr).toMatch(/warning: nothing was found to show it with; open it by hand: /);
  });
});
