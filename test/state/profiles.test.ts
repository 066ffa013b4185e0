import { chmod, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  forgetUsedProfile,
  listProfiles,
  profilePath,
  readUsedProfile,
  saveUsedProfile,
  tightenProfile,
} from "../../src/state/profile-files.ts";
import { readProfile, removeProfile, updateProfile } from "../../src/state/profiles.ts";
import { fakeHost } from "../support/host.ts";
import { scratch } from "../support/flowrun.ts";

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

async function keep() {
  const dir = join(await scratch(), "config");
  return { dir, keeper: fakeHost({ dir }) };
}

test("what is saved is read again, in a private file of a private folder, with nothing left beside it", async () => {
  const { dir, keeper } = await keep();
  expect(await readProfile(dir, "acme")).toEqual({});
  await updateProfile(keeper, "acme", () => ({ clientId: "c", journalUrl: "https://a.b.adobe.io/x" }));
  await updateProfile(keeper, "acme", (saved) => ({ ...saved, projectId: "4566206088344827113" }));
  const values = { clientId: "c", journalUrl: "https://a.b.adobe.io/x", projectId: "4566206088344827113" };
  expect(await readProfile(dir, "acme")).toEqual(values);
  const path = profilePath(dir, "acme");
  expect([await modeOf(path), await modeOf(dirname(path))]).toEqual([0o600, 0o700]);
  expect(await readdir(dirname(path))).toEqual(["acme.json", "acme.lock"]);
  expect(await listProfiles(dir)).toEqual(["acme"]);
});

test("changes made at the same time all hold", async () => {
  const { dir, keeper } = await keep();
  const names = Array.from({ length: 12 }, (_, n) => `s${n}`);
  await Promise.all(
    names.map((name) =>
      updateProfile({ ...keeper, sleep: () => new Promise((done) => setTimeout(done, 2)) }, "acme", (saved) => ({
        ...saved,
        scopes: [saved.scopes, name].filter(Boolean).join(","),
      })),
    ),
  );
  expect((await readProfile(dir, "acme")).scopes?.split(",").sort()).toEqual([...names].sort());
});

describe("a damaged file is named and left alone", () => {
  test.each([
    ["empty", ""],
    ["half", '{"clientSecret": "p8e-ab'],
    ["bare secret", '{"clientSecret": p8e-abcdef}'],
    ["a list", "[]"],
    ["another type", '{"clientId": 7}'],
    ["an unknown key", '{"clientID": "x"}'],
  ])("%s", async (_, text) => {
    const { dir, keeper } = await keep();
    const path = profilePath(dir, "acme");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    const expected = { kind: "settings", message: expect.stringContaining(path) as string };
    await expect(readProfile(dir, "acme")).rejects.toMatchObject(expected);
    await expect(updateProfile(keeper, "acme", () => ({ clientId: "c" }))).rejects.toMatchObject(expected);
    await expect(readProfile(dir, "acme")).rejects.toMatchObject({ why: expect.not.stringContaining("p8e") as string });
    expect(await readFile(path, "utf8")).toBe(text);
    expect(await removeProfile(keeper, "acme")).toBe(true);
    expect(await readProfile(dir, "acme")).toEqual({});
  });
});

test("a change that fails leaves the file as it was, and the lock free", async () => {
  const { dir, keeper } = await keep();
  await updateProfile(keeper, "acme", () => ({ clientId: "c" }));
  const failing = updateProfile(keeper, "acme", () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow();
  await updateProfile(keeper, "acme", (saved) => ({ ...saved, scopes: "a" }));
  expect(await readProfile(dir, "acme")).toEqual({ clientId: "c", scopes: "a" });
});

test("a file that others could read is taken from them, once", async () => {
  const { dir, keeper } = await keep();
  await updateProfile(keeper, "acme", () => ({ clientId: "c" }));
  await chmod(profilePath(dir, "acme"), 0o644);
  expect(await tightenProfile(dir, "acme")).toBe(0o644);
  expect(await modeOf(profilePath(dir, "acme"))).toBe(0o600);
  expect(await tightenProfile(dir, "acme")).toBeNull();
  expect(await tightenProfile(dir, "nobody")).toBeNull();
});

test("the chosen profile is remembered, forgotten, and refused when it is no name", async () => {
  const { dir } = await keep();
  expect(await readUsedProfile(dir)).toBeNull();
  await saveUsedProfile(dir, "acme");
  expect(await readUsedProfile(dir)).toBe("acme");
  await forgetUsedProfile(dir);
  expect(await readUsedProfile(dir)).toBeNull();
  await saveUsedProfile(dir, "../x");
  await expect(readUsedProfile(dir)).rejects.toMatchObject({ kind: "settings", hint: /profile use/ });
});
