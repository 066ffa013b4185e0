import { describe, expect, test } from "vitest";
import { checkValue } from "../../../src/adobe/settings/check-value.ts";
import type { ProfileKey } from "../../../src/adobe/settings/keys.ts";
import { checkProfileName, namedProfile } from "../../../src/adobe/settings/profile-name.ts";

describe("a good value is kept without the blanks around it", () => {
  test.each<readonly [ProfileKey, string, string]>([
    ["clientId", " abc\n", "abc"],
    ["scopes", "a, b ,,c", "a,b,c"],
    ["clientSecret", "one,two\n", "one,two"],
    ["imsUrl", "https://ims-na1.adobelogin.com/", "https://ims-na1.adobelogin.com"],
    ["apiUrl", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["journalUrl", "https://events-va6.adobe.io/events/x/?key=1", "https://events-va6.adobe.io/events/x/?key=1"],
    ["projectId", "4566206088344827113", "4566206088344827113"],
  ])("%s %j", (key, text, value) => {
    expect(checkValue(key, text)).toBe(value);
  });
});

describe("a bad one is refused under its name", () => {
  test.each<readonly [ProfileKey, string, RegExp]>([
    ["clientId", "", /clientId is empty/],
    ["clientId", "a b", /clientId holds a character/],
    ["imsOrgId", "“X@AdobeOrg”", /imsOrgId holds a character/],
    ["scopes", " , ", /scopes is empty/],
    ["clientSecret", "p8e two", /clientSecret holds a character/],
    ["journalUrl", "events-va6.adobe.io/x", /journalUrl is not a URL/],
    ["journalUrl", "ftp://x", /journalUrl is not a URL/],
    ["apiUrl", "http://api.adobe.io", /apiUrl uses plain http/],
    ["imsUrl", "https://me:pass@ims.example", /imsUrl holds a user name or password/],
  ])("%s %j", (key, text, message) => {
    expect(() => checkValue(key, text)).toThrow(message);
  });
  test("a secret is not repeated", () => {
    expect(() => checkValue("clientSecret", "p8e two")).toThrow(
      expect.objectContaining({ why: expect.not.stringContaining("p8e") as string }),
    );
  });
});

test.each(["../x", "a/b", "", ".hidden", "-x", "a".repeat(65), "a b"])("%j cannot be a profile's name", (name) => {
  expect(() => checkProfileName(name)).toThrow(expect.objectContaining({ kind: "usage" }));
});

test("the flag goes before the environment", () => {
  expect(namedProfile("a", { FLOWRUN_PROFILE: "b" })).toBe("a");
  expect(namedProfile(undefined, { FLOWRUN_PROFILE: " b " })).toBe("b");
  expect(namedProfile(undefined, { FLOWRUN_PROFILE: " " })).toBeNull();
});
