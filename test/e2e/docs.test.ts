import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemo, type DemoServer } from "../../src/demo/server.ts";
import { bareEnv, binary, node, shell, type Finished } from "../support/flowrun.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

/**
 * The examples of the README, run as they stand: each line of its `sh` blocks by a shell, in order, in one home and one
 * folder, which holds a `project.json` as Adobe Developer Console gives it; each picture in its `console` blocks against
 * what the program prints. (`bash` blocks are for a machine, or an account, that a test does not have.)
 */
const readme = readFileSync("README.md", "utf8");
const hasJq = spawnSync("jq", ["--version"]).status === 0;

let server: DemoServer;
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  server = await startDemo(() => Date.now());
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
  };
});

afterAll(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

/** What "Download all" gives for the demo's project. */
function project() {
  const block = { client_id: server.clientId, client_secrets: [server.clientSecret], scopes: server.scopes };
  const credential = { id: "1", name: "On call", oauth_server_to_server: block };
  const details = { credentials: [credential], services: [{ code: "AdobeIOManagementAPISDK" }] };
  const org = { id: server.consumerOrgId, ims_org_id: server.imsOrgId };
  return { project: { id: server.projectId, org, workspace: { id: server.workspaceId, details } } };
}

/** The blocks of a language, with the heading that they stand under. */
function blocks(language: string): readonly { readonly heading: string; readonly text: string }[] {
  const found = [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))];
  return found.map(({ index, 1: text = "" }) => {
    const headings = readme.slice(0, index).match(/^#+ .*$/gm) ?? [];
    return { heading: headings.at(-1)?.replace(/^#+ /, "") ?? "", text };
  });
}

/** Whole commands: without comments, and with what a `|` at the end of a line goes on with. */
function commandsOf(text: string): readonly string[] {
  return text
    .replace(/\|\n\s*/g, "| ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Runs a line as a user types it; what would go on for ever is stopped like by Ctrl-C. */
function run(line: string): Promise<Finished> {
  const bounded = isEndless(line) ? 'timeout --signal=INT 4 bash -o pipefail -c "$LINE"' : `set -o pipefail; ${line}`;
  return shell(bounded, { env: { ...env, LINE: line }, cwd: home });
}

function isEndless(line: string): boolean {
  return line.startsWith("flowrun tail");
}

const examples = blocks("sh").map(({ heading, text }) => [heading, commandsOf(text)] as const);

/** What says nothing on stdout, or nothing as long as all is well. */
const quiet = />>? |flowrun (?:login|registrations use|profile (?:use|remove)|cursor (?:set|delete)|tail)|verdict|last/;

describe.each(examples)("%s", (_, lines) => {
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

const pictures = blocks("console").flatMap(({ text }) =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = "", ...shown] = part.trimEnd().split("\n");
      return { line, shown };
    }),
);
const [first, ...others] = pictures;

describe("pictures", () => {
  test.skipIf(!hasTerminal)(`${first?.line ?? ""}, on a terminal${hasTerminal ? "" : " (no tmux here)"}`, async () => {
    const { line = "", shown = [] } = first ?? {};
    const width = Math.max(...shown.map((text) => text.length));
    expect(width).toBeLessThanOrEqual(110);
    const terminal = await openTerminal(line, { env, columns: 110 });
    const screen = (await terminal.shows("exit 0")).split("\n").map((text) => text.trimEnd());
    // The week moves along with the clock, so times and counts are other ones.
    const shape = (text = ""): string => text.replace(/[\d,.]+/g, "#").replace(/pages?\b/, "pages");
    const drawn = screen.slice(0, screen.indexOf("exit 0"));
    expect(drawn[0]?.split(/ {2,}/)).toEqual(shown[0]?.split(/ {2,}/));
    expect(drawn.slice(-2).map(shape)).toEqual(shown.slice(-2).map(shape));
    expect(drawn.length).toBeGreaterThan(5);
  });

  test.each(others.map(({ line, shown }) => [line, shown] as const))("%s", async (line, shown) => {
    const { code, stdout } = await run(line);
    expect(code).toBe(0);
    for (const part of shown.join("\n").split(/\n?^…$\n?/m)) expect(stdout).toContain(part);
  });
});
