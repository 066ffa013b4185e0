import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareEnv, flowrun, records, scratch, start, type Finished, type Running } from "../support/flowrun.ts";
import { canMount, whyNoMount, withMounts } from "../support/machine.ts";
import { openJournal, runEvent, type JournalOptions, type OpenJournal } from "../support/journal.ts";

/** Several organisations at once: a profile for each, and a journal behind each. */
interface Agency {
  readonly journals: Readonly<Record<string, OpenJournal>>;
  readonly env: Record<string, string>;
  readonly run: (args: string, more?: Readonly<Record<string, string>>) => Promise<Finished>;
  readonly start: (args: string) => Running;
}

/** Profiles by name, each with a journal of its own; `null` for one whose IMS refuses its secret. */
async function openAgency(profiles: Readonly<Record<string, JournalOptions | null>>): Promise<Agency> {
  const env = bareEnv(await scratch());
  const folder = join(env["FLOWRUN_HOME"] ?? "", "profiles");
  await mkdir(folder, { recursive: true });
  const journals: Record<string, OpenJournal> = {};
  for (const [name, options] of Object.entries(profiles)) {
    const journal = await openJournal(options ?? {});
    const { clientId, clientSecret, imsOrgId, scopes, journalUrl, imsUrl, apiUrl } = journal.server;
    const secret = options === null ? "p8e-not-the-right-one" : clientSecret;
    const saved = { clientId, clientSecret: secret, imsOrgId, scopes: scopes.join(","), journalUrl, imsUrl, apiUrl };
    await writeFile(join(folder, `${name}.json`), JSON.stringify(saved), { mode: 0o600 });
    journals[name] = journal;
  }
  return {
    journals,
    env,
    run: (args, more) => flowrun(args.split(" "), { env: { ...env, ...more } }),
    start: (args) => start(args.split(" "), { env }),
  };
}

/** Runs `<name>-0`, `<name>-1`, …: the first of them updated at that minute of this hour, the next ones as much later. */
function runsOf(name: string, minutes: readonly number[], status = "success"): readonly unknown[] {
  const hour = Date.now() - 7_200_000;
  return minutes.map((minute, n) =>
    runEvent(n, {
      id: `${name}-${String(n)}`,
      eventId: `${name}-e${String(n)}`,
      status,
      updatedAt: hour + minute * 60_000,
    }),
  );
}

const idsIn = ({ stdout }: Pick<Finished, "stdout">) => records(stdout).map(({ runId }) => runId);
const ownerIn = ({ stdout }: Finished) =>
  records(stdout).map(({ runId, profile }) => `${String(profile)}/${String(runId)}`);

describe("several profiles are read side by side", () => {
  it("in the order of their runs' times, each with its profile, and all are counted", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("a", [1, 3, 5, 9]) },
      globex: { events: runsOf("g", [2, 4, 8], "failed") },
    });
    const done = await agency.run("since oldest --profile acme,globex --json");
    expect(done.code).toBe(0);
    expect(ownerIn(done)).toEqual([
      "acme/a-0",
      "globex/g-0",
      "acme/a-1",
      "globex/g-1",
      "acme/a-2",
      "globex/g-2",
      "acme/a-3",
    ]);
    expect(done.stderr).toMatch(/^7 runs printed, 3 failed · 7 events, .*$/m);
    expect(done.stderr).toMatch(/^acme 4 runs, 0 failed · globex 3 runs, 3 failed$/m);
  });

  it("on one page, which tells whose each flow is, and of the one that could not be read", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("a", [1, 3, 5, 9]) },
      globex: { events: runsOf("g", [2, 4, 8], "failed") },
      refused: null,
    });
    const { code, stdout } = await agency.run("report -P1D --all-profiles -o - -q");
    expect(code).toBe(4);
    const [, coverage = ""] = stdout.split("<h2>Coverage</h2>");
    expect(stdout).toMatch(/<span class="place">acme, prod<\/span>/);
    expect(stdout).toMatch(/<span class="place">globex, prod<\/span>/);
    expect(coverage).toMatch(/acme: the journal<\/th>.*<td>nothing<\/td>/);
    expect(coverage).toMatch(/globex: the journal<\/th>.*<td>nothing<\/td>/);
    expect(coverage).toMatch(/refused: the journal<\/th>.*it could not be read/);
    const hidden = await agency.run("report -P1D --profile acme,globex -o - -q --redact");
    expect(hidden.code).toBe(0);
    expect(hidden.stdout).not.toMatch(/acme|globex|prod/);
    expect(hidden.stdout).toMatch(/profile [0-9a-f]{8}: the journal/);
    const none = await agency.run("report -P1D --profile refused,refused2 -o -");
    expect(none.code).toBeGreaterThan(0);
    expect(none.stdout).toBe("");
  });

  it("with the profile among the usual columns, and only then", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1]) }, globex: { events: runsOf("g", [2]) } });
    const both = await agency.run("since oldest --all-profiles -o csv");
    expect(both.stdout.split("\n")[0]?.split(",").slice(0, 3)).toContain("profile");
    const one = await agency.run("since oldest --profile acme -o csv");
    expect(one.stdout.split("\n")[0]?.split(",")).not.toContain("profile");
    const json = await agency.run("since oldest --profile acme --json");
    expect(ownerIn(json)).toEqual(["acme/a-0"]);
  });

  it("as one array, of every profile that is saved, the demo among them where it is named", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1]) }, globex: { events: runsOf("g", [2]) } });
    const all = await agency.run("since oldest --all-profiles -o json");
    expect(JSON.parse(all.stdout)).toMatchObject([{ profile: "acme" }, { profile: "globex" }]);
    const demo = await agency.run("since -PT2H --profile acme --profile demo,acme --json");
    expect(demo.code).toBe(0);
    expect(new Set(records(demo.stdout).map(({ profile }) => profile))).toEqual(new Set(["acme", "demo"]));
    expect(idsIn(demo).filter((id) => id === "a-0")).toHaveLength(1);
  });

  it("and a condition sees whose a run is", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1]) }, globex: { events: runsOf("g", [2]) } });
    const found = await flowrun(["since", "oldest", "--all-profiles", "--json", "--where", 'profile == "globex"'], {
      env: agency.env,
    });
    expect(idsIn(found)).toEqual(["g-0"]);
  });

  it("to a number of runs over all of them, and no more", async () => {
    const minutes = Array.from({ length: 30 }, (_, n) => n);
    const agency = await openAgency({
      acme: { events: runsOf("a", minutes) },
      globex: { events: runsOf("g", minutes) },
    });
    for (const most of [1, 2, 31]) {
      const { code, stdout } = await agency.run(`since oldest --all-profiles --json --limit 5 -n ${String(most)}`);
      expect(code).toBe(0);
      expect(records(stdout)).toHaveLength(most);
    }
  });

  it("to the newest of all, however far apart the readings are", async () => {
    const minutes = Array.from({ length: 3000 }, (_, n) => n / 50);
    const agency = await openAgency({
      acme: { events: runsOf("a", minutes) },
      globex: { events: runsOf("g", minutes), latencyMs: 700 },
    });
    const ids = idsIn(await agency.run("since oldest --all-profiles --json --last 4800 --limit 1000 --jobs 1"));
    expect(ids).toHaveLength(4800);
    expect(ids.filter((id) => String(id).startsWith("a-"))).toHaveLength(2400);
  });

  it("and --exit-status looks at the runs of all", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("a", [1]) },
      globex: { events: runsOf("g", [2], "failed") },
    });
    expect((await agency.run("since oldest --all-profiles --exit-status")).code).toBe(3);
    expect((await agency.run("since oldest --profile acme, --exit-status")).code).toBe(0);
  });
});

describe("one profile that fails", () => {
  it("is named in three lines, does not end the others, and gives the exit code", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1, 2]) }, globex: null });
    const done = await agency.run("since oldest --all-profiles --json -q");
    expect(done.code).toBe(4);
    expect(ownerIn(done)).toEqual(["acme/a-0", "acme/a-1"]);
    expect(JSON.parse(done.stderr)).toMatchObject({ type: "flowrun.error", profile: "globex", exitCode: 4 });
    const told = await agency.run("since oldest --all-profiles");
    expect(told.stderr).toMatch(/^error: globex: .*\n {2}why: .*\n {2}fix: .*$/m);
    expect(told.stderr.match(/^error: /gm)).toHaveLength(1);
    expect(told.stderr).toMatch(/^acme 2 runs, 0 failed · globex could not be read$/m);
  });

  it("leaves the number of runs that matched as it is, where only the newest are printed", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1, 2, 3, 4]) } });
    const half = join(agency.env["FLOWRUN_HOME"] ?? "", "profiles", "globex.json");
    await writeFile(half, "{}", { mode: 0o600 });
    const done = await agency.run('since oldest --all-profiles --json --last 1 --where status=="success"');
    expect(idsIn(done)).toEqual(["a-3"]);
    expect(done.stderr).toContain("4 of 4 runs matched · 1 run printed");
  });

  it("is not hidden by a run that failed, nor hides one: the worst exit code counts", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1], "failed") }, globex: null });
    expect((await agency.run("since oldest --all-profiles --exit-status")).code).toBe(4);
  });

  it("in the middle of its journal leaves what it gave, and the others", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("a", [1, 2, 3, 4]), faults: [{ at: 1, fault: { kind: "status", status: 403 } }] },
      globex: { events: runsOf("g", [1, 2, 3, 4]) },
    });
    const done = await agency.run("since oldest --all-profiles --json --limit 2 --jobs 1");
    expect(done.code).toBe(4);
    expect(idsIn(done).filter((id) => String(id).startsWith("g-"))).toEqual(["g-0", "g-1", "g-2", "g-3"]);
    expect(done.stderr).toMatch(/acme 2 runs, 0 failed, then could not be read/);
  });

  it("all of them: nothing is printed, and each is told", async () => {
    const agency = await openAgency({ acme: null, globex: null });
    for (const line of ["since oldest", "stats", "show 12345678"]) {
      const done = await agency.run(`${line} --all-profiles`);
      expect(done.code).toBe(4);
      expect(done.stdout).toBe("");
      expect(done.stderr.match(/^error: (acme|globex): /gm)).toHaveLength(2);
    }
  });
});

describe("a name that cannot be meant is told before anything is asked", () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["since oldest --profile acme,gloxeb", {}, /there is no profile 'gloxeb'\n {2}why: there are: acme, globex, demo/],
    ["since oldest --profile acme,../x", {}, /cannot be a profile's name/],
    ["since oldest --profile ,", {}, /--profile names no profile/],
    ["since oldest --profile acme --all-profiles", {}, /--profile and --all-profiles do not go together/],
    ["since --from x.ndjson --profile acme,globex", {}, /--from and several profiles do not go together/],
    ["stats --from x.ndjson --all-profiles", {}, /--from and --all-profiles do not go together/],
    [
      "tail --all-profiles",
      { FLOWRUN_JOURNAL_URL: "https://x.adobe.io/y" },
      /FLOWRUN_JOURNAL_URL goes before every prof/,
    ],
  ])("%s", async (line, more, words) => {
    const agency = await openAgency({ acme: {}, globex: {} });
    const { code, stderr, stdout } = await agency.run(line, more);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(words);
    for (const { server } of Object.values(agency.journals)) expect(server.requests).toEqual([]);
  });

  it("--all-profiles where none is saved", async () => {
    const { code, stderr } = await flowrun(["since", "oldest", "--all-profiles"], { env: bareEnv(await scratch()) });
    expect(code).toBe(2);
    expect(stderr).toContain("--all-profiles finds no profile");
  });
});

describe("cursors", () => {
  it("are each profile's own, and move with what was printed", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1, 3]) }, globex: { events: runsOf("g", [2]) } });
    const first = await agency.run("since last --all-profiles --json");
    expect(new Set(idsIn(first))).toEqual(new Set(["a-0", "a-1", "g-0"]));
    const [, , , late] = runsOf("g", [1, 2, 3, 4]);
    agency.journals["globex"]?.add(late);
    // Read alone, a profile goes on from where it was among the others.
    expect(idsIn(await agency.run("since last --profile acme --json"))).toEqual([]);
    expect(idsIn(await agency.run("since last --profile acme,globex --json"))).toEqual(["g-3"]);
    expect(idsIn(await agency.run("since last --profile globex --json"))).toEqual([]);
  });

  it("never pass a run that was not printed, where the number of runs is limited", async () => {
    const minutes = Array.from({ length: 9 }, (_, n) => n);
    const agency = await openAgency({
      acme: { events: runsOf("a", minutes) },
      globex: { events: runsOf("g", minutes) },
    });
    const got: unknown[] = [];
    for (let round = 0; round < 8; round += 1) {
      got.push(...idsIn(await agency.run("since last --all-profiles --json --limit 4 -n 3")));
    }
    expect(got).toHaveLength(18);
    expect(new Set(got).size).toBe(18);
  });

  it.each(["", "--out"])("of one that fails in the middle pass what it gave %s", async (option) => {
    const minutes = Array.from({ length: 9 }, (_, n) => n);
    const agency = await openAgency({
      acme: { events: runsOf("a", minutes) },
      globex: { events: runsOf("g", minutes) },
    });
    const file = join(await scratch(), "runs.ndjson");
    const read = async (): Promise<{ readonly code: number | null; readonly ids: readonly unknown[] }> => {
      const to = option === "" ? "" : ` --out ${file}`;
      const done = await agency.run(`since last --all-profiles --json --limit 2 --retries 0${to}`);
      return { code: done.code, ids: idsIn(option === "" ? done : { ...done, stdout: await readFile(file, "utf8") }) };
    };
    agency.journals["globex"]?.fault({ at: [3, 4], fault: { kind: "status", status: 500 } });
    const first = await read();
    expect(first.code).toBe(5);
    expect(first.ids).toContain("g-0");
    expect(first.ids).not.toContain("g-8");
    agency.journals["globex"]?.fault();
    const second = await read();
    expect(second.code).toBe(0);
    const all = [...first.ids, ...second.ids];
    expect([all.length, new Set(all).size]).toEqual([18, 18]);
  });

  it.skipIf(!canMount)(`of one that cannot be saved: the others are${whyNoMount}`, async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1, 2]) }, globex: { events: runsOf("g", [1, 2]) } });
    const line = `mkdir -p "$FLOWRUN_HOME/cursors/acme"; mount -t tmpfs -o ro,mode=700 none "$FLOWRUN_HOME/cursors/acme"
      flowrun since last --all-profiles --json --out first; echo "exit $?"`;
    const cwd = await scratch();
    const { stdout, stderr } = await withMounts(line, { env: agency.env, cwd }).finished;
    expect(stdout).toBe("exit 1\n");
    expect(stderr).toContain("could not be saved");
    expect(new Set(idsIn({ stdout: await readFile(join(cwd, "first"), "utf8") }))).toEqual(
      new Set(["a-0", "a-1", "g-0", "g-1"]),
    );
    expect(idsIn(await agency.run("since last --all-profiles --json"))).toEqual(["a-0", "a-1"]);
  });

  it("of one that fails stay, and those of the others move", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1, 2]) }, globex: null });
    expect((await agency.run("since last --all-profiles --json")).code).toBe(4);
    const again = await agency.run("since last --all-profiles --json");
    expect([again.code, again.stdout]).toEqual([4, ""]);
  });
});

describe("the other commands", () => {
  it("stats counts over all, and by profile", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("a", [1, 2, 3]) },
      globex: { events: runsOf("g", [2], "failed") },
    });
    const { code, stdout } = await agency.run("stats -P1D --all-profiles --by profile -o json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      total: { runs: 4, failed: 1 },
      groups: [
        { key: "acme", runs: 3 },
        { key: "globex", runs: 1 },
      ],
    });
  });

  it("stats sets windows of all beside each other", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("a", [20, 90, 91]) },
      globex: { events: runsOf("g", [21], "failed") },
      quiet: { events: [] },
    });
    const { code, stdout } = await agency.run(
      "stats -PT1H --compare --all-profiles --by profile -o json --exit-status",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      total: { runs: 2, failed: 0 },
      previous: { partial: false, total: { runs: 2, failed: 1 } },
      changes: {
        groups: [
          { key: "acme", change: "more", runs: 2, previousRuns: 1 },
          { key: "globex", change: "gone", runs: 0, previousRuns: 1 },
        ],
      },
    });
    const part = await agency.run("stats -P4D --compare --all-profiles -o json");
    expect(part.stderr.match(/warning: the journal has only a part/g)).toHaveLength(1);
  });

  it("show looks in all", async () => {
    const agency = await openAgency({
      acme: { events: runsOf("acme-run", [1, 2]) },
      globex: { events: runsOf("globex-run", [2]) },
    });
    const { code, stdout } = await agency.run("show globex-run-0 --all-profiles -o json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ runId: "globex-run-0", profile: "globex" }]);
    const none = await agency.run("show nobody-has-it --all-profiles");
    expect([none.code, none.stdout]).toEqual([1, ""]);
  });

  it("wait ends with the first match of any, and prints one run", async () => {
    const agency = await openAgency({ acme: { events: [] }, globex: { events: [] }, initech: null });
    const waiting = agency.start("wait --since oldest --all-profiles --json --timeout 60s");
    await waiting.saw(/error: |flowrun\.error/, "stderr");
    agency.journals["globex"]?.add(...runsOf("g", [1], "failed"));
    agency.journals["acme"]?.add(...runsOf("a", [1], "failed"));
    const done = await waiting.finished;
    expect(done.code).toBe(3);
    expect(records(done.stdout)).toHaveLength(1);
  });

  it("tail follows all, and goes on with those that are left", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1]) }, globex: { events: [] }, initech: null });
    const tail = agency.start("tail --since oldest --all-profiles --json");
    await tail.saw("a-0");
    await tail.saw(/initech/, "stderr");
    agency.journals["globex"]?.add(...runsOf("g", [1]));
    await tail.saw("g-0");
    tail.child.kill("SIGINT");
    const done = await tail.finished;
    expect(done.code).toBe(130);
    expect(ownerIn(done)).toEqual(["acme/a-0", "globex/g-0"]);
  });

  it("tail doubts a word once, and not once for each", async () => {
    const agency = await openAgency({ acme: { events: runsOf("a", [1]) }, globex: { events: runsOf("g", [1]) } });
    const until = new Date(Date.now() - 3_600_000).toISOString();
    const done = await agency.run(`tail --since oldest --until ${until} --all-profiles --json --status sucess`);
    expect(done.code).toBe(0);
    expect(done.stderr.match(/did you mean "success"/g)).toHaveLength(1);
  });

  it("and a reader that goes away ends all, quietly", async () => {
    const many = Array.from({ length: 500 }, (_, n) => n / 10);
    const agency = await openAgency({ acme: { events: runsOf("a", many) }, globex: { events: runsOf("g", many) } });
    const tail = agency.start("tail --since oldest --all-profiles --json --limit 50");
    await tail.saw("a-0");
    tail.child.stdout?.destroy();
    const done = await tail.finished;
    expect(done.code).toBe(0);
    expect(done.stderr).not.toContain("error");
  });
});
