import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../src/errors.ts";
import { createProgram } from "../src/cli/program.ts";
import { columnNames, resolveColumns } from "../src/render/formats/run-columns.ts";
import { fieldPaths, kindAt } from "../src/runs/record/record-fields.ts";
import { knownStatuses } from "../src/runs/events/status.ts";
import { profileKeys } from "../src/adobe/settings/keys.ts";
import { outputFormats, type OutputFormat } from "../src/render/formats/registry.ts";
import { version } from "../src/version.ts";
import { fakeHost } from "./support/host.ts";

/** The README and the CHANGELOG say what the program does, all of it and no more. */
const readme = readFileSync("README.md", "utf8");
const changelog = readFileSync("CHANGELOG.md", "utf8");
const program = createProgram(fakeHost());

/** What stands under a heading, down to the next one of its rank or a higher one. */
function section(heading: string): string {
  const rank = /^#+/.exec(heading)?.[0].length ?? 0;
  const [, rest] = readme.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`the README has no "${heading}"`);
  return rest.split(new RegExp(`^#{1,${String(rank)}} `, "m"))[0] ?? "";
}

/** The rows of the tables in a text, as cells. */
function rows(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[-|]+$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** What stands between backticks. */
function spans(text: string): readonly string[] {
  return [...text.replace(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** The fenced blocks, without their fences. */
const blocks = [...readme.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
const allCode = [...blocks, ...spans(readme)].join("\n");

/** A command and all below it, by their full names; `help` and hidden ones are left out. */
function commandsOf(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible
    .filter((child) => child.name() !== "help")
    .flatMap((child) => {
      const here = [...path, child.name()];
      return [[here.join(" "), child] as const, ...commandsOf(child, here)];
    });
}

const commands = commandsOf(program);
const optionsOf = (command: Command): readonly string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ short, long }) => [short, long])
    .filter((spelling) => spelling !== undefined);

/** Every option of the program, in every spelling. */
const options = new Set([program, ...commands.map(([, command]) => command)].flatMap(optionsOf));

describe("commands", () => {
  test.each(commands.map(([name]) => name))("%s stands in the table", (name) => {
    const [group = "", word] = name.split(" ");
    const row = rows(section("## Commands")).find(([cell = ""]) => new RegExp(`^\`flowrun ${group}\\b`).test(cell));
    expect(row, `a row for flowrun ${group}`).toBeDefined();
    if (word !== undefined) expect(spans(row?.[1] ?? "").map((code) => code.split(" ")[0])).toContain(word);
  });

  test("there are no others", () => {
    const named = [...allCode.matchAll(/\bflowrun ([a-z]+)(?: ([a-z]+))?/g)];
    const known = new Map(commands);
    known.set("help", program);
    for (const [line, name = "", word] of named) {
      expect(known.has(name), line).toBe(true);
      const isGroup = commands.some(([full]) => full.startsWith(`${name} `));
      if (isGroup && word !== undefined) expect(known.has(`${name} ${word}`), line).toBe(true);
    }
    expect(named.length).toBeGreaterThan(commands.length);
  });
});

describe("options", () => {
  const written = new Set(allCode.match(/(?<![\w-])(?:--[a-z][a-z-]*|-[a-zA-Z](?![\w-]))/g));
  /** Those of npm and jq. */
  const foreign = ["--global", "--unbuffered", "-r"];
  /** Of grep, uniq and sort. */
  const short = ["-i", "-c", "-u"];

  test.each([...options])("%s stands in the README", (option) => {
    expect(written).toContain(option);
  });

  test("there are no others", () => {
    expect([...written].filter((option) => ![...options, ...foreign, ...short].includes(option))).toEqual([]);
  });

  const ofAll = rows(section("### Options of `since`, `tail`, `wait`, `show` and `stats`")).flatMap(([cell = ""]) =>
    spans(cell).flatMap((code) => code.split(" ")[0] ?? []),
  );

  test("the table of the reading commands has those that they share, and no other", () => {
    const shared = optionsOf(commandOf("since")).filter((option) => !["-h", "--help"].includes(option));
    expect([...ofAll].sort()).toEqual([...shared].sort());
  });

  test.each(["tail", "wait", "show", "stats"])("what %s has beside these stands with it", (name) => {
    const row = rows(section("## Commands")).find(([cell = ""]) => cell.startsWith(`\`flowrun ${name}`));
    const told = spans(row?.[1] ?? "").flatMap((code) => /^--[\w-]+/.exec(code) ?? []);
    const own = optionsOf(commandOf(name)).filter((option) => ![...ofAll, "-h", "--help"].includes(option));
    expect(own).not.toEqual([]);
    expect([...told].sort()).toEqual([...own].sort());
  });
});

function commandOf(name: string): Command {
  const [, command] = commands.find(([full]) => full === name) ?? [];
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

test("exit codes: those of the program and of the signals that end it, and no others", () => {
  const told = rows(section("### Exit codes")).flatMap(([cell = ""]) => cell.match(/\d+/g) ?? []);
  const signals = [...readFileSync("src/main.ts", "utf8").matchAll(/\bSIG[A-Z]+: (\d+)/g)].map(([, code]) => code);
  expect(signals).toHaveLength(3);
  const expected = new Set([...Object.values(exitCodes).map(String), ...signals]);
  expect([...told].sort()).toEqual([...expected].sort());
});

test("the environment: every variable that the program reads, and no other", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const read = new Set(sources.flatMap((name) => readFileSync(`src/${name}`, "utf8").match(/FLOWRUN_[A-Z_]+/g) ?? []));
  expect(new Set(readme.match(/FLOWRUN_[A-Z_]+/g))).toEqual(read);
  const told = rows(section("## Settings")).flatMap(([cell = ""]) => spans(cell));
  expect(told.filter((name) => name.startsWith("FLOWRUN_")).sort()).toEqual([...read].sort());
});

test("the keys of config", () => {
  const [, told = ""] = /`config` saves ([^;]+);/.exec(section("## Settings")) ?? [];
  expect(spans(told)).toEqual(profileKeys);
});

describe("the columns", () => {
  const text = section("## What it prints");

  test("all of them", () => {
    const [, told = ""] = /^All columns: ([^]+?)\.$/m.exec(text) ?? [];
    expect(spans(told)).toEqual(columnNames());
  });

  test("those of a table", () => {
    const [, told = ""] = /^Default columns: ([^]+?`)\. /m.exec(text) ?? [];
    expect(spans(told)).toEqual(namesOf("table"));
  });

  test("those of a wide table", () => {
    const row = rows(text).find(([cell]) => cell === "`wide`");
    expect([...namesOf("table"), ...spans(row?.[1] ?? "")]).toEqual(namesOf("wide"));
  });

  function namesOf(format: OutputFormat): readonly string[] {
    return resolveColumns(undefined, format).map(({ name }) => name);
  }
});

test("the formats", () => {
  const told = rows(section("## What it prints").split("###")[0] ?? "").flatMap(([cell = ""]) => spans(cell));
  expect([...told].sort()).toEqual([...outputFormats].sort());
});

test("the statuses", () => {
  const row = rows(section("### Options of `since`, `tail`, `wait`, `show` and `stats`")).find(([cell = ""]) =>
    cell.includes("--status"),
  );
  expect(spans(row?.[1]?.split(";")[0] ?? "")).toEqual([...knownStatuses, "all"]);
});

describe("the record", () => {
  const told = rows(section("### The record")).flatMap(([cell = ""]) => pathsIn(cell));

  /** `.name` stands for the same field of the group named before it. */
  function pathsIn(cell: string): readonly string[] {
    let group = "";
    return spans(cell).map((path) => {
      if (path.startsWith(".")) return `${group}${path}`;
      group = path.split(".").slice(0, -1).join(".");
      return path;
    });
  }

  test("every field of the README exists", () => {
    expect(told.filter((path) => kindAt(path) === null)).toEqual(["raw"]);
  });

  test("every field stands in the README, by itself or with what it is a part of", () => {
    const wholes = ["activities.records", "activities.bytes", "activities.files", "activities.errors"];
    expect(wholes.filter((path) => !told.includes(path))).toEqual([]);
    const isTold = (path: string): boolean =>
      told.includes(path) || wholes.some((whole) => path.startsWith(`${whole}.`));
    expect(fieldPaths().filter((path) => !isTold(path))).toEqual([]);
  });
});

describe("the promises", () => {
  const promises = rows(section("## What it promises")).flatMap(([promise = "", proof = ""]) => {
    const number = /^T\d+/.exec(promise)?.[0];
    const [file] = spans(proof);
    return number === undefined || file === undefined ? [] : [[number, file] as const];
  });
  const suite = "test/conformance";

  test.each(promises)("%s is proved in %s", (number, file) => {
    const text = readFileSync(file, "utf8");
    // Those of the set-up are proved where it is tested.
    if (file.startsWith(`${suite}/`)) expect(text).toMatch(new RegExp(`^(?!.*todo).*["\`]${number} `, "m"));
  });

  test("each that is proved is made", () => {
    const texts = readdirSync(suite).map((name) => readFileSync(`${suite}/${name}`, "utf8"));
    const proved = new Set(texts.flatMap((text) => text.match(/(?<=["`])T\d+(?= )/g) ?? []));
    expect(new Set(promises.map(([number]) => number))).toEqual(proved);
    expect(promises).toHaveLength(proved.size);
  });
});

test("every file and folder that is named exists", () => {
  const inside = /^(?:\.\/)?(?:src|test|bench|bin|fixtures|dist|\.dependency-cruiser)[./][\w./*-]*$/;
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = ""]) => path);
  const named = [...new Set([...spans(readme), ...links])].filter((path) => links.includes(path) || inside.test(path));
  expect(named.length).toBeGreaterThan(20);
  // dist/ is there once it is built.
  expect(named.filter((path) => !path.startsWith("dist/") && !existsSync(path))).toEqual([]);
});

test("every script that is named exists", () => {
  const named = [...allCode.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name);
  expect(named).toContain("demo");
  expect(Object.keys(manifest().scripts)).toEqual(expect.arrayContaining(named));
});

test("no line is longer than a reader's screen", () => {
  const lines = [...readme.split("\n"), ...changelog.split("\n")];
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

describe("the changelog", () => {
  test("has this version", () => {
    expect(version).toBe(manifest().version);
    expect(changelog).toMatch(new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - `, "m"));
  });

  test("says of each package why, and in which version", () => {
    const [, told = ""] = changelog.split("### Packages and why");
    const named = new Map(
      [...told.matchAll(/(@?[a-z][\w/.-]*) (\d+(?:\.\d+)*)/g)].map(([, name, number]) => [name, number]),
    );
    const { dependencies, devDependencies } = manifest();
    const used = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([name]) => !name.startsWith("@types/"),
    );
    for (const [name, exact] of used) {
      const number = named.get(name);
      expect(number, name).toBeDefined();
      expect(`${exact}.`.startsWith(`${number ?? ""}.`), `${name} is ${exact}, not ${number ?? ""}`).toBe(true);
    }
  });

  test("has no line for a package that is not used", () => {
    const [, told = ""] = changelog.split("### Packages and why");
    const bullets = [...told.matchAll(/^- ([^:]+):/gm)].flatMap(([, names = ""]) => names.split(", "));
    const bench = JSON.parse(readFileSync("bench/aio/package.json", "utf8")) as Pick<Manifest, "dependencies">;
    const { dependencies, devDependencies } = manifest();
    const used = Object.keys({ ...dependencies, ...devDependencies, ...bench.dependencies });
    expect(bullets.length).toBeGreaterThan(20);
    expect(bullets.map((name) => name.split(" ")[0]).filter((name) => !used.includes(name ?? ""))).toEqual([]);
  });
});

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function manifest(): Manifest {
  return JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
}
