import { createServer } from "node:http";
import { once } from "node:events";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bareEnv, binary, flowrun, keepsCompiledCode, node, scratch } from "../support/flowrun.ts";
import {
  changeCursor,
  cursorFile,
  openJournal,
  printed,
  runEvent,
  runIds,
  type OpenJournal,
} from "../support/journal.ts";
import {
  canBecome,
  canMount,
  giveTo,
  somebody,
  startAsSomebody,
  whyNoMount,
  whyNotBecome,
  withMounts,
} from "../support/machine.ts";

/** A host that nobody should ask: what it was sent. */
async function otherHost() {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    asked.push(headers.authorization);
    response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}` };
}

describe("a `next` that somebody put into a cursor", () => {
  it.each([
    ["of another host", (url: string) => `${url}/events?since=1`],
    ["relative to the protocol", (url: string) => url.replace("http:", "")],
    ["relative", () => "/events-fast?since=1"],
    ["of plain http", () => "http://events-va6.adobe.io/events-fast?since=1"],
    ["of a host that only looks like Adobe's", () => "https://adobe.io.example.com/events?since=1"],
    ["of another kind", () => "file:///etc/passwd"],
    ["of the demo", () => "demo:/events?since=1"],
    ["that hides the host behind a name", (url: string) => `${url.replace("//", "//events-va6.adobe.io@")}/events`],
  ])("%s is damage: exit 2 names the file, and no token goes anywhere", async (_, next) => {
    const [journal, other] = await Promise.all([openJournal(), otherHost()]);
    await journal.run("since last --json");
    const asked = journal.asked().length;
    await changeCursor(journal, { next: next(other.url) });
    for (const args of ["since last --json", "tail --since last --json", "cursor show"]) {
      const { code, stderr } = await journal.run(args);
      expect(code).toBe(2);
      expect(stderr).toContain(cursorFile(journal.home));
      expect(stderr).toContain("flowrun cursor delete default");
    }
    expect((await journal.run("cursor list")).stdout).toMatch(/default +damaged/);
    expect([other.asked, journal.asked().length]).toEqual([[], asked]);
  });

  it("of the demo leads nowhere but into the demo", async () => {
    const env = bareEnv(await scratch());
    const other = await otherHost();
    const run = () => flowrun(["since", "last", "--profile", "demo", "--json"], { env });
    expect((await run()).code).toBe(0);
    const file = cursorFile(env["FLOWRUN_HOME"] ?? "", "default", "demo");
    const saved = JSON.parse(await readFile(file, "utf8")) as object;
    for (const next of [`demo:@${other.url.slice("http://".length)}/`, other.url, "data:text/plain,x"]) {
      await writeFile(file, JSON.stringify({ ...saved, next }));
      expect((await run()).code).toBe(2);
    }
    expect(other.asked).toEqual([]);
  });
});

describe("folders that others may write", () => {
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

  it("of flowrun's own making are taken from them", async () => {
    const journal = await openJournal();
    await journal.run("since last --json");
    await journal.run("config set clientId x");
    const folders = ["cursors", "cursors/default", "tokens", "profiles"].map((each) => join(journal.home, each));
    for (const folder of folders) await chmod(folder, 0o777);
    journal.add(runEvent(5));
    expect(printed(await journal.run("since last --json"))).toEqual(["run-5"]);
    await journal.run("config list");
    for (const folder of folders) expect([folder, (await modeOf(folder)) & 0o022]).toEqual([folder, 0]);
  });

  it.each([
    ["everybody", 0o777],
    ["everybody else", 0o757],
  ])("the home, which %s may write, is refused with the chmod that helps", async (_, mode) => {
    const journal = await openJournal();
    await mkdir(journal.home);
    await chmod(journal.home, mode);
    for (const args of [
      "since last --json",
      "cursor list",
      "cursor set x oldest",
      "config list",
      "profile list",
      "logout",
    ]) {
      const { code, stdout, stderr } = await journal.run(args);
      expect([args, code, stdout]).toEqual([args, 2, ""]);
      expect(stderr).toContain(`chmod go-w ${journal.home}`);
    }
    expect(journal.server.requests).toEqual([]);
    expect(await readdir(journal.home)).toEqual([]);
    await chmod(journal.home, 0o755);
    expect((await journal.run("since last --json")).code).toBe(0);
  });

  it("a home like /tmp, where everybody may write what is theirs, will do", async () => {
    const journal = await openJournal();
    await mkdir(journal.home);
    await chmod(journal.home, 0o1777);
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
  });

  it.skipIf(!canBecome)(`but not with a folder in it that somebody else put there${whyNotBecome}`, async () => {
    const journal = await openJournal();
    await mkdir(journal.home);
    await chmod(journal.home, 0o1777);
    await mkdir(join(journal.home, "cursors"));
    await chown(join(journal.home, "cursors"), somebody, somebody);
    const { code, stderr } = await journal.run("since last --json");
    expect(code).toBe(2);
    expect(stderr).toContain(`belongs to another user (${somebody})`);
  });
});

describe.runIf(keepsCompiledCode())("compiled code", () => {
  it("that others could have written is not run: it is made anew", async () => {
    const env = bareEnv(await scratch());
    const folder = join(env["FLOWRUN_HOME"] ?? "", "compiled");
    const run = () => flowrun(["since", "--help"], { env });
    await run();
    for (const open of [folder, join(folder, (await readdir(folder))[0] ?? "")]) {
      await writeFile(join(folder, "planted"), "x");
      await chmod(open, 0o777);
      expect((await run()).code).toBe(0);
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      const left = await readdir(folder);
      expect(left).not.toContain("planted");
      expect(left.length).toBeGreaterThan(0);
    }
  });

  it("is not looked for in a home that others may write, and that is said", async () => {
    const env = bareEnv(await scratch());
    const home = env["FLOWRUN_HOME"] ?? "";
    await mkdir(home);
    await chmod(home, 0o777);
    const { code, stderr } = await flowrun(["since", "--help"], { env });
    expect([code, await readdir(home)]).toEqual([0, []]);
    expect(stderr).toContain(`chmod go-w ${home}`);
  });
});

describe("logging out", () => {
  /** A profile with tokens of several scopes, secrets and clients. */
  async function withTokens() {
    const journal = await openJournal();
    const { FLOWRUN_CLIENT_SECRET: secret = "", ...rest } = journal.env;
    const env = { ...rest };
    const set = async (key: string, value: string) => {
      expect((await flowrun(["config", "set", key, value], { env })).code).toBe(0);
    };
    await set("clientId", journal.server.clientId);
    await set("imsOrgId", journal.server.imsOrgId);
    const stored = await flowrun(["config", "set", "clientSecret", "--stdin"], { env, input: secret });
    expect(stored.code).toBe(0);
    const scopes = journal.server.scopes.slice(0, 2).join(",");
    await flowrun(["since", "oldest", "--json"], { env });
    await flowrun(["since", "oldest", "--json"], { env: { ...env, FLOWRUN_SCOPES: scopes } });
    await flowrun(["since", "oldest", "--json"], { env: { ...env, FLOWRUN_CLIENT_SECRET: `${secret},another` } });
    const tokens = join(journal.home, "tokens");
    const kept = await readdir(tokens);
    // What two that were killed left behind, and what an earlier version kept.
    await writeFile(join(tokens, `${kept[0] ?? ""}.1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp`), "a token");
    await writeFile(join(journal.home, "profiles", "default.json.tmp-17000000001a2b3c"), "a secret");
    await writeFile(join(tokens, `${"0".repeat(64)}.json`), "a token");
    const left = async () =>
      (await readdir(journal.home, { recursive: true, withFileTypes: true }))
        // What Node keeps of the program, where it can, is nobody's.
        .filter((entry) => entry.isFile() && !entry.parentPath.includes("compiled"))
        .map(({ name }) => name)
        .sort();
    return { journal, env, kept, left, tokens };
  }

  it("forgets every token of the profile, whatever it was minted with, and every temporary", async () => {
    const { env, kept, left } = await withTokens();
    expect(kept).toHaveLength(3);
    const { code, stderr } = await flowrun(["logout"], { env });
    expect(code).toBe(0);
    expect(stderr).toContain("the secret and the tokens of profile 'default' are forgotten");
    expect((await left()).filter((name) => !/^default[.](?:json|lock)$/.test(name))).toEqual([]);
    expect((await flowrun(["logout"], { env })).stderr).toContain("nothing to forget");
  });

  it("so does removing the profile, damaged or not", async () => {
    const { env, left, journal } = await withTokens();
    await writeFile(join(journal.home, "profiles", "default.json"), "{", { mode: 0o600 });
    expect((await flowrun(["profile", "remove", "default"], { env })).code).toBe(0);
    expect(await left()).toEqual(["default.lock"]);
  });

  it.each(["other", "default.other", "defaults"])("another profile's token stays: %s", async (profile) => {
    const { env, tokens, kept } = await withTokens();
    const others = kept.map((name) => name.replace("default", profile));
    for (const name of others) await writeFile(join(tokens, name), "x");
    await flowrun(["logout"], { env });
    expect([...(await readdir(tokens))].sort()).toEqual([...others].sort());
  });

  it("forgets tokens that were minted without a saved secret", async () => {
    const journal = await openJournal();
    await journal.run("since oldest --json");
    const { stderr } = await journal.run("logout");
    expect(stderr).toContain("the tokens of profile 'default' are forgotten");
    expect(await readdir(join(journal.home, "tokens"))).toEqual([]);
  });

  it.skipIf(!canMount)(`says so where a token stays, and forgets the secret all the same${whyNoMount}`, async () => {
    const { env, kept, tokens, journal } = await withTokens();
    const token = join(tokens, kept[0] ?? "");
    const line = `mount --bind "${token}" "${token}"; flowrun $COMMAND; echo "exit $?"`;
    for (const COMMAND of ["logout", "profile remove default"]) {
      const { stdout, stderr } = await withMounts(line, { env: { ...env, COMMAND } }).finished;
      expect(stdout).toBe("exit 1\n");
      expect(stderr).toContain("could not be removed");
      expect(stderr).not.toMatch(/forgotten|is removed/);
      const profile = await readFile(join(journal.home, "profiles", "default.json"), "utf8").catch(() => "");
      expect(profile).not.toContain("clientSecret");
    }
  });
});

/** A cursor, half of its events read, and where its file really is. */
async function halfRead(): Promise<OpenJournal> {
  const journal = await openJournal();
  await journal.run("since last --json -n 2");
  return journal;
}

describe("state files that are not where they seem", () => {
  it.each(["cursors/default/default.json", "profiles/default.json", "used-profile"])(
    "%s, a link, stays one",
    async (name) => {
      const journal = await halfRead();
      await journal.run("config set projectId 1");
      await journal.run("profile use default");
      const [path, target] = [join(journal.home, name), join(await scratch(), "kept")];
      await rename(path, target);
      await symlink(target, path);
      const before = await readFile(target, "utf8");
      expect(printed(await journal.run("since last --json"))).toEqual(runIds(3, 2));
      expect((await journal.run("config set projectId 2")).code).toBe(0);
      await journal.run("profile use demo");
      expect((await lstat(path)).isSymbolicLink()).toBe(true);
      expect(await realpath(path)).toBe(target);
      expect(await readFile(target, "utf8")).not.toBe(before);
      expect(await readdir(dirname(target))).toEqual(["kept"]);
    },
  );

  it.skipIf(!canMount)(`a cursor that is mounted by itself is written in place${whyNoMount}`, async () => {
    const journal = await halfRead();
    const [path, target] = [cursorFile(journal.home), join(await scratch(), "kept")];
    await writeFile(target, await readFile(path));
    const line = `mount --bind "${target}" "${path}"; flowrun since last --json; echo "exit $?"; ls -A "${dirname(path)}"`;
    const { stdout, stderr } = await withMounts(line, { env: journal.env }).finished;
    const lines = stdout.split("\n");
    expect(printed({ stdout: lines.filter((each) => each.startsWith("{")).join("\n") })).toEqual(runIds(3, 2));
    expect(lines.filter((each) => !each.startsWith("{"))).toEqual(["exit 0", "default.json", "default.lock", ""]);
    expect(stderr).not.toMatch(/warning|could not/);
    await writeFile(path, await readFile(target));
    journal.add(runEvent(5));
    expect(printed(await journal.run("since last --json"))).toEqual(["run-5"]);
  });

  it.skipIf(!canMount)(`also in a folder that is read-only; shorter and longer than it was${whyNoMount}`, async () => {
    const journal = await openJournal({ events: 30 });
    await journal.run("since last --json -n 20");
    const [path, target] = [cursorFile(journal.home), join(await scratch(), "kept")];
    await writeFile(target, await readFile(path));
    const line = `
      mount --bind "${journal.home}" "${journal.home}"; mount -o remount,bind,ro "${journal.home}"; mount --bind "${target}" "${path}"
      flowrun since last --json; echo "exit $?"; flowrun cursor set default oldest; flowrun since last --json -n 5; echo "exit $?"`;
    const { stdout } = await withMounts(line, { env: journal.env }).finished;
    const [first = "", second = ""] = stdout.split("exit 0\n");
    expect(printed({ stdout: first })).toEqual(runIds(10, 20));
    expect(printed({ stdout: second })).toEqual(runIds(5));
    expect(JSON.parse(await readFile(target, "utf8"))).toMatchObject({ runs: 5 });
  });

  it.skipIf(!canMount)(`killed while it writes in place, it has skipped nothing${whyNoMount}`, async () => {
    const journal = await openJournal({ events: 400, latencyMs: 5 });
    await journal.run("since last --json -n 1");
    const path = cursorFile(journal.home);
    const folder = await scratch();
    const line = `mount --bind "${path}" "${path}"
      for tenths in 3 4 5 6 4; do timeout -s KILL 0.$tenths "$NODE" "$BINARY" since last --json -q --limit 5 >> "${folder}/runs"; done
      flowrun since last --json -q >> "${folder}/runs"; echo "exit $?"`;
    const env = { ...journal.env, NODE: node, BINARY: binary };
    expect((await withMounts(line, { env }).finished).stdout).toMatch(/exit 0\n$/);
    const whole = (await readFile(join(folder, "runs"), "utf8")).split("\n").filter((each) => each.endsWith("}"));
    expect(new Set(printed({ stdout: whole.join("\n") }))).toEqual(new Set(runIds(399, 1)));
  });

  it.skipIf(!canMount)(`deleted, it says that it is mounted${whyNoMount}`, async () => {
    const journal = await halfRead();
    const path = cursorFile(journal.home);
    const line = `mount --bind "${path}" "${path}"; flowrun cursor delete default; echo "exit $?"`;
    const { stdout, stderr } = await withMounts(line, { env: journal.env }).finished;
    expect(stdout).toBe("exit 1\n");
    expect(stderr).toContain("it is mounted by itself");
  });
});

describe.skipIf(!canBecome)(`files of root, after a sudo${whyNotBecome}`, () => {
  async function mixed() {
    const journal = await halfRead();
    const folder = journal.env["HOME"] ?? "";
    await giveTo(somebody, folder);
    const run = (args: string) => startAsSomebody(args.split(" "), { env: journal.env }).finished;
    return { journal, run };
  }

  it.each([
    ["the cursor", "cursors/default/default.json", "cursors/default/default.json"],
    ["its folder", "cursors/default", "cursors/default"],
    ["all of it", "", ""],
  ])("%s: each command names the chown that helps", async (_, given, named) => {
    const { journal, run } = await mixed();
    await giveTo(0, join(journal.home, given).replace(/[/]$/, "")).catch(() => chown(join(journal.home, given), 0, 0));
    const commands = ["since last --json", "cursor list"];
    if (given !== "cursors/default/default.json") commands.push("cursor set default oldest", "cursor delete default");
    const told = await Promise.all(commands.map(run));
    const chown_ = `sudo chown -R ${somebody} ${join(journal.home, named).replace(/[/]$/, "")}`;
    for (const [n, { code, stderr, stdout }] of told.entries()) {
      if (commands[n] === "cursor list" && code === 0) expect(stdout).toContain("damaged");
      else expect([commands[n], code === 0, stderr.includes(chown_)]).toEqual([commands[n], false, true]);
    }
  });

  it("its lock: the cursor is saved and not said to be lost, and the chown is named", async () => {
    const { journal, run } = await mixed();
    const lock = cursorFile(journal.home).replace(/json$/, "lock");
    await chown(lock, 0, 0);
    const first = await run("since last --json");
    expect([first.code, printed(first)]).toEqual([0, runIds(3, 2)]);
    expect(first.stderr).toContain(`sudo chown -R ${somebody} ${lock}`);
    expect(first.stderr).not.toMatch(/cannot be saved|could not be saved/);
    expect(printed(await run("since last --json"))).toEqual([]);
    for (const args of ["cursor set default oldest", "cursor delete default"]) {
      const { code, stderr } = await run(args);
      expect(code).toBe(1);
      expect(stderr).toContain(`sudo chown -R ${somebody} ${lock}`);
    }
  });

  it("a profile and the choice of one, too", async () => {
    const { journal, run } = await mixed();
    await run("config set projectId 1");
    const profiles = join(journal.home, "profiles");
    await giveTo(0, profiles);
    for (const args of ["config list", "config set projectId 2", "profile remove default"]) {
      const { code, stderr } = await run(args);
      expect([args, code === 0]).toEqual([args, false]);
      expect(stderr).toContain(`sudo chown -R ${somebody} ${profiles}`);
    }
    await chown(journal.home, 0, 0);
    await chmod(journal.home, 0o755);
    expect((await run("profile use demo")).stderr).toContain(`sudo chown -R ${somebody} ${journal.home}`);
  });
});

it.skipIf(!canMount)(`what was saved in the end is not said to be lost${whyNoMount}`, async () => {
  // The disk is full for the first pages, and then is not.
  const journal = await openJournal({ events: 200, latencyMs: 100 });
  await mkdir(journal.home);
  const line = `mount -t tmpfs -o size=64k none "$FLOWRUN_HOME"
    head -c 65536 /dev/zero > "$FLOWRUN_HOME/filler" 2>/dev/null
    flowrun since last --json --limit 10 > out 2> err & flowrun=$!
    until grep -q "cannot be saved" err; do sleep 0.05; done; rm "$FLOWRUN_HOME/filler"
    wait $flowrun; echo "exit $?"; cat err; cat "$FLOWRUN_HOME/cursors/default/default.json"`;
  const { stdout } = await withMounts(line, { env: journal.env, cwd: await scratch() }).finished;
  expect(stdout).toMatch(/^exit 0\n/);
  expect(stdout).not.toContain("could not be saved");
  expect(stdout).toContain('"runs":200');
});
