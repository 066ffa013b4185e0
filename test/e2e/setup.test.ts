import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startServer, type DemoServer } from "../../src/demo/server.ts";
import { registrations } from "../../src/demo/registrations.ts";
import { listedSource } from "../../src/demo/source.ts";
import { bareEnv, binary, flowrun, node, scratch, start, type Finished, type RunOptions } from "../support/flowrun.ts";

const run = promisify(execFile);
const [journal, webhook] = registrations;
let server: DemoServer;

beforeAll(async () => {
  server = await startServer({ now: () => Date.now(), sleep: (ms) => delay(ms), source: listedSource([]) });
});
afterAll(() => server.close());

/** A home in which only the servers are known, as if they were Adobe's. */
async function newHome() {
  const home = await scratch();
  const env: Record<string, string> = {
    ...bareEnv(home),
    FLOWRUN_IMS_URL: server.imsUrl,
    FLOWRUN_API_URL: server.apiUrl,
  };
  const folder = env["FLOWRUN_HOME"] ?? "";
  return {
    home,
    env,
    profileFile: (name = "default") => join(folder, "profiles", `${name}.json`),
    file: async (name: string, content: unknown) => {
      const path = join(home, name);
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    },
    flowrun: (args: readonly string[], options: RunOptions = {}) => flowrun(args, { env, ...options }),
  };
}

/** What Adobe Developer Console would download for the demo's project. */
function project(
  change: { readonly secret?: string; readonly services?: readonly object[]; readonly twice?: boolean } = {},
) {
  const { secret = server.clientSecret, services = [{ code: "AdobeIOManagementAPISDK" }], twice = false } = change;
  const block = { client_id: server.clientId, client_secrets: [secret], scopes: server.scopes };
  const credentials = [
    { id: "1", name: "Web", integration_type: "oauthweb", oauth2: { client_id: "x", client_secret: "web-secret" } },
    { id: "2", name: "Wätcher", integration_type: "oauth_server_to_server", oauth_server_to_server: block },
    ...(twice ? [{ id: "3", name: "Other", oauth_server_to_server: { ...block, client_id: "other" } }] : []),
  ];
  return {
    project: {
      id: server.projectId,
      org: { id: server.consumerOrgId, ims_org_id: server.imsOrgId },
      workspace: { id: server.workspaceId, details: { credentials, services } },
    },
  };
}

const saved = async (path: string) => JSON.parse(await readFile(path, "utf8")) as Record<string, string>;

/** No output of any kind carries a secret. */
function expectNoSecret({ stdout, stderr }: Finished): void {
  for (const secret of [server.clientSecret, "web-secret"]) {
    expect(stdout).not.toContain(secret);
    expect(stderr).not.toContain(secret);
  }
}

describe("login", () => {
  test("from the project's file to a first reading", async () => {
    const { flowrun, file, profileFile, env, home } = await newHome();
    const from = await file("project.json", project());
    const done = await flowrun(["login", "--from", from, "--registration", journal.registrationId, "-v"]);
    expect(done).toMatchObject({ code: 0, stdout: "" });
    expect(done.stderr).toContain("next: flowrun since -P1D");
    expectNoSecret(done);
    expect(await saved(profileFile())).toEqual({
      clientId: server.clientId,
      clientSecret: server.clientSecret,
      imsOrgId: server.imsOrgId,
      scopes: server.scopes.join(","),
      journalUrl: server.journalUrl,
      imsUrl: server.imsUrl,
      apiUrl: server.apiUrl,
      consumerOrgId: server.consumerOrgId,
      projectId: server.projectId,
      workspaceId: server.workspaceId,
    });
    expect((await stat(profileFile())).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(profileFile()))).mode & 0o777).toBe(0o700);
    // Nothing of the environment is needed any more.
    const bare = { ...bareEnv(home), FLOWRUN_HOME: env["FLOWRUN_HOME"] ?? "" };
    const mints = server.mints();
    expect((await flowrun(["since", "-P1D"], { env: bare })).code).toBe(0);
    const who = await flowrun(["whoami", "--json"], { env: bare });
    expect(JSON.parse(who.stdout)).toMatchObject({ profile: "default", clientId: server.clientId });
    expectNoSecret(who);
    expect(server.mints()).toBe(mints);
  });

  test("several registrations that deliver flow runs are listed, and nothing is saved", async () => {
    const { flowrun, file, profileFile } = await newHome();
    const done = await flowrun(["login", "--from", await file("project.json", project())]);
    expect(done.code).toBe(2);
    expect(done.stderr).toContain(journal.registrationId);
    expect(done.stderr).toContain(webhook?.registrationId);
    expect(done.stderr).toContain("--registration");
    await expect(stat(profileFile())).rejects.toThrow();
  });

  test("several credentials are listed, and one is taken by its name", async () => {
    const { flowrun, file } = await newHome();
    const args = [
      "login",
      "--registration",
      journal.registrationId,
      "--from",
      await file("p.json", project({ twice: true })),
    ];
    const unsure = await flowrun(args);
    expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining("--credential 'Wätcher'") as string });
    expect((await flowrun([...args, "--credential", "Wätcher"])).code).toBe(0);
  });

  test("a credential's file goes with a journal's URL", async () => {
    const { flowrun, file, profileFile } = await newHome();
    const credential = {
      ORG_ID: server.imsOrgId,
      CLIENT_ID: server.clientId,
      CLIENT_SECRETS: [server.clientSecret],
      SCOPES: server.scopes,
    };
    const from = await file("credential.json", credential);
    const lost = await flowrun(["login", "--from", from]);
    expect(lost).toMatchObject({ code: 2, stderr: expect.stringContaining("--journal-url") as string });
    expect((await flowrun(["login", "--from", from, "--journal-url", server.journalUrl])).code).toBe(0);
    expect((await saved(profileFile()))["journalUrl"]).toBe(server.journalUrl);
  });

  test("aio's .aio and .env belong together", async () => {
    const { flowrun, file, profileFile } = await newHome();
    const stripped = project();
    const { credentials } = stripped.project.workspace.details;
    stripped.project.workspace.details.credentials = credentials.map(
      ({ id, name, integration_type }) => ({ id, name, integration_type }) as never,
    );
    const from = await file(".aio", stripped);
    const args = ["login", "--registration", journal.registrationId, "--from"];
    expect(await flowrun([...args, from])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(".env") as string,
    });
    const env = await file(
      ".env",
      `AIO_ims_contexts_W_client__id=${server.clientId}\nAIO_ims_contexts_W_client__secrets=["${server.clientSecret}"]\n`,
    );
    expect((await flowrun([...args, from])).code).toBe(0);
    expect((await flowrun([...args, env])).code).toBe(0);
    expect(await saved(profileFile())).toMatchObject({ imsOrgId: server.imsOrgId, projectId: server.projectId });
  });

  test("a secret from stdin takes the place of the old one, and of a file's missing one", async () => {
    const { flowrun, file, profileFile } = await newHome();
    const from = await file("p.json", { ...project({ secret: "" }) });
    const args = ["login", "--registration", journal.registrationId];
    const input = `${server.clientSecret}\n`;
    expect(await flowrun([...args, "--from", from, "--secret-stdin"], { input })).toMatchObject({ code: 0 });
    const wrong = await flowrun([...args, "--secret-stdin"], { input: "p8e-wrong\n" });
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining("invalid client_secret") as string });
    expect(wrong.stderr).not.toContain("p8e-wrong");
    expect((await saved(profileFile()))["clientSecret"]).toBe(server.clientSecret);
    expect((await flowrun([...args, "--secret-stdin"], { input })).code).toBe(0);
    expect((await flowrun([...args, "--secret-stdin"], { input: "\n" })).code).toBe(2);
  });

  test("a project without the I/O Management API is warned about", async () => {
    const { flowrun, file } = await newHome();
    const from = await file("p.json", project({ services: [{ code: "CC SDK" }] }));
    const done = await flowrun(["login", "--from", from, "--registration", journal.registrationId]);
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("lacks the I/O Management API") as string });
  });

  test("settings of the environment that still go first are named", async () => {
    const { flowrun, file, env } = await newHome();
    const from = await file("p.json", project());
    const args = ["login", "--from", from, "--registration", journal.registrationId];
    const done = await flowrun(args, { env: { ...env, FLOWRUN_CLIENT_ID: "another" } });
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("FLOWRUN_CLIENT_ID") as string });
  });

  test("the demo walks the same path and saves nothing", async () => {
    const { flowrun, profileFile } = await newHome();
    const done = await flowrun(["login", "--profile", "demo", "--registration", journal.registrationId]);
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing was saved") as string });
    await expect(stat(profileFile("demo"))).rejects.toThrow();
  });

  describe("a file that will not do is named, and the old profile stays as it was", () => {
    test.each<readonly [string, string | Uint8Array | null, string]>([
      ["missing", null, "there is no such file"],
      ["half", '{"project": {"id', "not valid JSON"],
      ["wrong", '{"name": "package"}', "`project`, `CLIENT_ID`"],
      ["incomplete", '{"CLIENT_ID": "x", "CLIENT_SECRETS": ["s"]}', "FLOWRUN_IMS_ORG_ID"],
      ["huge", `{"project": "${"x".repeat(6_000_000)}"}`, "5 MiB"],
      ["binary", new Uint8Array([0x89, 0x50, 0, 1, 2, 0xff]), "binary"],
      [
        "jwt",
        '{"project":{"workspace":{"details":{"credentials":[{"jwt":{"client_id":"j"}}]}}}}',
        "OAuth Server-to-Server",
      ],
    ])("%s", async (name, content, words) => {
      const { flowrun, home, profileFile } = await newHome();
      await mkdir(dirname(profileFile()), { recursive: true });
      await writeFile(profileFile(), '{"clientId":"old"}', { mode: 0o600 });
      const path = join(home, `${name}.json`);
      if (content !== null) await writeFile(path, content);
      const done = await flowrun(["login", "--from", path]);
      expect(done).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(words) as string });
      expect(done.stderr.split("\n")).toHaveLength(4);
      if (name !== "incomplete") expect(done.stderr).toContain(path);
      expect(await readFile(profileFile(), "utf8")).toBe('{"clientId":"old"}');
    });
  });

  test("a wrong secret exits 4 with IMS's words, and saves nothing", async () => {
    const { flowrun, file, profileFile } = await newHome();
    const done = await flowrun(["login", "--from", await file("p.json", project({ secret: "p8e-wrong" }))]);
    expect(done).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("invalid client_secret parameter") as string,
    });
    expect(done.stderr).not.toContain("p8e-wrong");
    await expect(stat(profileFile())).rejects.toThrow();
  });

  test("without a file and without a terminal nothing is asked", async () => {
    const { flowrun } = await newHome();
    const done = await flowrun(["login"]);
    expect(done).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("FLOWRUN_CLIENT_ID, FLOWRUN_CLIENT_SECRET") as string,
    });
  });
});

describe("registrations and profiles", () => {
  test("registrations are listed, and one is used", async () => {
    const { flowrun, file, profileFile } = await newHome();
    await flowrun([
      "login",
      "--from",
      await file("p.json", project()),
      "--registration",
      webhook?.registrationId ?? "",
    ]);
    const listed = await flowrun(["registrations", "--json"]);
    const rows = listed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ sourceFlowRuns, used, enabled }) => [sourceFlowRuns, used, enabled])).toEqual([
      [true, false, true],
      [true, true, true],
      [false, false, true],
      [true, false, false],
    ]);
    expect((await flowrun(["registrations", "use", journal.registrationId])).code).toBe(0);
    expect((await saved(profileFile()))["journalUrl"]).toBe(server.journalUrl);
    const unknown = await flowrun(["registrations", "use", "nope"]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining(journal.registrationId) as string });
    const filtered = await flowrun(["registrations", "use", registrations[2]?.registrationId ?? ""]);
    expect(filtered.stderr).toContain("does not listen to source flow-run events");
  });

  test("flag, environment, the used one, default", async () => {
    const { flowrun, env } = await newHome();
    for (const name of ["default", "acme", "beta"])
      await flowrun(["config", "set", "clientId", `of-${name}`, "--profile", name]);
    const get = async (args: readonly string[], more = {}) =>
      (await flowrun(["config", "get", "clientId", ...args], { env: { ...env, ...more } })).stdout.trim();
    expect(await get([])).toBe("of-default");
    expect((await flowrun(["profile", "use", "acme"])).code).toBe(0);
    expect(await get([])).toBe("of-acme");
    expect(await get([], { FLOWRUN_PROFILE: "beta" })).toBe("of-beta");
    expect(await get(["--profile", "default"], { FLOWRUN_PROFILE: "beta" })).toBe("of-default");
    expect((await flowrun(["profile", "list"])).stdout).toMatch(/\* {5}acme/);
    expect((await flowrun(["profile", "use", "nobody"])).code).toBe(1);
    expect((await flowrun(["profile", "use", "../x"])).code).toBe(2);
    expect((await flowrun(["profile", "remove", "acme"])).code).toBe(0);
    expect(await get([])).toBe("of-default");
    expect((await flowrun(["profile", "remove", "acme"])).code).toBe(1);
    expect((await flowrun(["profile", "remove", "demo"])).code).toBe(2);
  });

  test("logout forgets the secret and the token, and keeps the journal", async () => {
    const { flowrun, file, profileFile } = await newHome();
    await flowrun(["login", "--from", await file("p.json", project()), "--registration", journal.registrationId]);
    const mints = server.mints();
    expect((await flowrun(["logout"])).code).toBe(0);
    expect(await saved(profileFile())).not.toHaveProperty("clientSecret");
    expect(await flowrun(["whoami"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("flowrun login") as string,
    });
    expect(
      (await flowrun(["login", "--secret-stdin", "--journal-url", server.journalUrl], { input: server.clientSecret }))
        .code,
    ).toBe(0);
    expect(server.mints()).toBe(mints + 1);
  });
});

describe("config", () => {
  test("values are checked, shown and forgotten; a secret is none of it", async () => {
    const { flowrun, profileFile } = await newHome();
    expect((await flowrun(["config", "path"])).stdout).toBe(`${profileFile()}\n`);
    expect((await flowrun(["config", "set", "projectId", "4566206088344827113"])).code).toBe(0);
    expect((await flowrun(["config", "get", "projectId"])).stdout).toBe("4566206088344827113\n");
    expect((await flowrun(["config", "set", "clientSecret", "--stdin"], { input: "p8e-abc\n" })).code).toBe(0);
    expect((await saved(profileFile()))["clientSecret"]).toBe("p8e-abc");
    expect((await flowrun(["config", "get", "clientSecret"])).stdout).toBe("[secret]\n");
    expect((await flowrun(["config", "list"])).stdout).toBe(
      "clientSecret   [secret]             profile\nprojectId      4566206088344827113  profile\n",
    );
    const refused = await flowrun(["config", "set", "clientSecret", "p8e-onargv"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).not.toContain("p8e-onargv");
    expect((await flowrun(["config", "set", "journalUrl", "http://events.adobe.io/x"])).code).toBe(2);
    expect((await flowrun(["config", "set", "clientid", "x"])).code).toBe(2);
    expect((await flowrun(["config", "unset", "projectId"])).code).toBe(0);
    expect((await flowrun(["config", "get", "projectId"])).code).toBe(1);
    expect((await flowrun(["config", "set", "clientId", "x", "--profile", "demo"])).code).toBe(2);
  });

  test("a file that others could read is made private, and said so", async () => {
    const { flowrun, profileFile } = await newHome();
    await flowrun(["config", "set", "clientId", "x"]);
    await chmod(profileFile(), 0o644);
    const done = await flowrun(["config", "list"]);
    expect(done.stderr).toContain("mode 0644");
    expect((await stat(profileFile())).mode & 0o777).toBe(0o600);
  });

  test("a damaged file is named and left alone", async () => {
    const { flowrun, profileFile } = await newHome();
    await mkdir(dirname(profileFile()), { recursive: true });
    await writeFile(profileFile(), '{"clientSecret": p8e-abc}', { mode: 0o600 });
    for (const args of [
      ["config", "list"],
      ["config", "set", "clientId", "x"],
      ["whoami"],
      ["since", "-P1D"],
      ["login"],
    ]) {
      const done = await flowrun(args);
      expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining(profileFile()) as string });
      expect(done.stderr).not.toContain("p8e");
    }
    expect(await readFile(profileFile(), "utf8")).toBe('{"clientSecret": p8e-abc}');
    expect((await flowrun(["profile", "list"])).stdout).toContain("damaged");
  });

  test("two processes at once lose nothing", async () => {
    const { env, profileFile } = await newHome();
    const program = await buildWriter(env["FLOWRUN_HOME"] ?? "");
    await Promise.all(["a", "b"].map((name) => run(node, [program, name])));
    expect((await saved(profileFile()))["scopes"]?.split(",")).toHaveLength(100);
  });
});

/** A program that changes one profile fifty times, each time on the ground of what it read. */
async function buildWriter(config: string): Promise<string> {
  const file = resolve(`node_modules/.cache/flowrun-writer-${process.pid}.mjs`);
  onTestFinished(() => rm(file, { force: true }));
  const code = `
    import { setTimeout } from "node:timers/promises";
    import { updateProfile } from ${JSON.stringify(resolve("src/state/profiles.ts"))};
    const [name] = process.argv.slice(2);
    const keeper = { dirs: { config: ${JSON.stringify(config)} }, pid: process.pid, sleep: (ms) => setTimeout(ms) };
    for (let n = 0; n < 50; n++)
      await updateProfile(keeper, "default", ({ scopes }) => ({ scopes: [scopes, name + n].filter(Boolean).join() }));`;
  const writer = { name: "writer", resolveId: (id: string) => (id === "writer" ? id : null) };
  const load = (id: string) => (id === "writer" ? code : null);
  const bundle = await rolldown({
    input: "writer",
    plugins: [{ ...writer, load }],
    platform: "node",
    external: /^[a-z]/,
  });
  await bundle.write({ file });
  return file;
}

test("a secret is in no process's arguments while it is asked for and used", async () => {
  const { file, env } = await newHome();
  const from = await file("p.json", project());
  const running = start(["login", "--from", from, "--registration", journal.registrationId], { env });
  const seen = spawnSync("ps", ["-ww", "-o", "args=", "-p", String(running.child.pid)], { encoding: "utf8" });
  expect(seen.stdout).toContain("login");
  expect(seen.stdout).not.toContain(server.clientSecret);
  expect((await running.finished).code).toBe(0);
});

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

describe.skipIf(!hasTmux)("on a terminal (tmux)", () => {
  test("login asks for a file, and for one of several registrations", async () => {
    const { home, env, file, profileFile } = await newHome();
    const from = await file("p.json", project());
    const terminal = await openTerminal(home, env);
    await terminal.type("login");
    await terminal.saw("File from Adobe Developer Console");
    await terminal.send(from, "Enter");
    await terminal.saw("Which registration's journal?");
    await terminal.send("Down", "Enter");
    await terminal.saw("[0]");
    expect((await saved(profileFile()))["journalUrl"]).toContain(webhook?.registrationId);
  });

  test("login asks for everything, and never shows the secret", async () => {
    const { home, env, profileFile } = await newHome();
    const terminal = await openTerminal(home, env);
    await terminal.type("login");
    const answers: readonly (readonly [string, string])[] = [
      ["File from Adobe Developer Console", ""],
      ["Client ID", server.clientId],
      ["Client secret", server.clientSecret],
      ["Organisation ID", server.imsOrgId],
      ["Scopes", ""],
      ["Journaling URL", ""],
      ["Organisation number", server.consumerOrgId],
      ["Project id", server.projectId],
      ["Workspace id", server.workspaceId],
    ];
    for (const [question, answer] of answers) {
      await terminal.saw(question);
      await terminal.send(...(answer === "" ? [] : [answer]), "Enter");
    }
    await terminal.saw("Which registration's journal?");
    await terminal.send("Enter");
    const screen = await terminal.saw("[0]");
    expect(screen).not.toContain(server.clientSecret);
    expect((await saved(profileFile()))["journalUrl"]).toBe(server.journalUrl);
  });

  test.each(["C-c", "C-d"])("%s ends a question with 130 and saves nothing", async (key) => {
    const { home, env, profileFile } = await newHome();
    const terminal = await openTerminal(home, env);
    await terminal.type("login");
    await terminal.saw("File from Adobe Developer Console");
    await terminal.send(key);
    await terminal.saw("[130]");
    await expect(stat(profileFile())).rejects.toThrow();
  });
});

/** A real terminal of 200 columns with a shell in it, which says each command's exit code in brackets. */
async function openTerminal(home: string, env: Readonly<Record<string, string | undefined>>) {
  const socket = join(home, "tmux");
  const tmux = (...args: readonly string[]) => run("tmux", ["-S", socket, ...args], { env: { ...env, TERM: "xterm" } });
  await tmux(
    "-f",
    "/dev/null",
    "new-session",
    "-d",
    "-x",
    "200",
    "-y",
    "50",
    "env PS1='$ ' HISTFILE= bash --norc --noprofile",
  );
  onTestFinished(async () => {
    await tmux("kill-server").catch(() => undefined);
  });
  const screen = async () => (await tmux("capture-pane", "-p", "-S", "-")).stdout;
  return {
    type: (args: string) => tmux("send-keys", `"${node}" "${binary}" ${args}; echo "[$?]"`, "Enter"),
    send: (...keys: readonly string[]) => tmux("send-keys", ...keys),
    /** Waits until the screen shows the text, and returns the screen. */
    saw: async (text: string): Promise<string> => {
      for (let tries = 0; tries < 300; tries++) {
        const shown = await screen();
        if (shown.includes(text)) return shown;
        await delay(100);
      }
      throw new Error(`the terminal never showed ${text}:\n${await screen()}`);
    },
  };
}
