import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Shell } from "../../src/cli/commands/completion/completion-scripts.ts";
import { bareEnv, binary, flowrun, node, scratch } from "../support/flowrun.ts";

/** What the user has: flowrun on the PATH, two saved profiles, and a cursor in one of them. */
let env: Record<string, string>;

beforeEach(async () => {
  const home = await scratch();
  const bin = join(home, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "flowrun"), `#!/bin/sh\nexec "${node}" "${binary}" "$@"\n`);
  await chmod(join(bin, "flowrun"), 0o755);
  await mkdir(join(home, "flowrun", "profiles"), { recursive: true });
  await writeFile(join(home, "flowrun", "profiles", "production.json"), "{}");
  await writeFile(join(home, "flowrun", "profiles", "staging.json"), "not even JSON");
  await mkdir(join(home, "flowrun", "cursors", "staging"), { recursive: true });
  await writeFile(join(home, "flowrun", "cursors", "staging", "nightly.json"), "{}");
  await writeFile(join(home, "project.json"), "{}");
  await mkdir(join(home, "flowrun", "recent"), { recursive: true });
  await writeFile(join(home, "flowrun", "recent", "staging.json"), JSON.stringify(lastRead));
  const plain = bareEnv(home);
  env = { ...plain, PATH: `${bin}:${plain["PATH"] ?? ""}`, TERM: "dumb" };
});

/** What a reading of the profile has left. */
const lastRead = {
  runs: [{ id: "5ad1f6c2-0000-4000-8000-000000000001", status: "failed", flow: "Nightly load", at: null }],
  flows: [
    { id: "6b0c41d2-0000-4000-8000-000000000002", name: "Nightly load (EU)" },
    { id: "77777777-0000-4000-8000-000000000003", name: 'Nasty `touch pwned` $(touch pwned) "x' },
    { id: "88888888-0000-4000-8000-000000000004", name: null },
  ],
  sandboxes: ["prod", "stage"],
};

/** What is on the screen after a line was typed and TAB pressed. */
const press: Record<Shell, (typed: string) => Promise<string>> = {
  // readline reads keys from a pipe as it would from a terminal.
  bash: (typed) =>
    run(
      "bash",
      ["--noprofile", "--norc", "-i"],
      [
        `set -u; eval "$(flowrun completion bash)"; bind 'set show-all-if-ambiguous on'; cd "$HOME"; clear; echo READY`,
        `${typed}\t\u0015exit`,
      ],
    ),
  zsh: (typed) => run("zsh", ["-f", "-c", zshDriver, "driver", typed], []),
  fish: (typed) =>
    run("fish", ["--no-config", "-c", 'flowrun completion fish | source; cd $HOME; complete -C "$argv[1]"', typed], []),
};

/** zsh edits lines on a terminal only, so one zsh types into another one's. */
const zshDriver = String.raw`
zmodload zsh/zpty || exit 1
zpty inner zsh -f -i
zpty -w inner 'PS1="=""=> "; autoload -Uz compinit; compinit -u -D; eval "$(flowrun completion zsh)"; LISTMAX=0; cd $HOME; clear'
zpty -r inner seen '*==> *'
zpty -n -w inner "$1"$'\t\C-uprint EN""D\n'
zpty -r inner seen '*END*'
print -r -- "READY$seen"
zpty -d inner
`;

function run(command: string, args: readonly string[], lines: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { env, timeout: 50_000 });
    let screen = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (screen += text));
    }
    child.on("error", failed);
    child.on("close", () => {
      done(plain(screen.slice(Math.max(0, screen.lastIndexOf("READY")))));
    });
    child.stdin.end(lines.map((line) => `${line}\n`).join(""));
  });
}

/** Without what a terminal would draw with. */
function plain(screen: string): string {
  return screen.replaceAll(/\u001b\[[\d;?]*[A-Za-z]|[\r\u0007]/g, "");
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  const isThere = spawnSync(shell, ["-c", "true"]).status === 0;

  describe.skipIf(!isThere)(`completion in ${shell}${isThere ? "" : " (not installed here)"}`, () => {
    it("completes a command", async () => {
      expect(await press[shell]("flowrun si")).toContain("since");
    });

    it("completes an option", async () => {
      expect(await press[shell]("flowrun since --out")).toContain("--output");
    });

    it("offers the values of a choice", async () => {
      const screen = await press[shell]("flowrun since --output ");
      for (const format of ["table", "wide", "json", "ndjson", "csv", "yaml"]) expect(screen).toMatch(word(format));
    });

    it("completes a value behind an equals sign", async () => {
      expect(await press[shell]("flowrun since --output=nd")).toContain("--output=ndjson");
      expect(await press[shell]("flowrun since --on-expired=")).toMatch(/oldest/);
    });

    it("offers the saved profiles, a damaged one too, and the demo", async () => {
      const screen = await press[shell]("flowrun tail --profile ");
      for (const name of ["demo", "production", "staging"]) expect(screen).toMatch(word(name));
    });

    it("completes a cursor of the profile on the line", async () => {
      expect(await press[shell]("flowrun since last --profile staging --cursor ni")).toContain("nightly");
      expect(await press[shell]("flowrun since last --profile production --cursor ni")).not.toContain("nightly");
    });

    it("completes the last of several columns", async () => {
      expect(await press[shell]("flowrun since 1d --columns status,records.fa")).toContain("status,records.failed");
    });

    it("completes an error code", async () => {
      expect(await press[shell]("flowrun wait --code CONNECTOR-1001")).toContain("CONNECTOR-1001-500");
    });

    it("completes a run and a sandbox of what was read last", async () => {
      expect(await press[shell]("flowrun show --profile staging 5ad1")).toContain(lastRead.runs[0]?.id);
      expect(await press[shell]("flowrun since 1d --profile staging --run 5ad1")).toContain(lastRead.runs[0]?.id);
      expect(await press[shell]("flowrun since 1d --profile staging --sandbox st")).toMatch(word("stage"));
      expect(await press[shell]("flowrun since 1d --profile production --sandbox st")).not.toMatch(word("stage"));
    });

    it("completes a flow by its name, with blanks, or by its id", async () => {
      const line = "flowrun since 1d --profile staging --flow";
      expect(await press[shell](`${line} Nig`)).toMatch(/Nightly\\? load\\? \\?\(EU\\?\)/);
      expect(await press[shell](`${line}=Nig`)).toMatch(/Nightly\\? load\\? \\?\(EU\\?\)/);
      expect(await press[shell](`${line} "Nig`)).toContain("Nightly load (EU)");
      expect(await press[shell](`${line} Nightly\\ l`)).toMatch(/Nightly\\? load\\? \\?\(EU\\?\)/);
      expect(await press[shell](`${line} 6b0`)).toContain(lastRead.flows[0]?.id);
      expect(await press[shell](`${line} 888`)).toContain(lastRead.flows[2]?.id);
    });

    it("leaves files to the shell", async () => {
      expect(await press[shell]("flowrun login --from pro")).toContain("project.json");
    });

    it("says nothing where nothing fits, and shows no error", async () => {
      const screen = await press[shell]("flowrun since --cursor ../../etc/pas");
      expect(screen).not.toMatch(/passwd|error/);
    });
  });
}

it.each(["Nas", '"Nas', "'Nas"])("bash runs nothing of a flow's name that it completes: %s", async (typed) => {
  const home = env["HOME"] ?? "";
  const line = `flowrun since 1d --profile staging --flow ${typed}\t`;
  // Completed, then given to a command that prints its last word.
  const screen = await run(
    "bash",
    ["--noprofile", "--norc", "-i"],
    [`eval "$(flowrun completion bash)"; cd "$HOME"; echo READY`, `${line}\u0001: \u0005`, "ls; exit"],
  );
  expect(screen).toContain("pwned");
  expect(await readdir(home)).not.toContain("pwned");
});

it("refuses a shell it has no script for", async () => {
  const { code, stderr } = await flowrun(["completion", "tcsh"], { env });
  expect(code).toBe(2);
  expect(stderr).toContain("bash, zsh, fish");
});

function word(text: string): RegExp {
  return new RegExp(`(^|[\\s])${text}([\\s]|$)`, "m");
}
