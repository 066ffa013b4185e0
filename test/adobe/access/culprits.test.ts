import { describe, expect, test } from "vitest";
import { nameCulprits } from "../../../src/adobe/access/culprits.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Env, ProfileValues } from "../../../src/adobe/settings/keys.ts";

const saved: ProfileValues = { clientId: "saved", clientSecret: "p8e-saved", scopes: "a,b" };

function named(suspects: readonly string[], env: Env, kept: ProfileValues = saved) {
  const error = new FlowrunError("auth", "refused", { why: "it said no", hint: "do that", requestId: "r", suspects });
  const told = nameCulprits(error, { profile: "acme", env, saved: () => Promise.resolve(kept) });
  return told.then((result) => ({ error, result }));
}

describe("is named", () => {
  test("a variable that says something else than the profile, and all that was known stays", async () => {
    const { result } = await named(["clientSecret", "clientId"], { FLOWRUN_CLIENT_SECRET: "p8e-stale" });
    expect(result).toMatchObject({
      kind: "auth",
      message: "refused",
      why: "it said no; FLOWRUN_CLIENT_SECRET is set and goes before what profile 'acme' has saved",
      hint: "unset FLOWRUN_CLIENT_SECRET   (or else: do that)",
      requestId: "r",
      suspects: [],
    });
  });

  test("several of them", async () => {
    const env = { FLOWRUN_CLIENT_SECRET: "p8e-stale", FLOWRUN_CLIENT_ID: "other" };
    const { result } = await named(["clientSecret", "clientId"], env);
    expect(result.hint).toMatch(/^unset FLOWRUN_CLIENT_ID FLOWRUN_CLIENT_SECRET /);
  });

  test("a ready token, whatever the profile has", async () => {
    const { result } = await named(["accessToken"], { FLOWRUN_ACCESS_TOKEN: "opaque-token" }, {});
    expect(result.hint).toContain("unset FLOWRUN_ACCESS_TOKEN   (flowrun mints its own after: flowrun login)");
  });

  test("a ready token after what is suspected more", async () => {
    const env = { FLOWRUN_ACCESS_TOKEN: "opaque-token", FLOWRUN_CLIENT_ID: "other" };
    expect((await named(["clientId", "accessToken"], env)).result.hint).toMatch(/^unset FLOWRUN_CLIENT_ID /);
    expect((await named(["accessToken", "clientId"], env)).result.hint).toMatch(/^give a fresh token/);
  });
});

describe("is not named", () => {
  test.each<[string, readonly string[], Env]>([
    ["one that says the same", ["clientSecret"], { FLOWRUN_CLIENT_SECRET: " p8e-saved " }],
    ["a list that says the same with blanks", ["scopes"], { FLOWRUN_SCOPES: "a, b" }],
    ["one that nobody suspects", ["scopes"], { FLOWRUN_CLIENT_SECRET: "p8e-stale" }],
    ["one that is empty", ["clientSecret"], { FLOWRUN_CLIENT_SECRET: " " }],
    ["one that the profile lacks", ["journalUrl"], { FLOWRUN_JOURNAL_URL: "https://h/" }],
    ["a ready token that is not suspected", ["journalUrl"], { FLOWRUN_ACCESS_TOKEN: "opaque-token" }],
    ["anything, where nothing is suspected", [], { FLOWRUN_CLIENT_SECRET: "p8e-stale", FLOWRUN_ACCESS_TOKEN: "x" }],
  ])("%s", async (_, suspects, env) => {
    const { error, result } = await named(suspects, env);
    expect(result).toBe(error);
  });
});
