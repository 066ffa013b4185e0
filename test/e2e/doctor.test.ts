import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import { journalUrlOf, registrations } from "../../src/demo/registrations.ts";
import { startServer, type DemoServer } from "../../src/demo/server.ts";
import { storySource } from "../../src/demo/story.ts";
import { answer, openProxy, tunnel } from "../support/bad-network.ts";
import { bareEnv, flowrun, scratch, settingsFor, type Finished } from "../support/flowrun.ts";

let home: string;

beforeEach(async () => {
  home = await scratch();
});

interface Service {
  readonly server: DemoServer;
  readonly env: Record<string, string>;
}

/** An Adobe of our own, its clock `aheadMs` off, and what a user would export to reach it. */
async function adobe(faults: readonly FaultRule[] = [], aheadMs = 0): Promise<Service> {
  const now = (): number => Date.now() + aheadMs;
  const server = await startServer({ now, sleep: (ms) => sleep(ms), source: storySource(now()), faults });
  onTestFinished(() => server.close());
  return { server, env: { ...bareEnv(home), ...settingsFor(server) } };
}

/** Nothing is set up, and nobody beyond this machine is asked. */
function nowhere(): Record<string, string> {
  return { ...bareEnv(home), FLOWRUN_IMS_URL: "http://127.0.0.1:9", FLOWRUN_API_URL: "http://127.0.0.1:9" };
}

async function doctor(env: Record<string, string>, ...args: readonly string[]): Promise<Finished> {
  return flowrun(["doctor", ...args], { env });
}

function without(name: string, env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}

/** The line of a check, and what follows it until the next. */
function lineOf(check: string, { stdout }: Finished): string {
  const lines = stdout.split("\n");
  const at = lines.findIndex((line) => line.split(/ +/)[1] === check);
  const next = lines.findIndex((line, index) => index > at && /^\S/.test(line));
  return lines.slice(at, next === -1 ? undefined : next).join("\n");
}

/** Each check's verdict, in the order they were made. */
function verdicts({ stdout }: Finished): readonly string[] {
  return stdout
    .split("\n")
    .filter((line) => /^\S/.test(line))
    .map((line) => line.split(/ +/).slice(1, 2).concat(line.split(" ")[0]!).join(" "));
}

async function put(path: readonly string[], text: string, mode = 0o600): Promise<string> {
  const file = join(home, "flowrun", ...path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode });
  await chmod(file, mode);
  return file;
}

describe("where all is well", () => {
  it("finds the demo healthy, a line for each check", async () => {
    const found = await doctor(bareEnv(home), "--profile", "demo");
    expect(found.code).toBe(0);
    expect(found.stderr).toBe("");
    expect(verdicts(found)).toEqual(
      [
        ...["version", "settings", "secrets", "network", "clock", "token", "scopes"],
        ...["api", "journal", "registration", "history", "cursor", "archive", "lytics"],
      ].map((check) => `${check} ok`),
    );
  });

  it("finds a whole set-up healthy, says where each setting came from, and shows no secret", async () => {
    const { server, env } = await adobe();
    const file = await put(["profiles", "default.json"], JSON.stringify({ clientSecret: server.clientSecret }));
    const found = await doctor(without("FLOWRUN_CLIENT_SECRET", env));
    expect(found.code).toBe(0);
    const settings = lineOf("settings", found);
    expect(settings).toContain(`environment: clientId ${server.clientId}`);
    expect(settings).toContain("profile: clientSecret [secret]");
    expect(lineOf("secrets", found)).toContain(`${file} (mode 0600)`);
    expect(found.stdout + found.stderr).not.toContain(server.clientSecret);
  });

  it("says what is a default", async () => {
    const { env } = await adobe();
    expect(lineOf("settings", await doctor(without("FLOWRUN_SCOPES", env)))).toMatch(/default: scopes \(8\)/);
  });

  it("keeps the token it mints, and says the second time that it was kept", async () => {
    const { server, env } = await adobe();
    expect(lineOf("token", await doctor(env))).toContain("minted by");
    expect(lineOf("token", await doctor(env))).toContain("kept from an earlier run");
    expect(server.mints()).toBe(1);
  });

  it("tells programs the same in one document", async () => {
    const { server, env } = await adobe();
    const found = await doctor(env, "--json");
    const document = JSON.parse(found.stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ type: "flowrun.doctor", schemaVersion: 1, ok: true, exitCode: 0 });
    const checks = document["checks"] as readonly Record<string, unknown>[];
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
    // The oldest event need not be a run: what it is depends on the moment.
    const { facts } = checks.find(({ check }) => check === "history") ?? {};
    expect(facts).toMatchObject({ oldestPosition: expect.stringMatching(/./) as string });
    expect(String((facts as { oldestAt: string | null }).oldestAt)).toMatch(/Z$|^null$/);
    expect(found.stdout).not.toContain(server.clientSecret);
  });

  it("says until when each cursor has read and when it expires", async () => {
    const { env } = await adobe();
    await flowrun(["since", "last", "--quiet", "--cursor", "nightly"], { env });
    const found = await doctor(env);
    expect(found.code).toBe(0);
    expect(lineOf("cursor", found)).toMatch(/^ok.*'nightly' has read until .* and expires on \d{4}-/);
  });
});

describe("where something is wrong", () => {
  it("names all settings that are missing, and skips what needs them", async () => {
    const found = await doctor(nowhere());
    expect(found.code).toBe(2);
    expect(lineOf("settings", found)).toMatch(/^failed.*FLOWRUN_CLIENT_ID.*FLOWRUN_JOURNAL_URL/);
    expect(lineOf("settings", found)).toContain("fix: flowrun login");
    expect(verdicts(found)).toContain("journal skipped");
    expect(found.stderr).toMatch(/^error: doctor: one check failed\n {2}why: .*\n {2}fix: flowrun login/);
  });

  it("goes as far as it can without a journal", async () => {
    const { env } = await adobe();
    const found = await doctor(without("FLOWRUN_JOURNAL_URL", env));
    expect(found.code).toBe(2);
    expect(lineOf("settings", found)).toContain("FLOWRUN_JOURNAL_URL not set");
    expect(verdicts(found)).toContain("token ok");
    expect(verdicts(found)).toContain("journal skipped");
  });

  it("repeats IMS's words about a wrong secret, and not the secret", async () => {
    const { env } = await adobe();
    const found = await doctor({ ...env, FLOWRUN_CLIENT_SECRET: "p8e-not-this-one" });
    expect(found.code).toBe(4);
    expect(lineOf("token", found)).toMatch(/^failed.*invalid client_secret parameter/);
    expect(verdicts(found)).toContain("journal skipped");
    expect(found.stdout + found.stderr).not.toContain("p8e-not-this-one");
  });

  it("explains a client id that the gateway does not know", async () => {
    const { env } = await adobe([
      { on: "api", fault: { kind: "status", status: 403, code: "403003" } },
      { fault: { kind: "status", status: 403, code: "403003" } },
    ]);
    const found = await doctor(env);
    expect(found.code).toBe(4);
    expect(lineOf("journal", found)).toMatch(/^failed.*403003.*\(request demo-journal-0\)/);
    expect(lineOf("journal", found)).toContain("Client ID");
    expect(found.stderr).toContain("2 checks failed");
  });

  it("explains scopes that do not cover the journal", async () => {
    const { env } = await adobe([{ fault: { kind: "status", status: 403, code: "403011" } }]);
    const found = await doctor(env);
    expect(found.code).toBe(4);
    expect(lineOf("journal", found)).toMatch(/^failed.*scopes do not cover/);
    expect(lineOf("journal", found)).toContain("fix: copy the scopes");
    expect(verdicts(found)).toContain("history skipped");
  });

  it("says where to add a missing I/O Management API", async () => {
    const { env } = await adobe([{ on: "api", fault: { kind: "status", status: 403, code: "403023" } }]);
    const found = await doctor(env);
    expect(found.code).toBe(4);
    expect(lineOf("api", found)).toMatch(/^failed[^]*fix: add the I\/O Management API/);
    expect(verdicts(found)).toEqual(expect.arrayContaining(["journal ok", "registration skipped"]));
  });

  it("names a journal that is not there", async () => {
    const { server, env } = await adobe();
    const url = server.journalUrl.replace(/[^/]+$/, "00000000-0000-4000-8000-000000000000");
    const found = await doctor({ ...env, FLOWRUN_JOURNAL_URL: url });
    expect(found.code).toBe(5);
    expect(lineOf("journal", found)).toContain(`there is no journal at ${url}`);
    expect(lineOf("registration", found)).toMatch(/^warning/);
  });

  it("says that IMS is down, after a second try", async () => {
    const { env } = await adobe([{ on: "ims", fault: { kind: "status", status: 500 } }]);
    const found = await doctor(env);
    expect(found.code).toBe(5);
    expect(lineOf("token", found)).toMatch(/^failed.*IMS answered 500 2 times in a row/);
  });

  it("does not wait for long where it is told to", async () => {
    const { env } = await adobe([{ on: "ims", fault: { kind: "status", status: 429, retryAfter: "3244" } }]);
    const found = await doctor(env);
    expect(found.code).toBe(5);
    expect(lineOf("token", found)).toContain("asks to wait 3244 s");
  });

  it("fails a clock that is ten minutes off", async () => {
    const { env } = await adobe([], 600_000);
    const found = await doctor(env);
    expect(found.code).toBe(2);
    expect(lineOf("clock", found)).toMatch(/^failed.*10 min behind[^]*fix: set the clock/);
  });

  it("only warns about one that is two minutes off", async () => {
    const { env } = await adobe([], -120_000);
    const found = await doctor(env);
    expect(found.code).toBe(0);
    expect(lineOf("clock", found)).toMatch(/^warning.*2 min ahead of/);
  });

  it("names a registration that is disabled", async () => {
    const { server, env } = await adobe();
    const [, , , disabled] = registrations;
    const found = await doctor({ ...env, FLOWRUN_JOURNAL_URL: journalUrlOf(server.origin, disabled!) });
    expect(found.code).toBe(2);
    expect(lineOf("registration", found)).toMatch(/^failed.*'Old nightly report' is disabled[^]*fix: enable it/);
  });

  it("names a registration without flow-run events, and one that has them", async () => {
    const { server, env } = await adobe();
    const [good, , audit] = registrations;
    const found = await doctor({ ...env, FLOWRUN_JOURNAL_URL: journalUrlOf(server.origin, audit!) });
    expect(found.code).toBe(2);
    expect(lineOf("registration", found)).toMatch(/^failed.*'Audit trail' does not listen to flow-run events/);
    expect(lineOf("registration", found)).toContain(`flowrun registrations use ${good.registrationId}`);
    expect(lineOf("history", found)).toMatch(/^warning.*the journal is empty/);
  });

  it("names a damaged profile file, leaves it alone and still looks at the cursors", async () => {
    const file = await put(["profiles", "default.json"], '{"clientSecret": "p8e-half');
    const found = await doctor(nowhere());
    expect(found.code).toBe(2);
    expect(lineOf("settings", found)).toMatch(/^failed/);
    expect(lineOf("settings", found)).toContain(file);
    expect(verdicts(found)).toContain("cursor ok");
    expect(found.stdout + found.stderr).not.toContain("p8e-half");
    expect(await readFile(file, "utf8")).toBe('{"clientSecret": "p8e-half');
  });

  it("names a damaged cursor file", async () => {
    const { env } = await adobe();
    const file = await put(["cursors", "default", "nightly.json"], "{}");
    const found = await doctor(env);
    expect(found.code).toBe(2);
    expect(lineOf("cursor", found)).toMatch(/^failed/);
    expect(lineOf("cursor", found)).toContain(file);
  });

  it("warns about a cursor that may have expired", async () => {
    const { env } = await adobe();
    await flowrun(["since", "last", "--quiet"], { env });
    const file = join(home, "flowrun", "cursors", "default", "default.json");
    const cursor = JSON.parse(await readFile(file, "utf8")) as object;
    await writeFile(file, JSON.stringify({ ...cursor, readUntil: "2026-01-01T00:00:00.000Z" }));
    const found = await doctor(env);
    expect(found.code).toBe(0);
    expect(lineOf("cursor", found)).toMatch(/^warning.*expired on 2026-01-08.*[^]*--on-expired oldest/);
  });

  it.skipIf(process.platform === "win32")(
    "finds a secret that others can read, and leaves the file as it is",
    async () => {
      const { env } = await adobe();
      const file = await put(["profiles", "default.json"], '{"clientSecret":"p8e-open"}', 0o644);
      const found = await doctor(env);
      expect(found.code).toBe(2);
      expect(lineOf("secrets", found)).toMatch(/^failed.*mode is 0644/);
      expect(lineOf("secrets", found)).toContain(`fix: chmod 600 ${file}`);
      expect((await stat(file)).mode & 0o777).toBe(0o644);
      expect(found.stdout + found.stderr).not.toContain("p8e-open");
    },
  );

  it("names a host that has no address", async () => {
    const { env } = await adobe();
    const found = await doctor({ ...env, FLOWRUN_IMS_URL: "https://ims.invalid" }, "--retries", "1");
    expect(found.code).toBe(5);
    expect(lineOf("network", found)).toMatch(/^failed.*ims\.invalid has no address/);
    expect(verdicts(found)).toEqual(expect.arrayContaining(["clock skipped", "token failed"]));
  });

  it("asks a proxy for a tunnel to each host, looks none up itself, and hides the proxy's password", async () => {
    const { env } = await adobe();
    const proxy = await openProxy(tunnel);
    const proxied = { ...env, HTTPS_PROXY: `user:p8e-proxy@${proxy.address}`, FLOWRUN_IMS_URL: "https://ims.invalid" };
    const found = await doctor(proxied, "--retries", "1");
    expect(lineOf("network", found)).not.toContain("has no address");
    expect(proxy.targets()).toContain("ims.invalid:443");
    expect(found.stdout + found.stderr).not.toContain("p8e-proxy");
  });

  it.each([
    ["502 Bad Gateway", /ims\.invalid cannot be reached through the proxy \S+: the proxy \S+ answered 502 Bad Gateway/],
    ["403 Forbidden", /ims\.invalid cannot be reached through the proxy \S+: the proxy \S+ answered 403 Forbidden/],
    ["407 Auth", /the proxy \S+ refuses the user and password in HTTPS_PROXY: the proxy \S+ answered 407 Auth/],
  ])("names a proxy that answers %s, and what to look at", async (status, told) => {
    const { env } = await adobe();
    const proxy = await openProxy(answer(status));
    const proxied = { ...env, HTTPS_PROXY: `user:p8e-proxy@${proxy.address}`, FLOWRUN_IMS_URL: "https://ims.invalid" };
    const found = await doctor(proxied, "--retries", "1");
    expect(found.code).toBe(5);
    expect(lineOf("network", found)).toMatch(/^failed/);
    expect(lineOf("network", found)).toMatch(told);
    expect(lineOf("network", found)).toContain("HTTPS_PROXY");
    expect(found.stdout + found.stderr).not.toContain("p8e-proxy");
  });

  it("names a proxy's variable that cannot be understood", async () => {
    const { env } = await adobe();
    const found = await doctor({ ...env, HTTPS_PROXY: "http://user:p8e-proxy@:3128" });
    expect(found.code).toBe(2);
    expect(lineOf("network", found)).toMatch(/^failed.*HTTPS_PROXY cannot be understood[^]*fix: export HTTPS_PROXY=/);
    expect(found.stdout + found.stderr).not.toContain("p8e-proxy");
  });

  it("refuses an access token that has ended", async () => {
    const { env } = await adobe();
    const claims = { created_at: "1700000000000", expires_in: "86400000", scope: "adobeio_api" };
    const token = ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");
    const found = await doctor({ ...env, FLOWRUN_ACCESS_TOKEN: token });
    expect(found.code).toBe(4);
    expect(lineOf("token", found)).toContain("it was good until 2023-11-15T");
    expect(found.stdout + found.stderr).not.toContain(token);
  });

  it("with --json ends stderr with the error as an object", async () => {
    const found = await doctor(nowhere(), "--json");
    expect(found.code).toBe(2);
    expect(JSON.parse(found.stdout)).toMatchObject({ ok: false, exitCode: 2 });
    expect(JSON.parse(found.stderr.trim().split("\n").at(-1)!)).toMatchObject({ type: "flowrun.error", exitCode: 2 });
  });
});
