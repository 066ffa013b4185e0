import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemo, type DemoServer } from "../../src/demo/server.ts";
import { blocksOf, docPages, type DocPage } from "../support/docs.ts";
import { bareEnv, binary, flowrun, node, scratch, shell, type Finished } from "../support/flowrun.ts";
import { drawScreen } from "../support/picture.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

/**
 * The examples of the documents, run as they stand: each line of a page's `sh` blocks by a shell, in order, in a home and
 * a folder of the page's own, which holds a `project.json` as Adobe Developer Console gives it; each picture in its
 * `console` blocks against what the program prints. What a page exports holds for all of it. (`bash` blocks are for a
 * machine, or an account, that a test does not have.)
 */
const hasJq = spawnSync("jq", ["--version"]).status === 0;

let server: DemoServer;

beforeAll(async () => {
  server = await startDemo(() => Date.now());
});

afterAll(() => server.close());

/** What "Download all" gives for the demo's project. */
function project() {
  const block = { client_id: server.clientId, client_secrets: [server.clientSecret], scopes: server.scopes };
  const credential = { id: "1", name: "On call", oauth_server_to_server: block };
  const details = { credentials: [credential], services: [{ code: "AdobeIOManagementAPISDK" }] };
  const org = { id: server.consumerOrgId, ims_org_id: server.imsOrgId };
  return { project: { id: server.projectId, org, workspace: { id: server.workspaceId, details } } };
}

const exported = /^export (\w+)=(\S+)$/;

/** Whole commands: without comments, and with what a `|` at the end of a line goes on with. */
function commandsOf(text: string): readonly string[] {
  return text
    .replace(/\|\n\s*/g, "| ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !exported.test(line));
}

interface Picture {
  readonly line: string;
  readonly shown: readonly string[];
}

/** What stands in a page's `console` blocks after each `$`. */
function picturesOf(page: DocPage): readonly Picture[] {
  return blocksOf(page)
    .filter(({ language }) => language === "console")
    .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
    .map((part) => {
      const [line = "", ...shown] = part.trimEnd().split("\n");
      return { line, shown };
    })
    .filter(({ line }) => !exported.test(line));
}

/** What a page exports in its `sh` and `console` blocks. */
function exportsOf(page: DocPage): Record<string, string> {
  const lines = blocksOf(page)
    .filter(({ language }) => language === "sh" || language === "console")
    .flatMap(({ text }) => text.split("\n").map((line) => line.replace(/^\$ /, "")));
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = exported.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function isEndless(line: string): boolean {
  return /^flowrun (?:tail|listen)\b/.test(line);
}

/** What says nothing on stdout, or nothing as long as all is well. */
const quiet =
  />>? |--out |--to |-o report\.|flowrun (?:login|registrations use|profile (?:use|remove)|cursor (?:set|delete)|config (?:set|unset)|archive (?:sync|import|reindex|export \S)|tail|listen)|verdict|last/;

const runnable = docPages.filter((page) => blocksOf(page).some(({ language }) => ["sh", "console"].includes(language)));

describe.each(runnable.map((page) => [page.path, page] as const))("%s", (path, page) => {
  let home: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "flowrun-test-"));
    const bin = join(home, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "flowrun"), `#!/bin/sh\nexec "${node}" "${binary}" "$@"\n`, { mode: 0o755 });
    await writeFile(join(home, "project.json"), JSON.stringify(project()));
    const bare = bareEnv(home);
    env = {
      ...bare,
      PATH: `${bin}:${bare["PATH"] ?? ""}`,
      FLOWRUN_IMS_URL: server.imsUrl,
      FLOWRUN_API_URL: server.apiUrl,
      ...exportsOf(page),
    };
  });

  afterAll(() => rm(home, { recursive: true, force: true }));

  /** Runs a line as a user types it; what would go on for ever is stopped like by Ctrl-C. */
  function run(line: string): Promise<Finished> {
    const bounded = isEndless(line) ? 'timeout --signal=INT 4 bash -o pipefail -c "$LINE"' : `set -o pipefail; ${line}`;
    return shell(bounded, { env: { ...env, LINE: line }, cwd: home });
  }

  const examples = blocksOf(page).filter(({ language }) => language === "sh");
  describe.each(examples.map(({ heading, text }) => [heading, commandsOf(text)] as const))("%s", (_, lines) => {
    for (const line of lines) {
      const needsJq = /\bjq\b/.test(line) && !hasJq;
      test.skipIf(needsJq)(needsJq ? `${line} (no jq here)` : line, async () => {
        const { code, stdout, stderr } = await run(line);
        const told = Number(/# exit (\d+)$/.exec(line)?.[1] ?? 0);
        expect({ code, stderr }).toEqual({ code: isEndless(line) ? 124 : told, stderr });
        if (told !== 0) return;
        expect(stderr).not.toMatch(/^error:|"flowrun\.error"/m);
        if (!quiet.test(line)) expect(stdout).not.toBe("");
      });
    }
  });

  const isFirst = path === "README.md";
  const pictures = picturesOf(page);
  for (const { line, shown } of isFirst ? pictures.slice(1) : pictures) {
    test(`prints what is shown: ${line}`, async () => {
      const { code, stdout } = await run(line);
      expect(code).toBe(0);
      for (const part of shown.join("\n").split(/\n?^…$\n?/m)) expect(stdout).toContain(part);
    });
  }

  if (!isFirst) return;
  test.skipIf(!hasTerminal)("the first example fits a terminal of 80 columns and 24 lines", async () => {
    const { line, shown } = pictures[0] ?? { line: "", shown: [] };
    const terminal = await openTerminal(line, { env });
    const screen = (await terminal.shows("exit 0")).split("\n").map((text) => text.trimEnd());
    // The week moves along with the clock, so times and counts are other ones, and the last run of each cause.
    const shape = (text: string): string =>
      text
        .replace(/^ {2}[\da-f]{8} .*/, "  run")
        .replace(/(?<=flowrun show )[\da-f]{8}/, "run")
        .replace(/[\d,.]+/g, "#")
        .replace(/(?<=^\w+ +)[·▁▂▃▄▅▆▇█]+/, "▁")
        .replace(/ {2,}/g, "  ");
    const shapes = (lines: readonly string[]): readonly string[] =>
      lines.map(shape).filter((line, at, all) => line !== "  run" || all[at - 1] !== line);
    const drawn = screen.slice(0, screen.indexOf("exit 0"));
    expect(shapes(drawn)).toEqual(shapes(shown));
    expect(drawn.length + 2).toBeLessThanOrEqual(24);
    expect(`$ ${line}`.length).toBeLessThanOrEqual(80);
    // A prompt before it and one after it.
    expect(shown.length + 2).toBeLessThanOrEqual(24);
  });
});

test("docs/show.svg is what show prints (drawn anew by -u)", async () => {
  const args = ["show", "fd4c3794", "--profile", "demo", "--color", "always"];
  const { stdout } = await flowrun(args, { env: bareEnv(await scratch()) });
  const lines = stdout.trimEnd().split("\n");
  const from = lines.findIndex((text) => text.includes("ERRORS"));
  // What comes after the errors tells times.
  const to = lines.findIndex((text) => text.includes("BEFORE") || text.includes("NEXT"));
  expect(from).toBeGreaterThan(0);
  const tree = lines.slice(from, to - 1);
  await expect(drawScreen(["$ flowrun show fd4c3794", "…", ...tree], 80)).toMatchFileSnapshot("../../docs/show.svg");
});
