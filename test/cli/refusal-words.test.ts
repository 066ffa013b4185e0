import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { fakeHost } from "../support/host.ts";

/** What is typed wrong, what is said of it, and a line that works. */

async function type(line: string) {
  const host = fakeHost();
  const words = line.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", "")) ?? [];
  const code = await runCli(words, host);
  return { code, out: host.out(), err: host.err() };
}

const fixOfSchedule = "flowrun tail --absent --schedule; or all flows at once: flowrun flows --schedule";

describe("a refused line is told what, why, and a line that works", () => {
  test.each<readonly [line: string, what: RegExp, why: RegExp, fix: string]>([
    ["since", /missing required argument 'when'/, /the line names none/, "flowrun since -P1D   (the last day)"],
    ["since --profile demo", /'when'/, /names none/, "flowrun since -P1D --profile demo   (the last day)"],
    ["tail -P1D", /too many arguments for 'tail'/, /as --since/, "flowrun tail --since -P1D"],
    ["tail 2h -q --profile demo", /too many/, /as --since/, "flowrun tail --since 2h -q --profile demo"],
    ["-P1D", /unknown command '-P1D'/, /a moment/, "flowrun since -P1D"],
    ["-P1X", /unknown command '-P1X'/, /looks like a length of time, and is none/, "flowrun since -P1D"],
    ["-1x", /unknown command '-1x'/, /looks like a length of time, and is none/, "flowrun since -P1D"],
    ["-PX", /unknown command '-PX'/, /looks like a length of time, and is none/, "flowrun since -P1D"],
    ["purge", /unknown command 'purge'/, /the commands of flowrun are since, tail, /, "flowrun --help"],
    ["tail -P1X", /too many arguments for 'tail'/, /as --since/, "flowrun tail --since -P1D"],
    ["tail -1x", /too many arguments for 'tail'/, /as --since/, "flowrun tail --since -P1D"],
    ["tail -.5h", /too many arguments for 'tail'/, /as --since/, "flowrun tail --since -P1D"],
    ["-P1D --profile demo", /unknown command/, /a moment/, "flowrun since -P1D --profile demo"],
    ["folows", /unknown command 'folows'/, /Did you mean flows\?/, "flowrun flows"],
    ["bananas", /unknown command 'bananas'/, /the commands of flowrun are since, tail, /, "flowrun --help"],
    ["sinze", /unknown command 'sinze'/, /Did you mean since\?/, "flowrun since -P1D"],
    ["sicne -PT2H --profile demo", /'sicne'/, /Did you mean since\?/, "flowrun since -PT2H --profile demo"],
    ["statz --profile demo", /'statz'/, /Did you mean stats\?/, "flowrun stats --profile demo"],
    [
      "shw --profile demo",
      /'shw'/,
      /Did you mean show\?/,
      "flowrun since -P1D --profile demo   (prints the ids of runs)",
    ],
    ["get --help", /unknown command 'get'/, /Did you mean since\?/, "flowrun since --help"],
    ["help sinze", /unknown command 'sinze'/, /Did you mean since\?/, "flowrun since --help"],
    ["cursor sett --help", /unknown command 'sett'/, /Did you mean set\?/, "flowrun cursor set --help"],
    ["cursor sett a oldest", /unknown command 'sett'/, /Did you mean set\?/, "flowrun cursor set a oldest"],
    ["registrations lst", /unknown command 'lst'/, /Did you mean list\?/, "flowrun registrations list"],
    ["cursor", /'flowrun cursor' needs a command/, /it has list, show, set and delete/, "flowrun cursor list"],
    ["cursor set", /argument 'name'/, /flowrun cursor set <name> <where>/, "flowrun cursor set --help"],
    ["config set", /argument 'key'/, /flowrun config set <key> \[value\]/, "flowrun config set --help"],
    ["show", /argument 'run-id'/, /flowrun show <run-id>/, "flowrun since -P1D   (prints the ids of runs)"],
    ["show a b", /too many/, /takes <run-id> .* is given b, too/, "flowrun show --help"],
    [
      "since -P1D --status failed success",
      /too many/,
      /joined by commas/,
      "flowrun since -P1D --status failed,success",
    ],
    ["since -P1D --lmit 3", /unknown option '--lmit'/, /Did you mean --limit\?/, "flowrun since -P1D --limit 3"],
    ["since --bananas", /unknown option '--bananas'/, /no option of that name/, "flowrun since --help"],
    ["--profile demo since -P1D", /unknown option '--profile'/, /stand after/, "flowrun since -P1D --profile demo"],
    ["since -P1D --limit", /'--limit <n>' argument missing/, /events per page/, "flowrun since --help"],
    ["since -P1D -o", /argument missing/, /how it is written/, "flowrun since -P1D -o table"],
    ["since -P1D -o tabel", /'tabel' is invalid/, /mean table\? Allowed choices are/, "flowrun since -P1D -o table"],
    ["since -P1D --output=tabel", /'tabel' is invalid/, /mean table\?/, "flowrun since -P1D --output=table"],
    ["since -P1D -otabel", /'tabel' is invalid/, /mean table\?/, "flowrun since -P1D -otable"],
    ["since -P1D -n x", /'x' is invalid/, /whole number/, "flowrun since --help"],
    ["listen --max-body 64MiB", /'64MiB' is invalid/, /from 1kB to 64MB/, "flowrun listen --help"],
    ["listen --max-body 64000001", /is invalid/, /from 1kB to 64MB/, "flowrun listen --help"],
    ["tail --schedule", /--schedule goes with --absent/, /nobody asks/, fixOfSchedule],
    ["config get clientid", /'clientid' is invalid/, /Did you mean clientId\?/, "flowrun config get clientId"],
    ["completion tcsh", /'tcsh' is invalid/, /bash, zsh, fish/, "flowrun completion --help"],
    ["login --registration a --journal-url b", /cannot be used with/, /left out/, "flowrun login --help"],
    ["since -P1D --where 'a b' --lmit 3", /--lmit/, /--limit/, "flowrun since -P1D --where 'a b' --limit 3"],
    [
      "since last --profile=demo --cursor ../x",
      /cannot be a cursor's name/,
      /letters/,
      "choose another: flowrun since last --cursor nightly --profile demo",
    ],
  ])("flowrun %s", async (line, what, why, fix) => {
    const { code, out, err } = await type(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const [first = "", second = "", ...rest] = err.trimEnd().split("\n");
    expect(first).toMatch(/^error: ./);
    expect(first).toMatch(what);
    expect(second).toMatch(/^ {2}why: ./);
    expect(second).toMatch(why);
    expect(rest).toEqual([`  fix: ${fix}`]);
  });

  test.each([
    "since -P1X",
    "since -1x",
    "since -P1X --max 5",
    "since --max 5 -P1X",
    "since --json=runId --max 5 -3dd",
    "since -PD1",
    "since -PX",
    "since -.5h",
    "since -P1D --until -P1X",
    "since -P1D --until=-1x",
    "tail --since -P1X",
    "tail --since -1x",
    "wait --since -P1X",
    "stats -q -P1X",
    "flows -30days",
    "report -P1X -o week.html",
    "show fd4c3794 --since -P1X",
    "rows fd4c3794 --since -1x",
    "replay --to http://127.0.0.1:1/ -P1X",
    "listen --since -P1X",
    "lytics since -P1X",
    "lytics tail --since -1x",
  ])("a mistyped duration is a bad time, and no unknown option: flowrun %s", async (line) => {
    const { code, out, err } = await type(`${line} --profile demo`);
    const [wrong = ""] = /-(?:P1X|1x|3dd|PD1|PX|\.5h|30days)/.exec(line) ?? [];
    const told = line.includes("--json")
      ? `"message":"'${wrong}' is not a time flowrun understands: it is none of`
      : `error: '${wrong}' is not a time flowrun understands\n  why: it is none of the accepted forms\n  fix: give a`;
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(told);
    expect(err).toContain("a duration (-P1D, 90m, ");
  });

  test.each(["since -P1D --max-wait -1x", "stats --bucket -1x", "wait --timeout -1x", "listen --reconcile -1x"])(
    "and no length of time either: flowrun %s",
    async (line) => {
      const { code, err } = await type(`${line} --profile demo`);
      expect(code).toBe(2);
      expect(err).toMatch(/^error: '-1x' is not a length of time\n/);
    },
  );

  test("what is an option's name stays one, also where it begins as a duration does", async () => {
    expect((await type("since -profile demo")).err).toContain(
      "unknown option '-profile'\n  why: Did you mean --profile?",
    );
  });

  test.each([
    ["--lytics-header X-Token:hush-1 --lytics-header X-Other:hush-2", "'X-Token: env:LYTICS_HOOK_TOKEN'"],
    ["--lytics /hush-1 --lytics /hush-2", "/lytics"],
    ["--forward-to http://127.0.0.1:1/hush-1 --forward-to http://127.0.0.1:1/hush-2", "http://127.0.0.1:3000/hook"],
  ])("what listen takes once is not given twice, and neither value is shown: %s", async (options, sample) => {
    const { code, err } = await type(`listen --profile demo ${options}`);
    const [name = ""] = options.split(" ");
    expect([code, err.split("\n")]).toEqual([
      2,
      [
        `error: ${name} is given twice`,
        "  why: it can be given once, and the two may differ",
        `  fix: leave one of them out: ${name} ${sample}`,
        "",
      ],
    ]);
  });

  test("a fix keeps nothing of a profile's name that a shell could take for more", async () => {
    expect((await type("since --profile 'a;reboot'")).err).toContain("fix: flowrun since -P1D   (the last day)");
  });

  test("as JSON, too", async () => {
    const { err } = await type("since --json --profile demo");
    expect(JSON.parse(err)).toMatchObject({
      kind: "usage",
      hint: "flowrun since -P1D --profile demo   (the last day)",
    });
  });

  test("every failure that is shown says why", () => {
    const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const bare = files.flatMap((file) => {
      const text = readFileSync(join("src", file), "utf8");
      const thrown = text.match(/new FlowrunError\([^;]*?\);/gs) ?? [];
      return thrown
        .filter((one) => !/"(?:aborted|closed|runFailed)"|\bwhy\b|\.\.\./.test(one))
        .map((one) => `${file}: ${one}`);
    });
    expect(bare.filter((one) => !/\bdetails\b|\bkind,/.test(one))).toEqual([]);
  });
});

describe("help", () => {
  test.each([
    ["help", "flowrun [options] [command]"],
    ["--help", "flowrun [options] [command]"],
    ["-h", "flowrun [options] [command]"],
    ["help help", "flowrun [options] [command]"],
    ["help show", "flowrun show [options] <run-id>"],
    ["--help show", "flowrun show [options] <run-id>"],
    ["show --help", "flowrun show [options] <run-id>"],
    ["help cursor", "flowrun cursor [options] [command]"],
    ["cursor help", "flowrun cursor [options] [command]"],
    ["help cursor set", "flowrun cursor set [options] <name> <where>"],
    ["cursor help set", "flowrun cursor set [options] <name> <where>"],
    ["cursor set x --help", "flowrun cursor set [options] <name> <where>"],
    ["help registrations", "flowrun registrations [options] [command]"],
    ["registrations --help", "flowrun registrations [options] [command]"],
    ["since -P1D --status failed --help", "flowrun since|logs [options] [when]"],
    ["since --limit --help", "flowrun since|logs [options] [when]"],
    ["since --bananas -h", "flowrun since|logs [options] [when]"],
  ])("flowrun %s", async (line, usage) => {
    const { code, out, err } = await type(line);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")[0]).toBe(`Usage: ${usage}`);
  });

  test("the longest delivery that listen can be told to take stands in its help", async () => {
    expect((await type("help listen")).out.replaceAll(/\s+/g, " ")).toContain(
      "refuse longer deliveries: 500kB, up to 64MB (default: 4MB)",
    );
  });

  test("an operand named help is one where a command has no others below it", async () => {
    expect((await type("show help")).err).toMatch(/^error: .*'help'/);
  });

  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
  const commands = all(createProgram(fakeHost())).map((command) => [nameOf(command), command] as const);

  function nameOf(command: Command): string {
    return command.parent === null ? "" : `${nameOf(command.parent)} ${command.name()}`.trim();
  }

  const shown = commands.filter(([name]) => !/^complete$|\bhelp$/.test(name));

  test.each(shown)("flowrun %s: no line is longer than a terminal of 80 columns", async (name) => {
    const { out } = await type(`${name} --help`);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test.each(shown.filter(([, command]) => command.commands.length > 0 && command.parent !== null))(
    "flowrun %s: a group has examples",
    async (name) => {
      const { out } = await type(`${name} --help`);
      expect(out).toMatch(new RegExp(`^Examples:\\n {2}flowrun ${name}`, "m"));
    },
  );
});
