import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { account } from "../../src/demo/account.ts";
import { bareEnv, flowrun, scratch } from "../support/flowrun.ts";
import { openJournal, printed, runIds, type OpenJournal } from "../support/journal.ts";
import { strangeServer, type Told } from "../support/stranger.ts";

const json = (status: number, value: unknown, type = "application/json"): Told => ({
  status,
  headers: { "content-type": type },
  body: JSON.stringify(value),
});

/** The three lines that end stderr. */
function lines(stderr: string): readonly string[] {
  return stderr.trimEnd().split("\n").slice(-3);
}

async function put(home: string, path: readonly string[], text: string): Promise<string> {
  const file = join(home, ...path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** The journal's user with all settings in a profile, and nothing in the environment. */
async function withProfile(journal: OpenJournal, name = "default"): Promise<Record<string, string>> {
  const { server, home } = journal;
  const { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, apiUrl } = server;
  const saved = { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, apiUrl, scopes: server.scopes.join(",") };
  await put(home, ["profiles", `${name}.json`], JSON.stringify(saved));
  return bareEnv(dirname(home));
}

describe("what IMS answers", () => {
  it.each<[string, Told, number, RegExp, RegExp, RegExp]>([
    [
      "invalid_scope: the scopes",
      json(400, { error: "invalid_scope", error_description: "invalid scope: x" }),
      4,
      /scopes/,
      /IMS answered 400: invalid_scope: invalid scope: x/,
      /fix: copy the scopes .*config set scopes/,
    ],
    [
      "invalid_client: the secret",
      json(401, { error: "invalid_client", error_description: "invalid client_secret parameter" }),
      4,
      /IMS refused all 2 secrets/,
      /IMS answered 401: invalid_client: invalid client_secret parameter/,
      /compare client id and secret/,
    ],
    [
      "invalid_client about the id: the client id",
      json(400, { error: "invalid_client", error_description: "invalid client_id parameter" }),
      4,
      /IMS does not know the client/,
      /IMS answered 400/,
      /config set clientId/,
    ],
    [
      "unauthorized_client: the kind of credential",
      json(400, { error: "unauthorized_client" }),
      4,
      /by its secret alone/,
      /IMS answered 400: unauthorized_client/,
      /OAuth Server-to-Server/,
    ],
    [
      "404: the URL",
      json(404, { error: "not_found" }),
      5,
      /there is no IMS at http/,
      /it answered 404: not_found/,
      /FLOWRUN_IMS_URL/,
    ],
    [
      "302: the URL, and where it points",
      { status: 302, headers: { location: "https://login.corp.example/?next=1" } },
      5,
      /not IMS: it redirects to https:\/\/login\.corp\.example$/,
      /it answered 302/,
      /FLOWRUN_IMS_URL.*proxy/,
    ],
    [
      "a web page with 200: the URL, at once",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html><title>Guest network</title>" },
      5,
      /not IMS: it answers with a web page/,
      /it answered 200: a web page, "Guest network"/,
      /FLOWRUN_IMS_URL/,
    ],
    ["a web page with 400: the URL", { status: 400, body: "<html>no</html>" }, 5, /web page/, /400/, /FLOWRUN_IMS_URL/],
    ["a word nobody knows", json(403, { error: "who_are_you" }), 4, /refused to give/, /403: who_are_you/, /compare/],
    ["no word at all", { status: 400 }, 4, /refused to give/, /IMS answered 400 and gave no reason/, /compare/],
  ])("%s", async (_, told, exitCode, what, why, fix) => {
    const journal = await openJournal();
    const ims = await strangeServer(() => told);
    const secrets = account.clientSecrets.join(",");
    const { code, stderr } = await journal.run("since oldest", {
      FLOWRUN_IMS_URL: ims.url,
      FLOWRUN_CLIENT_SECRET: secrets,
    });
    expect(code).toBe(exitCode);
    const [first = "", second = "", third = ""] = lines(stderr);
    expect(first).toMatch(what);
    expect(second).toMatch(why);
    expect(third).toMatch(fix);
    // Another secret helps where it is the secret that is refused, and nowhere else.
    expect(ims.asked).toHaveLength(what.source.includes("secrets") ? 2 : 1);
  });

  it("a token that calls itself a page is one all the same", async () => {
    const journal = await openJournal({ faults: [{ on: "ims", fault: { kind: "contentType", value: "text/html" } }] });
    expect((await journal.run("since oldest -q")).code).toBe(0);
  });

  it("a page of a gateway that is down is waited out: that is no wrong URL", async () => {
    const journal = await openJournal();
    const ims = await strangeServer(() => ({ status: 502, headers: { "content-type": "text/html" }, body: "<html>" }));
    const { code, stderr } = await journal.run("since oldest --retries 2", { FLOWRUN_IMS_URL: ims.url });
    expect(code).toBe(5);
    expect(stderr).toContain("error: IMS answered 502 2 times in a row");
  });
});

describe("what answers for the journal", () => {
  it("a firewall's page with 403 is not blamed on the credential", async () => {
    const firewall = await strangeServer(() => ({
      status: 403,
      body: "<html><title>Blocked by policy</title></html>",
    }));
    const journal = await openJournal();
    const url = `${firewall.url}/events/o`;
    const { code, stderr } = await journal.run("since oldest --jobs 1", { FLOWRUN_JOURNAL_URL: url });
    expect(code).toBe(4);
    const [what, why, fix] = lines(stderr);
    expect(what).toContain("something between here and the journal does not let this through");
    expect(why).toContain('answered 403: a web page, "Blocked by policy"');
    expect(fix).toContain(`allow ${new URL(url).host} in the proxy or firewall`);
  });
});

describe("what is exported and stale", () => {
  const stale = (env: Record<string, string>, more: Record<string, string>) =>
    flowrun(["since", "oldest", "--json", "-q"], { env: { ...env, ...more } });

  it.each<[string, string, string]>([
    ["FLOWRUN_CLIENT_SECRET", "p8e-of-last-year", "IMS answered 400: invalid_client"],
    ["FLOWRUN_CLIENT_ID", "another-client", "IMS answered 400: invalid_client"],
    ["FLOWRUN_SCOPES", "openid,gone", "IMS answered 400: invalid_scope"],
    ["FLOWRUN_IMS_URL", "http://127.0.0.1:9", "refused"],
    ["FLOWRUN_JOURNAL_URL", "http://127.0.0.1:9/events/o", "refused"],
  ])("%s over a good profile is named", async (name, value, words) => {
    const env = await withProfile(await openJournal());
    const args = ["since", "oldest", "--jobs", "1", "--retries", "1"];
    const { code, stderr } = await flowrun(args, { env: { ...env, [name]: value } });
    expect(code).toBeGreaterThan(3);
    const [, why, fix] = lines(stderr);
    expect(why).toContain(words);
    expect(why).toContain(`${name} is set and goes before what profile 'default' has saved`);
    expect(fix).toMatch(new RegExp(`^ {2}fix: unset ${name} `));
    expect((await flowrun(args, { env })).code).toBe(0);
  });

  it("FLOWRUN_ACCESS_TOKEN over a good profile is named, with its end", async () => {
    const env = await withProfile(await openJournal());
    const claims = { created_at: "1700000000000", expires_in: "86400000" };
    const token = ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");
    const { code, stderr } = await stale(env, { FLOWRUN_ACCESS_TOKEN: token });
    expect(code).toBe(4);
    const told = JSON.parse(stderr) as { message: string; hint: string };
    expect(told.message).toContain("the token came from FLOWRUN_ACCESS_TOKEN, and was good until 2023-11-15T");
    expect(told.hint).toContain("unset FLOWRUN_ACCESS_TOKEN   (profile 'default' mints its own)");
    expect(stderr).not.toContain(token);
  });

  it("FLOWRUN_ACCESS_TOKEN without a profile is named, too", async () => {
    const journal = await openJournal();
    const { stderr } = await journal.run("since oldest", { FLOWRUN_ACCESS_TOKEN: "a-token-of-yesterday" });
    expect(lines(stderr)[2]).toMatch(/fix: give a fresh token in FLOWRUN_ACCESS_TOKEN, or: unset FLOWRUN_ACCESS_TOKEN/);
  });

  it("all of it in the environment, over a profile that is not even opened", async () => {
    const journal = await openJournal();
    await withProfile(journal);
    const { code, stderr } = await journal.run("since oldest", { FLOWRUN_CLIENT_SECRET: "p8e-of-last-year" });
    expect(code).toBe(4);
    expect(lines(stderr)[2]).toMatch(/^ {2}fix: unset FLOWRUN_CLIENT_SECRET /);
  });

  it("one that says the same as the profile is not blamed, nor one that has nothing to do with it", async () => {
    const journal = await openJournal({ faults: [{ on: "ims", fault: { kind: "status", status: 400 } }] });
    const env = await withProfile(journal);
    const { stderr } = await stale(env, {
      FLOWRUN_CLIENT_SECRET: journal.server.clientSecret,
      FLOWRUN_SCOPES: "openid",
    });
    expect(stderr).not.toMatch(/FLOWRUN_CLIENT_SECRET|FLOWRUN_SCOPES/);
  });

  it("login is not blamed on what it does not use", async () => {
    const journal = await openJournal({ faults: [{ on: "ims", fault: { kind: "status", status: 400 } }] });
    const env = await withProfile(journal);
    const more = { ...env, FLOWRUN_CLIENT_SECRET: "p8e-of-last-year" };
    const { code, stderr } = await flowrun(["login", "--secret-stdin"], { env: more, input: "p8e-just-typed\n" });
    expect(code).toBe(4);
    expect(stderr).not.toContain("FLOWRUN_CLIENT_SECRET");
  });

  it("doctor names it, too", async () => {
    const env = await withProfile(await openJournal());
    const { code, stdout } = await flowrun(["doctor"], { env: { ...env, FLOWRUN_CLIENT_SECRET: "p8e-of-last-year" } });
    expect(code).toBe(4);
    expect(stdout).toMatch(/failed +token[^]*fix: unset FLOWRUN_CLIENT_SECRET/);
  });
});

describe("problem+json", () => {
  it.each<[string, unknown, string]>([
    [
      "title and detail",
      {
        type: "https://ns.adobe.com/aep/errors/UPCORE-100600-400",
        title: "Bad Request",
        detail: "limit is too big",
        status: 400,
      },
      "UPCORE-100600-400 Bad Request: limit is too big",
    ],
    ["another status than the answer's", { title: "Locked", status: 423 }, "Locked (status 423)"],
    ["no type to speak of", { type: "about:blank", title: "Bad Request" }, "the journal answered 400: Bad Request"],
  ])("is read: %s", async (_, body, words) => {
    const gateway = await strangeServer(() => json(400, body, "application/problem+json"));
    const journal = await openJournal();
    const url = `${gateway.url}/events/o`;
    const { code, stderr } = await journal.run("since oldest --jobs 1", { FLOWRUN_JOURNAL_URL: url });
    expect(code).toBe(5);
    expect(stderr).toContain(words);
  });
});

describe("a misspelt profile", () => {
  it.each([
    "since oldest",
    "stats",
    "whoami",
    "registrations",
    "config list",
    "config get clientId",
    "logout",
    "doctor",
  ])("%s lists the known ones and the nearest", async (command) => {
    const journal = await openJournal();
    const nobody = { FLOWRUN_IMS_URL: "http://127.0.0.1:9", FLOWRUN_API_URL: "http://127.0.0.1:9" };
    const env = { ...(await withProfile(journal, "acme-prod")), ...nobody };
    await withProfile(journal, "globex");
    const { code, stdout, stderr } = await flowrun([...command.split(" "), "--profile", "acme-prd"], { env });
    expect(code).toBeGreaterThan(0);
    const said = stdout + stderr;
    expect(said).toContain("there is no profile 'acme-prd'");
    expect(said).toContain("there are: acme-prod, globex, demo (built in)");
    expect(said).toContain("did you mean --profile acme-prod?");
    expect(journal.server.requests).toEqual([]);
  });

  it("in FLOWRUN_PROFILE, and of the demo", async () => {
    const { code, stderr } = await flowrun(["since", "oldest"], {
      env: { ...bareEnv(await scratch()), FLOWRUN_PROFILE: "dem" },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("did you mean --profile demo?");
  });

  it("profile use and profile remove, too", async () => {
    const env = await withProfile(await openJournal(), "acme-prod");
    for (const verb of ["use", "remove"]) {
      const { code, stderr } = await flowrun(["profile", verb, "acme-prd"], { env });
      expect(code).toBe(1);
      expect(stderr).toContain("acme-prod");
    }
  });

  it("a name for cursors alone is fine where the environment says the rest", async () => {
    const journal = await openJournal();
    const { code, stdout } = await journal.run("since last --json --profile nightly");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(5));
  });
});

describe("doctor", () => {
  const checks = ({ stdout }: { stdout: string }): readonly string[] =>
    stdout
      .split("\n")
      .filter((line) => /^\S/.test(line))
      .map((line) => line.split(/ +/).slice(0, 2).reverse().join(" "));

  it("looks at the machine before anything is set up", async () => {
    const ims = await strangeServer(() => json(200, {}));
    const home = await scratch();
    const env = { ...bareEnv(home), FLOWRUN_IMS_URL: ims.url, FLOWRUN_API_URL: ims.url };
    const found = await flowrun(["doctor"], { env });
    expect(found.code).toBe(2);
    expect(checks(found)).toEqual(
      expect.arrayContaining(["settings failed", "network ok", "clock ok", "token skipped", "cursor ok"]),
    );
    expect(found.stderr).toContain("doctor: one check failed");
  });

  it("before anything is set up, a host that cannot be found is a warning", async () => {
    const urls = { FLOWRUN_IMS_URL: "https://ims.invalid", FLOWRUN_API_URL: "https://api.invalid" };
    const found = await flowrun(["doctor"], { env: { ...bareEnv(await scratch()), ...urls } });
    expect(found.code).toBe(2);
    expect(checks(found)).toEqual(expect.arrayContaining(["settings failed", "network warning", "clock skipped"]));
  });

  it.each<[string, Record<string, string>, readonly string[]]>([
    ["nothing set up", { FLOWRUN_IMS_URL: "http://127.0.0.1:9", FLOWRUN_API_URL: "http://127.0.0.1:9" }, []],
    ["IMS that is not there", { FLOWRUN_IMS_URL: "http://127.0.0.1:9" }, ["all"]],
    ["a journal that is not there", { FLOWRUN_JOURNAL_URL: "http://127.0.0.1:9/events/o" }, ["all"]],
    ["a token that is refused", { FLOWRUN_ACCESS_TOKEN: "a-token-of-yesterday" }, ["all"]],
  ])("never advises itself: %s", async (_, more, [all]) => {
    const journal = await openJournal();
    const env = all === undefined ? bareEnv(await scratch()) : journal.env;
    for (const args of [["doctor"], ["doctor", "--json"], ["doctor", "-v"]]) {
      const { code, stdout, stderr } = await flowrun([...args, "--retries", "1"], { env: { ...env, ...more } });
      expect(code).toBeGreaterThan(0);
      expect(stdout + stderr).not.toContain("flowrun doctor");
    }
  });

  it("never advises itself where links lead elsewhere or tokens are refused, and others do", async () => {
    const journal = await openJournal({ faults: [{ fault: { kind: "status", status: 401 } }] });
    const doctor = await journal.run("doctor");
    expect(doctor.code).toBe(4);
    expect(doctor.stdout + doctor.stderr).not.toContain("flowrun doctor");
    expect((await journal.run("since oldest --jobs 1")).stderr).toMatch(/fix: .*\(or look closer: flowrun doctor\)$/m);
  });

  it.each<[string, readonly string[], string, RegExp]>([
    ["a profile's file", ["profiles", "default.json"], '{"clientSecret": "p8e-ha', /failed +settings .*default\.json/],
    [
      "a profile's file of another kind",
      ["profiles", "default.json"],
      '{"clientId": 5}',
      /failed +settings .*default\.json/,
    ],
    ["the file of the used profile", ["used-profile"], "../../etc\n", /failed +settings .*used-profile/],
    ["a cursor", ["cursors", "default", "nightly.json"], '{"schemaVersion":', /failed +cursor .*nightly\.json/],
    [
      "a cursor of a year that cannot be",
      ["cursors", "default", "far.json"],
      JSON.stringify({
        schemaVersion: 1,
        journal: "j",
        next: "https://h/",
        position: null,
        savedAt: "+275760-09-13T00:00:00Z",
        readUntil: "+275760-09-13T00:00:00Z",
        movedAt: "+275760-09-13T00:00:00Z",
        runs: 0,
        events: 0,
        keys: [],
      }),
      /failed +cursor .*far\.json/,
    ],
    ["a token", ["tokens", "0123.json"], '{"accessToken": "half', /warning +token .*0123\.json[^]*fix: remove it: rm /],
    [
      "a token without an end",
      ["tokens", "0123.json"],
      '{"accessToken":"x","mintedAt":0,"expiresAt":1e999}',
      /warning +token .*0123/,
    ],
    ["the names", ["names", "4567.json"], "[]", /warning +names .*4567\.json/],
  ])("survives %s that is damaged, and goes on", async (_, path, text, finding) => {
    const journal = await openJournal();
    const file = await put(journal.home, path, text);
    const found = await journal.run("doctor");
    expect(found.stdout).toMatch(finding);
    expect(checks(found)).toEqual(
      expect.arrayContaining(["version ok", "network ok", "clock ok", "token ok", "journal ok"]),
    );
    expect(checks(found).at(-2)).toMatch(/^cursor/);
    expect(await readFile(file, "utf8")).toBe(text);
    expect(found.stdout + found.stderr).not.toMatch(/p8e-ha|hit a bug/);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "survives folders that may not be read",
    async () => {
      const journal = await openJournal();
      for (const folder of ["profiles", "cursors", "tokens", "names"]) {
        await mkdir(join(journal.home, folder), { recursive: true });
        await chmod(join(journal.home, folder), 0);
      }
      const found = await journal.run("doctor");
      for (const folder of ["profiles", "cursors", "tokens", "names"]) await chmod(join(journal.home, folder), 0o700);
      expect(checks(found)).toEqual(expect.arrayContaining(["network ok", "journal ok"]));
    },
  );

  it("a kept token that could not be sent is not used by any command", async () => {
    const journal = await openJournal();
    expect((await journal.run("since oldest -q")).code).toBe(0);
    const { readdir } = await import("node:fs/promises");
    const folder = join(journal.home, "tokens");
    const [name = ""] = await readdir(folder);
    const path = join(folder, name);
    const kept = JSON.parse(await readFile(path, "utf8")) as object;
    await writeFile(path, JSON.stringify({ ...kept, accessToken: "two\nlines" }));
    expect((await journal.run("since oldest -q")).code).toBe(0);
    expect(journal.server.mints()).toBe(2);
  });
});
