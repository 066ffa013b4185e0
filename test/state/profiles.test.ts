import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes, FlowrunError } from "../../src/errors.ts";
import { readProfile } from "../../src/state/profiles.ts";
import { emptyFolder, filesBelow } from "./folder.ts";

async function save(folder: string, profile: string, text: string): Promise<string> {
  const path = join(folder, "profiles", `${profile}.json`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

test("each profile has a file of its own", async () => {
  const folder = await emptyFolder();
  await save(folder, "prod", '{"clientId":"p","journalUrl":"https://events-va6.adobe.io/x"}');
  await save(folder, "stage", '{"clientId":"s"}');
  expect(await readProfile(folder, "prod")).toEqual({ clientId: "p", journalUrl: "https://events-va6.adobe.io/x" });
  expect(await readProfile(folder, "stage")).toEqual({ clientId: "s" });
});

test("one that was never saved is empty, and looking makes no file", async () => {
  const folder = await emptyFolder();
  expect(await readProfile(folder, "default")).toEqual({});
  expect(await filesBelow(folder)).toEqual([]);
});

describe("a damaged file is named and left alone", () => {
  test.each([
    ["empty", ""],
    ["cut off", '{"clientId":"p'],
    ["a list", "[]"],
    ["a value of another type", '{"clientId":7}'],
    ["an unknown key", '{"cleintId":"p"}'],
  ])("%s", async (_, text) => {
    const folder = await emptyFolder();
    const path = await save(folder, "prod", text);
    const error: unknown = await readProfile(folder, "prod").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FlowrunError);
    expect(error).toMatchObject({ kind: "settings", message: expect.stringContaining(path) as string });
    expect(exitCodes.settings).toBe(2);
    expect(error).toHaveProperty("why", expect.any(String));
    expect(error).toHaveProperty("hint", expect.any(String));
    expect(await readFile(path, "utf8")).toBe(text);
    expect(await filesBelow(folder)).toEqual([join("profiles", "prod.json")]);
  });
});
