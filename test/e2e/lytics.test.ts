import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import type { LyticsItem } from "../../src/demo/lytics/story.ts";
import { startServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { bareEnv, binary, flowrun, launch, node, records, scratch, shell, start } from "../support/flowrun.ts";
import { workEvent } from "../support/lytics.ts";

/** An account of Lytics on loopback, and a user who has its token. */
async function openAccount(items: readonly LyticsItem[], faults: readonly FaultRule[] = []) {
  const server = await startServer({
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    source: listedSource([]),
    faults,
    lytics: { between: (from, to) => items.filter(({ at }) => at >= from && at <= to), token: "a-secret-token" },
  });
  onTestFinished(() => server.close());
  const home = await scratch();
  const env = {
    ...bareEnv(home),
    FLOWRUN_LYTICS_TOKEN: "a-secret-token",
    FLOWRUN_LYTICS_URL: server.origin,
  };
  return { server, home, env };
}

const idsOf = (text: string): unknown[] => records(text).map(({ eventId }) => eventId);

describe("the demo's day of works", () => {
  test("since, tail, since last, and a kill in between", async () => {
    const home = await scratch();
    const env = { ...bareEnv(home), FLOWRUN_PROFILE: "demo" };
    const day = await flowrun("lytics since -P1D --subject-type work --json --exit-status".split(" "), { env });
    expect(records(day.stdout).length).toBeGreaterThan(100);
    expect(records(day.stdout)).toContainEqual(expect.objectContaining({ type: "flowrun.job", status: "success" }));
    const tail = start("lytics tail --since last --json".split(" "), { env });
    // Something happens every three seconds, after seven days.
    await tail.saw('"notes":"started by hand"');
    // On a slow machine that is in the first answer, whose place is saved after it is printed.
    const saved = join(home, "flowrun", "cursors", "demo", "lytics.json");
    await expect.poll(() => existsSync(saved), { interval: 20, timeout: 60_000 }).toBe(true);
    tail.child.kill("SIGKILL");
    await tail.finished;
    const before = tail.stdout();
    const after = await flowrun("lytics since last --json".split(" "), { env });
    expect(after.code).toBe(0);
    // The one who was killed had saved all but what it printed last.
    expect(records(after.stdout).length).toBeLessThan(500);
    expect(new Set(idsOf(before)).size).toBe(idsOf(before).length);
  });

  test("a whole line of people: names, formats, columns, a place that is shown", async () => {
    const env = { ...bareEnv(await scratch()), FLOWRUN_PROFILE: "demo" };
    const { stdout, code } = await shell(
      "flowrun lytics since -P7D --status failed --names -o csv | cut -d, -f2,5,6 | sort -u; flowrun lytics since last -q -n 1 -o name | wc -l; flowrun cursor list -o name",
      { env },
    );
    expect(code).toBe(0);
    expect(stdout).toContain("failed,Newsletter readers to Mailchimp,failed");
    expect(stdout).toMatch(/^\s*1\nlytics\n$/m);
  });
});

describe("kill -9 in the middle of since last", () => {
  const count = 1500;
  const minute = 60_000;
  const some = (name: string, at: number, n = count): LyticsItem[] =>
    Array.from({ length: n }, (_, index) => workEvent(`${name}-${String(index)}`, at + index * 20));

  test("while pages are read: nothing was printed, nothing is lost", async () => {
    const items = some("a", Date.now() - 10 * minute);
    const faults: FaultRule[] = [{ on: "api", at: 7, fault: { kind: "hang" } }];
    const { env, home, server } = await openAccount(items, faults);
    const file = join(home, "events.ndjson");
    const line = `exec "${node}" "${binary}" lytics since last --json >> "${file}"`;
    const running = launch("bash", ["-c", line], { env });
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBe(8);
    running.child.kill("SIGKILL");
    await running.finished;
    expect(await readFile(file, "utf8")).toBe("");
    expect((await shell(`flowrun lytics since last --json >> "${file}"`, { env })).code).toBe(0);
    expect(idsOf(await readFile(file, "utf8"))).toEqual(items.map(({ item }) => item["id"]));
  });

  test("once something is printed: only that comes again, and no line is spoiled", async () => {
    const items = some("a", Date.now() - 30 * minute);
    const { env, home } = await openAccount(items);
    const file = join(home, "events.ndjson");
    const line = `exec "${node}" "${binary}" lytics since last --json >> "${file}"`;
    const read = async (): Promise<string> => readFile(file, "utf8").catch(() => "");
    await launch("bash", ["-c", line], { env }).finished;
    const first = await read();
    expect(idsOf(first)).toHaveLength(count);
    items.push(...some("b", Date.now() - 20 * minute));
    const running = launch("bash", ["-c", line], { env });
    // As soon as there is any of it, wherever the process is then.
    while ((await read()).length === first.length && running.child.exitCode === null) await delay(1);
    running.child.kill("SIGKILL");
    await running.finished;
    await launch("bash", ["-c", line], { env }).finished;
    const whole = (await read()).split("\n").filter((text) => isJson(text));
    const times = new Map<string, number>();
    for (const id of idsOf(whole.join("\n"))) times.set(String(id), (times.get(String(id)) ?? 0) + 1);
    expect(items.filter(({ item }) => !times.has(String(item["id"])))).toEqual([]);
    expect([...times].filter(([id, n]) => (id.startsWith("a-") ? n !== 1 : n > 2))).toEqual([]);
    const before = await read();
    await launch("bash", ["-c", line], { env }).finished;
    expect(await read()).toBe(before);
  });

  /** A line that was cut in the middle is none, and the next one begins below it. */
  function isJson(text: string): boolean {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
});

test("Ctrl-C ends a tail with 130, and its place is saved", async () => {
  const items = [workEvent("a", Date.now() - 60_000)];
  const { env } = await openAccount(items);
  const tail = start("lytics tail --since last --json".split(" "), { env });
  await tail.saw('"eventId":"a"');
  tail.child.kill("SIGINT");
  const { code, stderr } = await tail.finished;
  expect(code).toBe(130);
  expect(stderr).toContain("1 event printed, 0 failed · 1 read");
  expect((await flowrun("lytics since last --json".split(" "), { env })).stdout).toBe("");
});

test("a reader that goes away ends it quietly, and loses nothing", async () => {
  const items = Array.from({ length: 3000 }, (_, n) => workEvent(`event-${String(n)}`, Date.now() - 600_000 + n));
  const { env } = await openAccount(items);
  const { stdout, code } = await shell("flowrun lytics since last --json -q | head -n 1 | wc -l", { env });
  expect([code, stdout.trim()]).toEqual([0, "1"]);
  const { stdout: again } = await flowrun("lytics since last --json".split(" "), { env });
  expect(idsOf(again)).toContain("event-2999");
});

test("one that moves the cursor keeps others from it", async () => {
  const { env } = await openAccount([workEvent("a", Date.now() - 60_000)]);
  const tail = start("lytics tail --since last --json".split(" "), { env });
  await tail.saw('"eventId":"a"');
  const second = await start("lytics since last".split(" "), { env }).finished;
  expect([second.code, second.stderr]).toEqual([2, expect.stringContaining("the cursor 'lytics' is being moved by")]);
  tail.child.kill("SIGTERM");
  await tail.finished;
});

test("the token stands in no output, whatever is asked for", async () => {
  const { env, home } = await openAccount(
    [workEvent("a", Date.now() - 60_000)],
    [{ on: "api", at: 2, fault: { kind: "status", status: 401 } }],
  );
  const file = join(home, "debug.txt");
  const told = [];
  for (const line of [`lytics since -P1D -vv --debug-file ${file}`, "lytics since last -v", "lytics since -P1D -vv"]) {
    const { stdout, stderr } = await start(line.split(" "), { env }).finished;
    told.push(stdout, stderr);
  }
  const text = [...told, await readFile(file, "utf8")].join("\n");
  expect(text).toContain("authorization: [secret]");
  expect(text).toContain("Lytics does not take the token");
  expect(text).not.toContain("a-secret-token");
});

describe("login lytics", () => {
  test("a token from stdin is proven, saved, and shown nowhere", async () => {
    const { env: all } = await openAccount([workEvent("one", Date.now() - 60_000, { account_id: "acme-7" })]);
    const { FLOWRUN_LYTICS_TOKEN: token, ...env } = all;
    const done = await flowrun("login lytics --secret-stdin -v".split(" "), { env, input: `${token}\n` });
    expect(done.code).toBe(0);
    expect(done.stderr).toContain("logged in to Lytics: profile 'default', account acme-7");
    const listed = await flowrun("config list -o json".split(" "), { env });
    expect(JSON.parse(listed.stdout)).toMatchObject({ lyticsToken: "[secret]" });
    const read = await flowrun("lytics since -P1D -o name".split(" "), { env });
    expect(read.stdout).toBe("one\n");
    const examined = await flowrun("doctor -o ndjson".split(" "), { env });
    const finding = records(examined.stdout).find(({ check }) => check === "lytics");
    expect(finding).toMatchObject({ verdict: "ok", text: "Lytics takes the token of account acme-7" });
    const out = await flowrun(["logout"], { env });
    expect(out.code).toBe(0);
    expect((await flowrun("lytics since -P1D".split(" "), { env })).code).toBe(2);
    expect([done, listed, read, examined, out].flatMap((one) => [one.stdout, one.stderr]).join("")).not.toContain(
      token,
    );
  });

  test("a token that is refused is not saved, nor is a file of Adobe's one for it", async () => {
    const { env: all } = await openAccount([]);
    const env = { ...all, FLOWRUN_LYTICS_TOKEN: "" };
    const refused = await flowrun("login lytics --secret-stdin".split(" "), { env, input: "another-token" });
    expect(refused.code).toBe(4);
    expect(refused.stderr.trim().split("\n").slice(0, 3).join("\n")).toMatch(/does not take[^]*why:[^]*fix:/);
    expect((await flowrun("config get lyticsToken".split(" "), { env })).code).toBe(1);
    const file = await flowrun("login lytics --from project.json".split(" "), { env });
    expect([file.code, file.stderr]).toEqual([2, expect.stringContaining("--from has no meaning with login lytics")]);
    const nobody = await flowrun("login lytics".split(" "), { env });
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("needs a token")]);
  });
});
