import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runRegistrationsDelete } from "../../../../src/cli/commands/registrations/change.ts";
import { runLogin } from "../../../../src/cli/commands/setup/login.ts";
import { demoProviders } from "../../../../src/demo/providers.ts";
import { registrations } from "../../../../src/demo/registrations.ts";
import { startServer, type DemoServer } from "../../../../src/demo/server.ts";
import type { FaultRule } from "../../../../src/demo/faults.ts";
import { listedSource } from "../../../../src/demo/source.ts";
import type { Prompt } from "../../../../src/host.ts";
import { bareEnv } from "../../../support/flowrun.ts";
import { fakeHost } from "../../../support/host.ts";
import { runHere } from "../../../support/in-process.ts";

/** The commands against a management API that keeps what they do to it, and a profile that knows its workspace. */
const [journal, webhook, audit, disabled] = registrations;
const homes: string[] = [];
let server: DemoServer;
let faults: FaultRule[];
let home: string;

beforeEach(async () => {
  faults = [];
  const started = await startServer({
    now: () => Date.now(),
    sleep: () => Promise.resolve(),
    source: listedSource([]),
    faults,
  });
  onTestFinished(() => started.close());
  server = started;
  home = await mkdtemp(join(tmpdir(), "flowrun-registrations-"));
  homes.push(home);
  await run("config set clientId", server.clientId);
  for (const key of [
    "imsOrgId",
    "journalUrl",
    "imsUrl",
    "apiUrl",
    "consumerOrgId",
    "projectId",
    "workspaceId",
  ] as const) {
    await run(`config set ${key}`, server[key]);
  }
});

afterAll(() => Promise.all(homes.map((folder) => rm(folder, { recursive: true, force: true }))));

async function run(line: string, ...more: readonly string[]) {
  const env = { ...bareEnv(home), FLOWRUN_CLIENT_SECRET: server.clientSecret };
  return runHere([...line.split(" "), ...more], { env });
}

/** The changes that the API was asked for, as method and the end of the path. */
function changes(): readonly string[] {
  return server.requests
    .filter(({ service, method }) => service === "api" && method !== "GET")
    .map(({ method, target, status }) => `${method} ${target.split("/").at(-1) ?? ""} ${status}`);
}

const parsed = (text: string) => JSON.parse(text) as Readonly<Record<string, unknown>>;

test("one is made, shown, tested, traced, changed, switched off and on, and deleted", async () => {
  const made = await run(
    "registrations create --delivery webhook --webhook-url https://hooks.example.com/aep --events sources_flow_run_failed --json --name",
    "On call",
  );
  expect(made.stderr).toMatch(
    /the registration 'On call' is created \([^]*next: have a sample delivered: flowrun registrations test/,
  );
  const change = parsed(made.stdout);
  expect(change).toMatchObject({
    type: "flowrun.change",
    did: "create",
    dryRun: false,
    method: "POST",
    name: "On call",
  });
  const id = String(change["id"]);

  const shown = await run(`registrations show ${id}`);
  expect(shown.stdout).toMatch(/^name +On call\nid +\S+\nstate +Active\ndelivery +webhook\nwebhook +https:\/\/hooks/);
  const sample = await run(`registrations test ${id}`);
  expect(sample).toMatchObject({ code: 0, stdout: "" });
  expect(sample.stderr).toContain(`next, in a minute: flowrun registrations trace ${id}`);
  const trace = await run(`registrations trace ${id}`);
  expect(trace.stdout).toMatch(/^TIME \(UTC\) +STATUS +TOOK +EVENT +ANSWER\n\S+ +200 +120ms +sources_flow_run_failed/);
  expect(trace.stderr).toMatch(/'On call' is Active; none of the last 1 deliveries failed/);

  const updated = await run(`registrations update ${id} --name`, "On call now");
  expect(updated.stdout).toMatch(
    /^name +On call now\n[^]*webhook +https:\/\/hooks\.example\.com\/aep\nevents +sources_flow_run_failed\n/,
  );
  expect((await run(`registrations disable ${id}`)).stdout).toMatch(/\nstate +Disabled: nothing is delivered;/);
  expect((await run(`registrations enable ${id}`)).stdout).toMatch(/\nstate +Active\n/);
  const deleted = await run(`registrations delete ${id} --yes --json`);
  expect(parsed(deleted.stdout)).toMatchObject({ did: "delete", id, name: "On call now", registration: null });
  expect((await run(`registrations show ${id}`)).code).toBe(1);
  expect(changes()).toEqual([
    "POST registrations 201",
    `POST ${id} 200`,
    `PUT ${id} 200`,
    `PATCH ${id} 200`,
    `PATCH ${id} 200`,
    `DELETE ${id} 204`,
  ]);
});

describe("--dry-run shows the request, and changes nothing", () => {
  const own = () => `/registrations/${webhook!.registrationId}`;
  test.each([
    [
      "create --name Runs",
      /^POST http:\/\/[^]*\/registrations\nContent-Type: application\/json\n\n\{\n {2}"client_id"/,
    ],
    [`update ${webhook!.registrationId} --name Other`, /^PUT [^]*"name": "Other"[^]*"webhook_url": "https:\/\/hooks/],
    [
      `enable ${webhook!.registrationId}`,
      /^PATCH [^]*\nContent-Type: application\/json-patch\+json\n[^]*"value": true/,
    ],
    [`disable ${webhook!.registrationId}`, /^PATCH [^]*"value": false/],
    [`delete ${webhook!.registrationId}`, /^DELETE \S+\n$/],
    [`test ${webhook!.registrationId}`, /^POST \S+\/sample_event\/\S+\n$/],
  ])("%s", async (line, text) => {
    const { code, stdout, stderr } = await run(`registrations ${line} --dry-run`);
    expect(code).toBe(0);
    expect(stdout).toMatch(text);
    expect(stderr).toContain("this is what would be sent; nothing was changed");
    const told = parsed((await run(`registrations ${line} --dry-run -o json`)).stdout);
    expect(told).toMatchObject({ dryRun: true, method: stdout.split(" ")[0] });
    if (told["method"] === "PUT") expect(String(told["url"])).toContain(own());
    expect(changes()).toEqual([]);
  });
});

describe("wrong use", () => {
  test.each<[string, number, RegExp]>([
    ["create", 2, /--name/],
    ["create --name ab", 2, /3 to 255 characters/],
    ["create --name Runs --delivery pigeon", 2, /webhook, webhook_batch, journal/],
    ["create --name Runs --delivery webhook", 2, /needs the webhook's URL/],
    ["create --name Runs --webhook-url https://h.example/", 2, /--delivery webhook or --delivery webhook_batch/],
    ["create --name Runs --events sources_flow_run_faild", 2, /nearest is sources_flow_run_failed/],
    ["create --name Runs --provider nope", 1, /no event provider "nope"/],
    ["update nope --name Runs", 1, /there is no registration "nope"/],
    [`update ${webhook!.registrationId}`, 2, /nothing is to change/],
    ["show ..", 2, /cannot be the id of a registration/],
    [`delete ${disabled!.registrationId}`, 2, /say --yes/],
    [`test ${webhook!.registrationId} --event audit_events_info`, 2, /it listens to sources_flow_run_failed/],
    [`trace ${audit!.registrationId}`, 2, /nothing to trace/],
    ["list --columns nope", 2, /there is no column 'nope'/],
  ])("%s exits %i", async (line, code, words) => {
    const ended = await run(`registrations ${line}`);
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr.split("\n").filter((text) => /^(error|  why|  fix):/.test(text))).toHaveLength(3);
    expect(ended.code).toBe(code);
    expect(changes()).toEqual([]);
  });

  test("words that are wrong in themselves are refused before anything is asked", async () => {
    await run("registrations create --name ab");
    expect(server.requests).toEqual([]);
  });

  test("a profile that knows its organisation alone cannot make one, and changes one by what its record says", async () => {
    await run("config unset workspaceId");
    expect(await run("registrations create --name Runs")).toMatchObject({ code: 2 });
    expect(await run(`registrations disable ${webhook!.registrationId}`)).toMatchObject({ code: 0 });
    expect(changes()).toEqual([`PATCH ${webhook!.registrationId} 200`]);
  });
});

test("a name that is taken is told with the registration that has it", async () => {
  const { code, stderr } = await run("registrations create --name", journal.name);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`registrations show ${journal.registrationId}`));
  expect(stderr).toMatch(/409: conflict: A registration of that name exists already \(request demo-api-/);
});

test("a create whose answer is lost is not sent again, though it was done", async () => {
  faults.push({ on: "api", when: ({ method }) => method === "POST", fault: { kind: "reset", when: "beforeHeaders" } });
  const { code, stderr } = await run("registrations create --name Runs");
  expect(code).toBe(5);
  expect(stderr).toMatch(/not known whether Adobe did create[^]*see first: flowrun registrations/);
  expect(changes()).toHaveLength(1);
  expect((await run("registrations list -o csv --columns name")).stdout).toContain("\nRuns\n");
});

test("a delete whose answer is lost is sent again, and is done", async () => {
  let lost = 0;
  const isFirst = (method: string): boolean => method === "DELETE" && lost++ === 0;
  faults.push({ on: "api", when: ({ method }) => isFirst(method), fault: { kind: "reset", when: "beforeHeaders" } });
  const { code, stderr } = await run(`registrations delete ${disabled!.registrationId} --yes`);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/is deleted/)]);
  expect(changes()).toEqual([`DELETE ${disabled!.registrationId} 204`, `DELETE ${disabled!.registrationId} 404`]);
});

test("one that is gone by the time it is deleted is told as missing", async () => {
  const id = disabled!.registrationId;
  faults.push({ on: "api", when: ({ method }) => method === "DELETE", fault: { kind: "status", status: 404 } });
  const { code, stderr } = await run(`registrations delete ${id} --yes`);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/error: there is no registration "b7c8413d-[^]*any more/)]);
  expect(stderr).not.toContain("is deleted");
});

test("a change that was made is told as done, also where what came of it cannot be read", async () => {
  const id = webhook!.registrationId;
  const isSince = ({ method }: { readonly method: string }): boolean => method === "GET" && changes().length > 0;
  faults.push(
    { on: "api", when: ({ method }) => method === "PATCH", fault: { kind: "truncated" } },
    { on: "api", when: isSince, fault: { kind: "status", status: 403 } },
  );
  const { code, stdout, stderr } = await run(`registrations disable ${id} --json`);
  expect(code).toBe(0);
  expect(parsed(stdout)).toMatchObject({ did: "disable", dryRun: false, id, name: webhook!.name, registration: null });
  expect(stderr).toMatch(
    /is disabled \(d20b[^]*warning: it could not be read[^]*see it in a while: flowrun registrations/,
  );
  expect(changes()).toEqual([`PATCH ${id} 200`]);
});

test("a webhook that does not answer its challenge is made, and that is said with what helps", async () => {
  const { code, stderr } = await run(
    "registrations create --name Runs --delivery webhook --webhook-url https://unreachable.example/",
  );
  expect(code).toBe(0);
  expect(stderr).toMatch(/warning: it is hook_unreachable: once it answers, .* update \S+ --webhook-url/);
});

test("what in a webhook's URL may be a secret is sent, and shown nowhere", async () => {
  const secret = "Zm9vYmFyYmF6cXV4MTIzNA";
  const path = "pQ7sXbT2mVdR9wLk4nYc8hZa";
  const url = `https://hooks.example.com/adobe-event-receiver/${path}?tenant=7&who-may-post=${secret}`;
  const draft = `--name Runs --delivery webhook --webhook-url ${url}`;
  const shown: string[] = [];
  const see = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await run(line);
    expect(code).toBe(0);
    shown.push(stdout, stderr);
    return stdout;
  };
  for (const format of ["table", "json", "csv"]) await see(`registrations create --dry-run -o ${format} ${draft}`);
  const id = String(parsed(await see(`registrations create --json ${draft}`))["id"]);
  for (const format of ["wide", "json"]) {
    await see(`registrations list -o ${format}`);
    await see(`registrations show ${id} -o ${format}`);
    await see(`registrations disable ${id} --dry-run -o ${format}`);
  }
  await see(`registrations show ${id}`);
  await see(`registrations update ${id} --description Mine --dry-run`);
  await see(`registrations update ${id} --description Mine`);
  await see(`registrations test ${id}`);
  expect(await see(`registrations trace ${id} -o json`)).toContain(
    "/adobe-event-receiver/[secret]?tenant=7&who-may-post=[secret]",
  );
  expect(shown.join("")).not.toContain(secret);
  expect(shown.join("")).not.toContain(path);
  const sent = server.requests.filter(({ method }) => method === "POST" || method === "PUT");
  expect(sent.map(({ body }) => body).filter((body) => body.includes(url))).toHaveLength(2);
});

test("whoever disables or deletes what the profile reads is warned", async () => {
  expect((await run(`registrations disable ${journal.registrationId}`)).stderr).toMatch(/warning: the journal of/);
  expect((await run(`registrations delete ${journal.registrationId} --yes`)).stderr).toMatch(/warning: the journal of/);
});

test("a list tells of each that is not Active what helps, and of no more than five", async () => {
  const told = (text: string) => text.split("\n").filter((line) => line.includes("registrations "));
  expect(told((await run("registrations list")).stderr)).toEqual([
    expect.stringMatching(
      /'Dataflow failures to the on-call channel' is Unstable; see why: .* trace d20b\S+ --failed$/,
    ),
    expect.stringMatching(/'Old nightly report' is Disabled; flowrun registrations enable b7c8413d-\S+$/),
  ]);
  const draft = "--delivery webhook --webhook-url https://unreachable.example/ --name";
  for (let n = 0; n < 5; n += 1) await run(`registrations create ${draft} Runs-${n}`);
  const lines = told((await run("registrations list")).stderr);
  expect(lines).toHaveLength(6);
  expect(lines[5]).toMatch(/2 more are not Active; what that means, and what helps: flowrun registrations show \S+$/);
  expect((await run("registrations list -o json")).stderr).toBe("");
});

test("an unstable one's failures say why", async () => {
  const { stdout, stderr } = await run(`registrations trace ${webhook!.registrationId} --failed --json`);
  const traces = stdout.trim().split("\n").map(parsed);
  expect(traces.length).toBeGreaterThan(0);
  expect(traces.every(({ failed }) => failed === true)).toBe(true);
  expect(stderr).toBe("");
  const told = await run(`registrations trace ${webhook!.registrationId}`);
  expect(told.stderr).toMatch(/is Unstable: many deliveries failed lately.*; \d+ of 24 deliveries failed: \d+ × \d+/);
});

describe("on a terminal", () => {
  const answering = (answers: readonly string[]): Prompt & { readonly questions: string[] } => {
    const questions: string[] = [];
    const left = [...answers];
    return {
      questions,
      text: () => Promise.reject(new Error("no text is asked for")),
      secret: () => Promise.reject(new Error("no secret is asked for")),
      choose: (question, choices) => {
        questions.push(question);
        const wanted = left.shift() ?? "";
        const chosen = choices.find(({ name }) => name.startsWith(wanted));
        return chosen === undefined ? Promise.reject(new Error(`no ${wanted}`)) : Promise.resolve(chosen.value);
      },
    };
  };
  const hostWith = (prompt: Prompt) =>
    fakeHost({
      prompt,
      dir: join(home, "flowrun"),
      env: { FLOWRUN_CLIENT_SECRET: server.clientSecret },
      now: Date.now(),
    });
  const flags = { output: "table", headers: true, pager: false, progress: false, color: "never" } as const;

  test.each([
    ["no", 0, /stays/],
    ["yes", 1, /is deleted/],
  ])("deleting asks, and %s is %i change", async (answer, count, words) => {
    const prompt = answering([answer]);
    const host = hostWith(prompt);
    await runRegistrationsDelete(disabled!.registrationId, flags, host);
    expect(prompt.questions).toEqual(["Delete the registration 'Old nightly report'? (its journal goes with it)"]);
    expect(host.err()).toMatch(words);
    expect(changes()).toHaveLength(count);
  });

  test("login offers to make one where none delivers flow runs, and reads it", async () => {
    for (const { registrationId } of [journal, webhook!, disabled!])
      await run(`registrations delete ${registrationId} --yes`);
    const before = changes().length;
    const from = join(home, "project.json");
    const block = { client_id: server.clientId, client_secrets: [server.clientSecret], scopes: server.scopes };
    const details = { credentials: [{ id: "1", name: "C", oauth_server_to_server: block }] };
    const org = { id: server.consumerOrgId, ims_org_id: server.imsOrgId };
    await writeFile(
      from,
      JSON.stringify({ project: { id: server.projectId, org, workspace: { id: server.workspaceId, details } } }),
    );
    const prompt = answering(["yes"]);
    const host = hostWith(prompt);
    await runLogin({ from, progress: false, color: "never" }, host);
    expect(prompt.questions).toEqual(["No event registration delivers source flow-run events. Make one?"]);
    expect(changes().slice(before)).toEqual(["POST registrations 201"]);
    expect(host.err()).toMatch(/the registration 'Dataflow runs \(flowrun\)' is created[^]*logged in/);
    const saved = parsed(await readFile(join(home, "flowrun", "profiles", "default.json"), "utf8"));
    expect(saved["journalUrl"]).toContain("/integrations/");
    expect(saved["journalUrl"]).not.toBe(server.journalUrl);
  });
});

describe("providers", () => {
  const [platform, , custom, elsewhere] = demoProviders;

  test("those of the profile's workspace stand first, and are said to keep its project", async () => {
    const { stdout, stderr } = await run("providers");
    expect(stdout).toMatch(/^HERE +LABEL.*\n\* +Loom orders .*\n +Platform notifications /);
    expect(stderr).toMatch(/'Loom orders' belongs to project \d+, and keeps it from being deleted/);
  });

  test("or those of another workspace, by its id or its project's file", async () => {
    const { workspaceId } = elsewhere!.workspace!;
    const from = join(home, "other.json");
    const workspace = {
      id: workspaceId,
      details: { credentials: [{ oauth_server_to_server: { client_id: "c", client_secrets: ["s"] } }] },
    };
    await writeFile(from, JSON.stringify({ project: { id: "1", org: { id: "1", ims_org_id: "x" }, workspace } }));
    for (const line of [`--workspace ${workspaceId}`, `--from ${from}`]) {
      const { stdout } = await run(`providers list ${line} -o csv --columns here,id --no-headers`);
      expect(stdout.split("\n")[0]).toBe(`true,${elsewhere!.id}`);
    }
    expect((await run("providers --workspace 1")).stderr).toContain("no provider belongs to workspace 1");
    expect((await run(`providers --workspace 1 --from ${from}`)).code).toBe(2);
  });

  test("each event has a row where that is wanted", async () => {
    const { stdout } = await run("providers --events -o csv --columns id,eventCodes --no-headers");
    expect(stdout).toContain(`${platform!.id},audit_events_info\n`);
  });

  test("a workspace's own is deleted, and Adobe's are not", async () => {
    expect(await run(`providers delete ${custom!.id}`)).toMatchObject({ code: 2 });
    expect(await run(`providers delete ${platform!.id} --yes`)).toMatchObject({ code: 2 });
    expect(await run("providers delete nope --yes")).toMatchObject({ code: 1 });
    const shown = await run(`providers delete ${custom!.id} --dry-run`);
    expect(shown.stdout).toMatch(/^DELETE \S+\/providers\/\S+\n$/);
    expect(changes()).toEqual([]);
    const { code, stderr } = await run(`providers delete ${custom!.id} --yes`);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/'Loom orders' is deleted[^]*keeps project \d+ no longer/),
    ]);
    expect(changes()).toEqual([`DELETE ${custom!.id} 204`]);
  });
});
