import { copyFile, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type DemoServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { bareEnv, flowrun, records, scratch, shell } from "../support/flowrun.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

/** The first minute of somebody who has just come: what this is, the demo, a login. */

/** Nothing on the screen is lost, and no line goes on in the next one. */
function expectFits(text: string): void {
  const lines = text.trimEnd().split("\n");
  // A prompt stands below it.
  expect(lines.length).toBeLessThanOrEqual(23);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
}

describe("flowrun without a command", () => {
  test("says to somebody new what it is, how to try it and how to connect", async () => {
    const { code, stdout, stderr } = await flowrun([], { env: bareEnv(await scratch()) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expectFits(stdout);
    for (const command of ["demo", "login", "help"])
      expect(stdout).toMatch(new RegExp(`^ {2}flowrun ${command}$`, "m"));
  });

  test("names commands that work as they stand", async () => {
    const env = bareEnv(await scratch());
    const { stdout } = await flowrun([], { env });
    const lines = stdout.match(/(?<=^ {2})flowrun .*$/gm) ?? [];
    expect(lines.length).toBeGreaterThan(5);
    // Without an account a login has nobody to ask, and a reading nothing to read; tail goes on for ever.
    const tried = lines.filter((line) => !/ login$| -P1D$| tail /.test(line));
    for (const line of tried) {
      const { code, stderr } = await shell(line, { env });
      expect({ code, stderr }, line).toEqual({ code: 0, stderr });
      expect(stderr, line).not.toContain("error:");
    }
  });

  test("names them as npx or a checkout calls them", async () => {
    const env = bareEnv(await scratch());
    const byNpx = await flowrun([], { env: { ...env, npm_lifecycle_event: "npx" } });
    expect(byNpx.stdout).toContain("\n  npx flowrun demo\n");
    const checkout = { npm_lifecycle_event: "demo", npm_package_name: "flowrun" };
    expect((await flowrun([], { env: { ...env, ...checkout } })).stdout).toContain("\n  node bin/flowrun.js demo\n");
  });

  test.each([
    ["a profile in the environment", { FLOWRUN_PROFILE: "demo" }],
    ["a setting in the environment", { FLOWRUN_CLIENT_ID: "f3b0c9d47a1e4c52a6d8be2070914e3c" }],
    ["a token", { FLOWRUN_ACCESS_TOKEN: "x" }],
    ["a home that cannot be right", { FLOWRUN_HOME: "relative" }],
  ])("gives the help to somebody with %s", async (_, settings) => {
    const { code, stdout, stderr } = await flowrun([], { env: { ...bareEnv(await scratch()), ...settings } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: flowrun/);
  });

  test("gives the help to somebody with a saved profile, or a chosen one", async () => {
    const env = bareEnv(await scratch());
    await flowrun(["profile", "use", "demo"], { env });
    expect((await flowrun([], { env })).stdout).toMatch(/^Usage: flowrun/);
    const other = bareEnv(await scratch());
    await flowrun(["config", "set", "clientId", "f3b0c9d47a1e4c52a6d8be2070914e3c"], { env: other });
    expect((await flowrun([], { env: other })).stdout).toMatch(/^Usage: flowrun/);
  });
});

describe("flowrun demo", () => {
  test("tells of the day that since reads: counts and failures are the journal's own", async () => {
    const env = bareEnv(await scratch());
    const [demo, since] = await Promise.all([
      flowrun(["demo"], { env }),
      flowrun(["since", "-P1D", "--json", "--profile", "demo"], { env }),
    ]);
    expect(demo).toMatchObject({ code: 0, stderr: "" });
    const runs = records(since.stdout);
    const failed = runs.filter(({ status }) => status === "failed");
    const [, told = "", flows = "", bad = ""] = /: (\d+) runs of (\d+) flows, (\d+) failed/.exec(demo.stdout) ?? [];
    // The two may begin on either side of a run that leaves the day.
    expect(Math.abs(Number(told) - runs.length)).toBeLessThanOrEqual(1);
    expect(Math.abs(Number(flows) - new Set(runs.map(({ flowId }) => flowId)).size)).toBeLessThanOrEqual(1);
    expect(Math.abs(Number(bad) - failed.length)).toBeLessThanOrEqual(1);
    const rows = demo.stdout.match(/^ {2}[0-9a-f]{8} .*$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(1);
    const causes = new Set(failed.map(({ rootCause }) => (rootCause as { code: string }).code));
    for (const row of rows) {
      expect(
        failed.some(({ runId }) => String(runId).startsWith(row.trim().slice(0, 8))),
        row,
      ).toBe(true);
      expect(
        [...causes].some((code) => row.endsWith(code)),
        row,
      ).toBe(true);
    }
    expect(demo.stdout).toMatch(/^Failures +[·▁▂▃▄▅▆▇█]+ {2}max \d+ in 30m$/m);
  });

  test("names commands that work as they stand", async () => {
    const env = bareEnv(await scratch());
    const { stdout } = await flowrun(["demo"], { env });
    const lines = stdout.match(/(?<=^ {2})flowrun .*?(?= {2})/gm) ?? [];
    expect(lines.map((line) => line.split(" ")[1])).toEqual(["show", "stats", "tail", "login"]);
    for (const line of lines.slice(0, 2)) expect(await shell(line, { env }), line).toMatchObject({ code: 0 });
  });

  test.skipIf(!hasTerminal)("fits a terminal of 80 columns and 24 lines, below what npm says", async () => {
    const env = bareEnv(await scratch());
    const npm = { npm_lifecycle_event: "demo", npm_package_name: "flowrun" };
    const terminal = await openTerminal("printf '\\n> flowrun@0.1.0 demo\\n> node build/demo.js\\n\\n'; flowrun demo", {
      env: { ...env, ...npm },
    });
    const screen = await terminal.shows("exit 0");
    expect(screen).toContain("> flowrun@0.1.0 demo");
    expect(screen).toMatch(/^ {2}node bin\/flowrun\.js show [0-9a-f]{8} --profile demo {2}/m);
    expectFits(screen.slice(0, screen.indexOf("exit 0")));
  });
});

describe.skipIf(!hasTerminal)("flowrun demo in 40 columns", () => {
  test("leaves out what would be cut to nothing, and breaks lines between words", async () => {
    const terminal = await openTerminal("flowrun demo", { env: bareEnv(await scratch()), columns: 40 });
    await terminal.shows("exit 0");
    const printed = terminal.printed().join("\n");
    expect(printed).toMatch(/^ {2}RUN +FLOW +ROOT CAUSE$/m);
    expect(printed).toMatch(/^ {2}flowrun stats -P7D --by code --profile\n {4}demo$/m);
  });
});

describe("npm run demo", () => {
  /** A checkout without an installation; npm is one that says what it was asked for, and installs nothing. */
  async function openCheckout(exit = 0) {
    const folder = await scratch();
    await mkdir(join(folder, "build"));
    for (const path of ["package.json", "package-lock.json", "build/demo.js"]) await copyFile(path, join(folder, path));
    await symlink(resolve("bin"), join(folder, "bin"));
    const npm = `
      import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
      appendFileSync("asked", process.argv.slice(2).join(" ") + "\\n");
      for (const name of ["node_modules/.package-lock.json", "dist/main.cjs"]) {
        mkdirSync(name.split("/")[0], { recursive: true });
        writeFileSync(name, "");
      }
      console.error("npm's own words");
      process.exitCode = ${exit};`;
    await writeFile(join(folder, "npm.mjs"), npm.replaceAll("\\\\n", "\\n"));
    const env = { ...bareEnv(folder), npm_execpath: join(folder, "npm.mjs") };
    const demo = (line = "node build/demo.js") =>
      shell(line.replace(/^node/, `"${process.execPath}"`), { env, cwd: folder });
    return { folder, demo, asked: () => readFile(join(folder, "asked"), "utf8").catch(() => "") };
  }

  test("says that it installs, shows the demo, and the next time installs nothing", async () => {
    const { demo, asked } = await openCheckout();
    const first = await demo();
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/^installing \d{3} packages, and building \(a minute or so\)\n$/);
    expect(first.stdout).toMatch(/^The last day of 'demo'/);
    expect(await asked()).toBe("ci --no-audit --no-fund\n");
    expect(await demo()).toMatchObject({ code: 0, stderr: "" });
    expect(await asked()).toBe("ci --no-audit --no-fund\n");
  });

  test("installs anew where package-lock.json is newer", async () => {
    const { folder, demo, asked } = await openCheckout();
    await demo();
    const later = new Date(Date.now() + 60_000);
    await utimes(join(folder, "package-lock.json"), later, later);
    await demo();
    expect(await asked()).toBe("ci --no-audit --no-fund\n".repeat(2));
  });

  test("an installation that fails is told in npm's words, with its exit code", async () => {
    const { demo } = await openCheckout(7);
    const { code, stdout, stderr } = await demo();
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(stderr).toMatch(/npm's own words\n\nerror: installing .* failed\n {2}why: .*\n {2}fix: npm ci\n$/);
  });
});

describe.skipIf(!hasTerminal)(`login on a terminal of 80 columns${hasTerminal ? "" : " (no tmux here)"}`, () => {
  let server: DemoServer;

  beforeAll(async () => {
    server = await startServer({ now: () => Date.now(), sleep: (ms) => delay(ms), source: listedSource([]) });
  });
  afterAll(() => server.close());

  async function openLogin(line = "flowrun login") {
    const home = await scratch();
    const env: Record<string, string> = {
      ...bareEnv(home),
      FLOWRUN_IMS_URL: server.imsUrl,
      FLOWRUN_API_URL: server.apiUrl,
    };
    const block = { client_id: server.clientId, client_secrets: [server.clientSecret], scopes: server.scopes };
    const credentials = [{ id: "2", name: "On call", oauth_server_to_server: block }];
    const workspace = { id: server.workspaceId, details: { credentials } };
    const org = { id: server.consumerOrgId, ims_org_id: server.imsOrgId };
    const project = { project: { id: server.projectId, org, workspace } };
    await writeFile(join(home, "project.json"), JSON.stringify(project));
    await writeFile(join(home, "other.json"), `{"name":"other"}`);
    const terminal = await openTerminal(line, { env });
    const profile = async () =>
      JSON.parse(await readFile(join(env["FLOWRUN_HOME"] ?? "", "profiles", "default.json"), "utf8")) as object;
    return { terminal, profile };
  }

  type Opened = Awaited<ReturnType<typeof openLogin>>["terminal"];

  async function answer(terminal: Opened, pairs: readonly (readonly [RegExp, string])[]): Promise<void> {
    for (const [question, text] of pairs) {
      await terminal.shows(question);
      if (text !== "") terminal.press(text);
      terminal.press("Enter");
    }
  }

  test("a file is found under ~, and one that will not do is told of and asked for again", async () => {
    const { terminal, profile } = await openLogin();
    await answer(terminal, [
      [/\? File from/, "~/nowhere.json"],
      [/there is no such file[^]*\? File from/, "~/other.json"],
      [/other\.json cannot be used[^]*\? File from/, "~/project.json"],
      [/Which registration's journal/, ""],
    ]);
    const screen = await terminal.shows("exit 0");
    expect(screen).toContain("logged in: profile 'default'");
    expect(await profile()).toMatchObject({ clientId: server.clientId });
  });

  test("a secret that IMS refuses is asked for again, and what was right is offered", async () => {
    const { terminal, profile } = await openLogin();
    await answer(terminal, [
      [/\? File from/, ""],
      [/\? Client ID/, server.clientId],
      [/\? Client secret/, "wrong-secret"],
      [/\? Organisation ID/, server.imsOrgId],
      [/\? Scopes/, ""],
      [/\? Journaling URL/, ""],
      [/\? Organisation number/, server.consumerOrgId],
      [/\? Project id/, server.projectId],
      [/\? Workspace id/, server.workspaceId],
      [/fix: [^]*\? Client ID \(/, ""],
      [/fix: [^]*\? Client secret/, server.clientSecret],
      [/fix: [^]*\? Organisation ID[^]*\(/, ""],
      [/fix: [^]*\? Scopes/, ""],
      [/fix: [^]*\? Journaling URL/, ""],
      [/fix: [^]*\? Organisation number/, ""],
      [/fix: [^]*\? Project id/, ""],
      [/fix: [^]*\? Workspace id/, ""],
    ]);
    const asking = await terminal.shows(/Which registration's journal/);
    // No word goes on in the next line, however long what is offered.
    for (const scope of server.scopes) expect(asking.split(scope).length).toBeGreaterThan(1);
    terminal.press("Enter");
    const screen = await terminal.shows("exit 0");
    expect(screen).not.toContain(server.clientSecret);
    expect(await profile()).toMatchObject({
      clientSecret: server.clientSecret,
      scopes: server.scopes.join(","),
    });
  });

  test.each(["TERM=dumb", "CI=true"])("%s: nobody is asked, and nothing is drawn over", async (setting) => {
    const { terminal } = await openLogin(`export ${setting}; flowrun login`);
    const screen = await terminal.shows("exit 2");
    expect(screen).toContain("error: ");
    expect(screen).not.toContain("? File from");
  });
});
