import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../src/errors.ts";
import { exitCodesOf, exitRows } from "../src/cli/options/exit-codes.ts";
import { createProgram } from "../src/cli/program.ts";
import { columnNames, resolveColumns } from "../src/render/formats/run-columns.ts";
import { runFields } from "../src/runs/record/record-fields.ts";
import { knownStatuses } from "../src/runs/record/status.ts";
import { profileKeys } from "../src/adobe/settings/keys.ts";
import { outputFormats, type OutputFormat } from "../src/render/formats/registry.ts";
import { version } from "../src/version.ts";
import { blocksOf, docPages, pageAt, withoutBlocks, type DocPage } from "./support/docs.ts";
import { fakeHost } from "./support/host.ts";

/** The README, the pages in docs/ and the CHANGELOG say what the program does, all of it and no more. */
const changelog = readFileSync("CHANGELOG.md", "utf8");
const program = createProgram(fakeHost());
const allText = docPages.map(({ text }) => text).join("\n");

/** What stands under a heading of a page, down to the next one of its rank or a higher one. */
function section(path: string, heading: string): string {
  const rank = /^#+/.exec(heading)?.[0].length ?? 0;
  const [, rest] = `\n${pageAt(path).text}`.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`${path} has no "${heading}"`);
  // A comment in a block begins like a heading.
  const [, end = ""] = new RegExp(`^(#{1,${String(rank)}} .*)`, "m").exec(withoutBlocks(rest)) ?? [];
  return end === "" ? rest : (rest.split(`\n${end}\n`)[0] ?? "");
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
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

// The page of screens is what comes out, slips of the pen and all (screens.test.ts).
const blocks = docPages
  .filter((page) => page.path !== "docs/screens.md")
  .flatMap(blocksOf)
  .map(({ text }) => text);
const allCode = [...blocks, ...spans(allText)].join("\n");

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

/** The row of the list of commands for one of them; one with many words may have two. */
function rowOf(group: string): readonly string[] | undefined {
  const list = section("docs/commands.md", "# Commands").split("\n## ")[0] ?? "";
  const found = rows(list).filter(([cell = ""]) => cell.startsWith(`[\`flowrun ${group}\`]`));
  return found.length === 0 ? undefined : [found[0]?.[0] ?? "", found.map(([, does]) => does).join(" ")];
}

/** What stands about a command in its own section, whose heading is how it is called. */
function aboutCommand(group: string): string {
  const heading = new RegExp(`^## \`flowrun ${group}\\b.*\`$`, "m").exec(pageAt("docs/commands.md").text)?.[0];
  return heading === undefined ? "" : section("docs/commands.md", heading);
}

describe("commands", () => {
  test.each(commands.map(([name]) => name))("%s stands in the list, and in a section of its own", (name) => {
    const [group = "", word] = name.split(" ");
    const row = rowOf(group);
    expect(row, `a row for flowrun ${group}`).toBeDefined();
    expect(aboutCommand(group)).not.toBe("");
    if (word === undefined) return;
    expect(spans(row?.[1] ?? "")).toContain(word);
    expect(rows(aboutCommand(group)).map(([cell = ""]) => cell)).toContainEqual(
      expect.stringMatching(new RegExp(`^\`${name}\\b`)),
    );
  });

  test("there are no others", () => {
    const named = [...allCode.matchAll(/\bflowrun ([a-z]+)(?: ([a-z]+))?/g)];
    const known = new Map(commands);
    known.set("help", program);
    for (const [name, command] of commands) {
      for (const alias of command.aliases()) known.set(name.replace(/\S+$/, alias), command);
    }
    for (const [line, name = "", word] of named) {
      expect(known.has(name), line).toBe(true);
      const isGroup = commands.some(([full]) => full.startsWith(`${name} `));
      if (isGroup && word !== undefined) expect(known.has(`${name} ${word}`), line).toBe(true);
    }
    expect(named.length).toBeGreaterThan(commands.length);
  });
});

const sharedOptions =
  "## Options of `since`, `tail`, `wait`, `listen`, `show`, `stats`, `flows`, `report` and `replay`";

describe("options", () => {
  const written = new Set(allCode.match(/(?<![\w-])(?:--[a-z][a-z-]*|-[a-zA-Z](?![\w-]))/g));
  /** Those of npm, jq, vitest and cloudflared. */
  const ofNats = "--subjects --storage --dupe-window --defaults --retention --jetstream --discard --max-msg-size".split(
    " ",
  );
  const foreign = ["--global", "--data", "--unbuffered", "-r", "--project", "--url", ...ofNats];
  /** Of grep, uniq, sort, wc, kcat, awk, mkdir, curl, openssl and systemctl. */
  const short = ["-i", "-c", "-u", "-l", "-P", "-b", "-t", "-F", "-p", "-s", "-H"];

  test.each([...options])("%s stands in the documents", (option) => {
    expect(written).toContain(option);
  });

  test("there are no others", () => {
    expect([...written].filter((option) => ![...options, ...foreign, ...short].includes(option))).toEqual([]);
  });

  const ofAll = firstWords(rows(section("docs/commands.md", sharedOptions)).map(([cell = ""]) => cell));
  const common = [
    "--profile",
    "-q",
    "--quiet",
    "-v",
    "--verbose",
    "--debug-file",
    "--no-progress",
    "--color",
    "-h",
    "--help",
  ];

  test("the tables of the reading commands have those that they share, and no other", () => {
    // The others have no use for some of them, and do not show them.
    const ownOfSince = ["-f", "--follow", "--absent", "--schedule", "--to", "--on-refused", "-h", "--help"];
    const shared = optionsOf(commandOf("since")).filter((option) => !ownOfSince.includes(option));
    expect([...ofAll].sort()).toEqual([...shared].sort());
  });

  const readers = ["since", "tail", "wait", "listen", "show", "stats", "flows", "report", "replay"];
  const ofLists = firstWords(rows(section("docs/commands.md", "## Options of lists")).map(([cell = ""]) => cell));

  test("the commands with rows of their own are named above what they share", () => {
    const lists = commands
      .filter(([name, command]) => hasRows(command) && !readers.includes(name))
      .map(([name]) => name);
    const [named = ""] = section("docs/commands.md", "## Options of lists").split("|");
    expect([...spans(named)].sort()).toEqual(lists.sort());
  });

  function hasRows(command: Command): boolean {
    return ofLists.every((option) => optionsOf(command).includes(option));
  }

  test.each(commands.filter(([name]) => !commands.some(([other]) => other.startsWith(`${name} `))))(
    "what %s has beside the shared ones stands with it",
    (name, command) => {
      const [group = "", word] = name.split(" ");
      const told = rows(aboutCommand(group)).flatMap(([cell = "", , last = ""]) =>
        word === undefined ? firstWords([cell]) : spans(cell)[0]?.startsWith(name) === true ? firstWords([last]) : [],
      );
      const shared = readers.includes(name)
        ? [...ofAll, "-h", "--help"]
        : [...common, ...(hasRows(command) ? ofLists : [])];
      const own = optionsOf(command).filter((option) => !shared.includes(option));
      expect(told.filter((option) => option.startsWith("-")).sort()).toEqual([...own].sort());
    },
  );

  /** The first word of each span: an option without its value. */
  function firstWords(cells: readonly string[]): readonly string[] {
    return cells.flatMap((cell) => spans(cell).flatMap((code) => code.split(" ")[0] ?? []));
  }
});

function commandOf(name: string): Command {
  const [, command] = commands.find(([full]) => full === name) ?? [];
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

test("exit codes: those of the program and of the signals that end it, and no others", () => {
  const told = rows(section("docs/commands.md", "## Exit codes")).flatMap(([cell = ""]) => cell.match(/\d+/g) ?? []);
  const signals = [...readFileSync("src/main.ts", "utf8").matchAll(/\bSIG[A-Z]+: (\d+)/g)].map(([, code]) => code);
  expect(signals).toHaveLength(3);
  const expected = new Set([...Object.values(exitCodes).map(String), ...signals]);
  expect([...told].sort()).toEqual([...expected].sort());
});

test("exit codes: their meanings are those of the help, word for word", () => {
  const told = rows(section("docs/commands.md", "## Exit codes")).slice(1);
  expect(told).toEqual(exitRows.map(({ codes, meaning }) => [codes.join(", "), meaning]));
});

test("exit codes: every command that does something has some, and its help tells them", () => {
  const doing = commands.filter(([, command]) => command.commands.length === 0);
  expect([...exitCodesOf.keys()].sort()).toEqual(doing.map(([name]) => name).sort());
  for (const [name, command] of doing) {
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const [, told = ""] = help.split("\nExit codes:\n");
    const codes = [...told.matchAll(/^ {2}([\d, ]+?) {2}/gm)].flatMap(([, cell = ""]) => cell.split(", ").map(Number));
    expect(new Set(codes), name).toEqual(new Set(exitCodesOf.get(name)));
    expect(told.split("\n").filter((line) => line.length > 80)).toEqual([]);
  }
});

test("the environment: every variable that the program reads, and no other", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const read = new Set(sources.flatMap((name) => readFileSync(`src/${name}`, "utf8").match(/FLOWRUN_[A-Z_]+/g) ?? []));
  expect(new Set(allText.match(/FLOWRUN_[A-Z_]+/g))).toEqual(read);
  const told = rows(section("docs/settings.md", "## Variables")).flatMap(([cell = ""]) => spans(cell));
  expect(told.filter((name) => name.startsWith("FLOWRUN_")).sort()).toEqual([...read].sort());
});

test("the keys of config", () => {
  const [, told = ""] = /`config` saves ([^;]+);/.exec(section("docs/settings.md", "## Saved keys")) ?? [];
  expect(spans(told)).toEqual(profileKeys);
});

describe("the columns", () => {
  const text = section("docs/record.md", "## Columns");

  test("all of them", () => {
    const [, told = ""] = /^All columns: ([^]+?)\.$/m.exec(text) ?? [];
    expect(spans(told)).toEqual(columnNames());
  });

  test("those of a table", () => {
    const [, told = ""] = /^Default columns: ([^]+?`)\.$/m.exec(text) ?? [];
    expect(spans(told)).toEqual(namesOf("table"));
  });

  test("those of a wide table", () => {
    const row = rows(section("docs/record.md", "## Formats")).find(([cell]) => cell === "`wide`");
    expect([...namesOf("table"), ...spans(row?.[1] ?? "")]).toEqual(namesOf("wide"));
  });

  function namesOf(format: OutputFormat): readonly string[] {
    return resolveColumns(undefined, format).map(({ name }) => name);
  }
});

test("the formats", () => {
  const told = rows(section("docs/record.md", "## Formats")).flatMap(([cell = ""]) => spans(cell));
  expect([...told].sort()).toEqual([...outputFormats].sort());
});

test("the statuses", () => {
  const row = rows(section("docs/commands.md", sharedOptions)).find(([cell = ""]) => cell.includes("--status"));
  expect(spans(row?.[1]?.split(";")[0] ?? "")).toEqual([...knownStatuses, "all"]);
});

describe("the record", () => {
  const told = rows(section("docs/record.md", "## The record")).flatMap(([cell = ""]) => pathsIn(cell));

  /** `.name` stands for the same field of the group named before it. */
  function pathsIn(cell: string): readonly string[] {
    let group = "";
    return spans(cell).map((path) => {
      if (path.startsWith(".")) return `${group}${path}`;
      group = path.split(".").slice(0, -1).join(".");
      return path;
    });
  }

  test("every field of the table exists", () => {
    expect(told.filter((path) => runFields.kindAt(path) === null)).toEqual(["downstream", "raw"]);
  });

  test("every field stands in the table, by itself or with what it is a part of", () => {
    const wholes = ["activities.records", "activities.bytes", "activities.files", "activities.errors"];
    expect(wholes.filter((path) => !told.includes(path))).toEqual([]);
    const isTold = (path: string): boolean =>
      told.includes(path) || wholes.some((whole) => path.startsWith(`${whole}.`));
    expect(runFields.paths().filter((path) => !isTold(path))).toEqual([]);
  });
});

describe("the promises", () => {
  const promises = rows(section("docs/guarantees.md", "## The promises")).flatMap(([promise = "", proof = ""]) => {
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

describe("what is named elsewhere", () => {
  const inside = /^(?:\.\/)?(?:src|test|bench|bin|docs|fixtures|dist|\.dependency-cruiser|\.ci)[./][\w./*-]*$/;

  test("every file and folder in backticks exists", () => {
    const named = [...new Set(spans(allText))].filter((path) => inside.test(path));
    expect(named.length).toBeGreaterThan(20);
    // dist/ is there once it is built.
    expect(named.filter((path) => !path.startsWith("dist/") && !existsSync(path))).toEqual([]);
  });

  test.each(docPages.map((page) => [page.path, page] as const))("every link of %s leads somewhere", (path, page) => {
    const links = [...withoutBlocks(page.text).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    const broken = links.filter(([, to = "", anchor]) => {
      const target = to === "" ? path : join(dirname(path), to);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(pageAt(target)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
    expect(links.length).toBeGreaterThan(0);
  });

  test("every page is linked from the README and from the index", () => {
    const names = docPages.map(({ path }) => path).filter((path) => /^docs\/(?!README)[^/]+$/.test(path));
    expect(names.filter((path) => !pageAt("README.md").text.includes(`](${path})`))).toEqual([]);
    const index = pageAt("docs/README.md").text;
    expect(names.filter((path) => !index.includes(`](${path.slice("docs/".length)})`))).toEqual([]);
  });

  test("a page in a folder is linked from the page that the folder is named after", () => {
    const inFolders = docPages.flatMap(({ path }) => {
      const [, folder, name] = /^docs\/([^/]+)\/(.+)$/.exec(path) ?? [];
      return folder === undefined || name === undefined ? [] : [{ folder, name }];
    });
    const isLinked = ({ folder, name }: (typeof inFolders)[number]): boolean =>
      pageAt(`docs/${folder}.md`).text.includes(`](${folder}/${name})`);
    expect(inFolders.filter((one) => !isLinked(one))).toEqual([]);
    expect(inFolders.length).toBeGreaterThan(0);
  });

  /** A page's headings as GitHub and npm turn them into anchors. */
  function anchorsOf({ text }: DocPage): readonly string[] {
    const headings = withoutBlocks(text).match(/^#+ .*$/gm) ?? [];
    return headings.map((heading) =>
      heading
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
  }
});

test("every script that is named exists", () => {
  const named = [...allCode.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name);
  expect(named).toContain("demo");
  expect(Object.keys(manifest().scripts)).toEqual(expect.arrayContaining(named));
});

test("no line is longer than a reader's screen", () => {
  const lines = [...allText.split("\n"), ...changelog.split("\n")];
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

test("the README is read in a few minutes", () => {
  expect(pageAt("README.md").text.split("\n").length).toBeLessThanOrEqual(150);
});

describe("the house", () => {
  test("every folder of src is a row of the rooms, and no other is", () => {
    const folders = readdirSync("src", { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${join(entry.parentPath, entry.name)}/`);
    const told = rows(section("docs/architecture.md", "## The rooms")).flatMap(([cell = ""]) => spans(cell));
    expect(told.filter((path) => path.endsWith("/")).sort()).toEqual(folders.sort());
  });

  test("who may import whom is what the tool holds the wings to", async () => {
    const { default: layers } = (await import(pathToFileURL(".dependency-cruiser.js").href)) as { default: Layers };
    const wings = rows(section("docs/architecture.md", "## Who may import whom")).slice(1);
    const written = wings.map(([wing = "", others = ""]) => [spans(wing)[0], [...spans(others)].sort()]);
    expect(Object.fromEntries(written)).toEqual(allowed(layers));
  });

  interface Layers {
    readonly forbidden: readonly {
      readonly name: string;
      readonly from: { readonly path?: unknown };
      readonly to: { readonly pathNot?: unknown };
    }[];
  }

  /** For each wing the others that the rules of its rooms let it import, leaves left out. */
  function allowed(layers: Layers): Record<string, readonly string[]> {
    const wingOf = (name: string): string => name.split("/")[0] ?? "";
    const named = layers.forbidden.filter(({ name }) => name.startsWith("room-") && !name.includes("-types-of-"));
    const rooms = named.map(({ from, to }) => ({ room: namesIn(from.path), may: namesIn(to.pathNot) }));
    const wings = new Set(rooms.flatMap(({ room }) => room.map(wingOf)));
    return Object.fromEntries(
      [...wings].map((wing) => {
        const may = rooms.filter(({ room }) => room.some((name) => wingOf(name) === wing)).flatMap(({ may }) => may);
        const others = new Set(may.map(wingOf).filter((other) => other !== wing && wings.has(other)));
        return [wing, [...others].sort()];
      }),
    );
  }

  /** The rooms in a rule's `^src/(one|other)(/|[.]ts$)`. */
  function namesIn(path: unknown): readonly string[] {
    return /^\^src\/\(([^)]*)\)/.exec(typeof path === "string" ? path : "")?.[1]?.split("|") ?? [];
  }
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
    const { dependencies, devDependencies, optionalDependencies } = manifest();
    const used = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
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
    const { dependencies, devDependencies, optionalDependencies } = manifest();
    const used = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...bench.dependencies });
    expect(bullets.length).toBeGreaterThan(20);
    expect(bullets.map((name) => name.split(" ")[0]).filter((name) => !used.includes(name ?? ""))).toEqual([]);
  });
});

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

function manifest(): Manifest {
  return JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
}
