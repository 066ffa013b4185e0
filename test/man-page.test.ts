import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manPage } from "../build/man-page.js";
import { createProgram } from "../src/cli/program.ts";
import { exitCodesOf, exitRows } from "../src/cli/options/exit-codes.ts";
import { Command } from "commander";
import { fakeHost } from "./support/host.ts";

/** The man page, as man(1) and groff take it. */
const settings = readFileSync("docs/settings.md", "utf8");
const program = createProgram(fakeHost());
const page = manPage({ program, exitRows, exitCodesOf, settings, version: "1.2.3", released: "2026-11-29" });

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flowrun-man-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Whether there is such a program here. */
function has(program: string): boolean {
  const { stdout, status } = spawnSync(program, ["--version"], { encoding: "utf8" });
  // A machine without documents may have a man that only says so.
  return status === 0 && /\d\.\d/.test(stdout);
}

async function saved(text: string): Promise<string> {
  const path = join(folder, "flowrun.1");
  await writeFile(path, text);
  return path;
}

/** A page as somebody reads it, in one long line: without styles, and without what the breaking of lines puts in. */
async function read(text: string): Promise<string> {
  const { stdout } = spawnSync("groff", ["-man", "-Tutf8", "-P-cbou", await saved(text)], { encoding: "utf8" });
  return stdout.replaceAll(/\s+/g, " ");
}

describe("the man page", () => {
  test("has the usual sections, in the usual order", () => {
    expect([...page.matchAll(/^\.SH (.*)$/gm)].map(([, title]) => title)).toEqual([
      "NAME",
      "SYNOPSIS",
      "DESCRIPTION",
      "COMMANDS",
      "OPTIONS",
      "EXIT STATUS",
      "ENVIRONMENT",
      "FILES",
      "EXAMPLES",
      "SEE ALSO",
    ]);
    expect(page.split("\n")[0]).toBe('.TH FLOWRUN 1 "2026\\-11\\-29" "flowrun 1.2.3" "User Commands"');
  });

  test.skipIf(!has("groff"))(
    "is good roff: groff has nothing to warn of (skipped where there is no groff)",
    async () => {
      const { status, stdout, stderr } = spawnSync("groff", ["-ww", "-man", "-z", await saved(page)], {
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    },
  );

  test.skipIf(!has("man"))("man shows it, and warns of nothing (skipped where there is no man)", async () => {
    const { status, stdout, stderr } = spawnSync("man", ["--warnings", "-l", await saved(page)], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", MANWIDTH: "80", MAN_KEEP_FORMATTING: "" },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("EXIT STATUS");
  });

  test.skipIf(!has("groff"))("tells every command with its options, codes and variables", async () => {
    const text = await read(page);
    const commands = [...exitCodesOf.keys()];
    for (const name of commands) {
      const command = name
        .split(" ")
        .reduce<Command>((at, word) => at.commands.find((one) => one.name() === word)!, program);
      const [, about = ""] = text.split(
        ` flowrun ${name} ${command.usage()} ${command.description().split(" ")[0] ?? ""}`,
      );
      const section = about.split(/ Exits with /)[0] ?? "";
      for (const { long } of command.createHelp().visibleOptions(command)) expect(section, name).toContain(long);
      for (const alias of command.aliases()) expect(section).toContain(`Also called ${alias}.`);
    }
    for (const { codes } of exitRows) expect(text).toContain(` ${codes.join(", ")} `);
    for (const [name] of settings.matchAll(/FLOWRUN_[A-Z_]+/g)) expect(text).toContain(name);
  });

  test.skipIf(!has("groff"))("shows every sign as it is written", async () => {
    const odd = "a -b --c 'd' \"e\" `f` \\g \\fBh ^i ~j .k …";
    const host = fakeHost();
    const strange = createProgram(host).description(`${odd}.`);
    strange.command("odd").description(`. ${odd}`).option("-x, --ex <a'b\\c>", `.so ${odd}`);
    const text = await read(manPage({ program: strange, exitRows, exitCodesOf, settings, version: "1", released: "" }));
    const shown = odd.replaceAll("`", "").replace("…", "...");
    expect(text).toContain(`flowrun - ${shown}`);
    expect(text).toContain(`. ${shown}`);
    expect(text).toContain(`-x, --ex <a'b\\c> .so ${shown}`);
  });
});
