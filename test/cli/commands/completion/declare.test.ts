import { outputFormats } from "../../../../src/render/formats/registry.ts";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Command } from "commander";
import { columnSets } from "../../../../src/cli/commands/completion/column-sets.ts";
import { createProgram } from "../../../../src/cli/program.ts";
import { runCli } from "../../../../src/cli/run-cli.ts";
import { fakeHost } from "../../../support/host.ts";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "flowrun-test-"));
  for (const [folder, file] of [
    ["profiles", "production.json"],
    ["cursors/default", "nightly.json"],
    ["cursors/production", "hourly.json"],
  ] as const) {
    await mkdir(join(home, folder), { recursive: true });
    await writeFile(join(home, folder, file), "{}");
  }
});

afterAll(() => rm(home, { recursive: true, force: true }));

/** A moment of any kind, but for the words that not everything takes. */
const moments = ["1h", "1d", "7d", "today", "yesterday", ...weekdays()];

function weekdays(): readonly string[] {
  return ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
}

/** The words offered at the end of a line; its own words are separated by single blanks. */
async function offered(line: string): Promise<readonly string[]> {
  const host = fakeHost({ dir: home, send: () => Promise.reject(new Error("completion asked the network")) });
  expect(await runCli(["complete", "--", ...line.split(" ")], host)).toBe(0);
  expect(host.err()).toBe("");
  expect(host.asked).toEqual([]);
  return host
    .out()
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => text.split("\t")[0]!);
}

describe("what completion offers", () => {
  it.each([
    ["si", ["since"]],
    ["cursor s", ["show", "set"]],
    ["since --outp", ["--output"]],
    ["since --out", ["--output", "--out"]],
    ["since --sort records.f", ["records.failed"]],
    ["since --output ", outputFormats],
    ["since -o n", ["ndjson", "name"]],
    ["stats -o n", ["ndjson"]],
    ["lo", ["logs", "login", "logout"]],
    ["cursor l", ["list", "ls"]],
    ["logs --time r", ["relative"]],
    ["since --on-expired ", ["fail", "oldest", "latest"]],
    ["since --color=a", ["--color=auto", "--color=always"]],
    ["since --status ", ["success", "failed", "partialSuccess", "inProgress", "all"]],
    ["since --status failed,s", ["failed,success"]],
    ["since --status failed,f", []],
    ["since --events ", ["sources", "runs"]],
    ["since --columns=status,records.fa", ["--columns=status,records.failed"]],
    ["since o", ["oldest"]],
    ["since -P1D --outp", ["--output"]],
    ["stats --by c", ["code"]],
    ["tail --since l", ["last"]],
    ["listen --since l", []],
    ["listen --reconcile ", ["off"]],
    ["tail --adm", ["--admin"]],
    ["listen --columns via,runI", ["via,runId"]],
    ["wait --code connector-1001", ["CONNECTOR-1001-500"]],
    ["explain CONNECTOR-1001", ["CONNECTOR-1001-500"]],
    ["since --profile ", ["demo", "production"]],
    ["since --profile production,", ["production,demo"]],
    ["since last --profile production,demo --cursor ", ["hourly"]],
    ["profile use p", ["production"]],
    ["profile remove ", ["production"]],
    ["cursor show ", ["nightly"]],
    ["cursor show --profile production ", ["hourly"]],
    ["cursor set nightly ", ["oldest", "now"]],
    ["cursor delete n", ["nightly"]],
    ["since last --cursor ", ["nightly"]],
    ["since last --profile=production --cursor ", ["hourly"]],
    ["since --until ", [...moments, "now"]],
    ["stats ", [...moments, "oldest"]],
    ["config get client", ["clientId", "clientSecret"]],
    ["config set time ", ["utc", "local", "relative"]],
    ["config set --profile production color a", ["auto", "always"]],
    ["config set output nd", ["ndjson"]],
    ["config set clientId ", []],
    ["help sh", ["show"]],
    ["help cursor ", ["list", "show", "set", "delete", "help"]],
    ["cursor help s", ["show", "set"]],
    ["help show ", []],
    ["completion ", ["bash", "zsh", "fish"]],
    ["login --from ", [":files"]],
    ["login --from=", []],
    ["since --limit ", []],
    ["since --bogus=", []],
    ["nonsense ", ["--version", "--help"]],
  ])("after %j is %j", async (line, words) => {
    expect(await offered(line)).toEqual(words);
  });

  it("is every command but the hidden one, for a bare line", async () => {
    const words = await offered("");
    expect(words).toEqual(expect.arrayContaining(["since", "tail", "doctor", "completion"]));
    expect(words).not.toContain("complete");
  });

  it("is nothing, without an error, for a profile that cannot be", async () => {
    const host = fakeHost({ dir: home });
    await runCli(["complete", "--", "since", "--profile", "../x", "--cursor", ""], host);
    expect(host.out()).toBe("");
  });

  it.each([
    ["show x", ["records.failed"], []],
    ["profile list", ["name", "state", "journalUrl"], ["records.failed"]],
    ["registrations list", ["deliveryType", "events"], ["records.failed"]],
    ["config list", ["key", "value"], ["records.failed"]],
    ["cursor list", ["readUntil", "expiresAt"], ["next", "records.failed"]],
    ["cursor show", ["readUntil", "next"], ["records.failed"]],
    ["whoami", ["tokenEndsAt"], ["records.failed"]],
    ["doctor", ["verdict", "remedy"], ["records.failed"]],
    ["explain", ["meaning"], ["records.failed"]],
    ["flows", ["state", "nextExpectedAt"], ["records.failed"]],
    ["replay -P1D", ["accepted", "leftOut"], ["records.failed"]],
  ])("has the columns that %s prints", async (command, own, foreign) => {
    const words = await offered(`${command} --columns `);
    expect(words).toEqual(expect.arrayContaining(own));
    for (const word of foreign) expect(words).not.toContain(word);
  });

  it("has columns of its own for every command that can be given any but those of runs", () => {
    const given = commandsOf(createProgram(fakeHost())).filter(({ options }) =>
      options.some(({ long }) => long === "--columns"),
    );
    const isRuns = (command: Command) => command.options.some(({ long }) => long === "--run");
    const own = given.filter((command) => !isRuns(command)).map((command) => pathOf(command));
    // The groups of stats are put in order by columns that nobody chooses; replay reads runs, and prints what came of it, and
    // flows reads them, too.
    expect([...own, "stats", "replay", "flows"].sort()).toEqual([...columnSets.keys()].sort());
  });

  it("has no columns for stats, which has its own figures", async () => {
    expect(await offered("stats --col")).toEqual(["--color"]);
    expect(await offered("stats --by flow --sort difference.f")).toEqual(["difference.failed"]);
  });

  it("says what each format is", async () => {
    const host = fakeHost({ dir: home });
    await runCli(["complete", "--", "profile", "list", "-o", "mark"], host);
    expect(host.out()).toBe("markdown\ta table for GitHub: issues, pull requests, wikis\n");
  });

  it("says on the same line what each word means", async () => {
    const host = fakeHost({ dir: home });
    await runCli(["complete", "--", "since", "--lim"], host);
    expect(host.out()).toBe("--limit\tevents per page asked of the journal\n");
  });
});

function commandsOf(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...commandsOf(child)]);
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent == null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}
