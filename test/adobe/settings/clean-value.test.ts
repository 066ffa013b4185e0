import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notice } from "../../../src/notices.ts";
import { checkValue } from "../../../src/adobe/settings/check-value.ts";
import { cleanValue, kinds } from "../../../src/adobe/settings/clean-value.ts";
import { describeEnvironment, readVariable, readVariables } from "../../../src/adobe/settings/environment.ts";
import { profileKeys, type ProfileKey } from "../../../src/adobe/settings/keys.ts";

const url = "https://events-va6.adobe.io/events/organizations/1/integrations/2/3";
const start = "where a reading begins is said by its command";

describe("a value is read as it was meant, and says how", () => {
  test.each<readonly [ProfileKey, string, string, string]>([
    ["clientId", '"abc"', "abc", "without the quotes around it"],
    ["imsOrgId", "'X@AdobeOrg'", "X@AdobeOrg", "without the quotes around it"],
    ["clientId", " ' \"abc\" ' ", "abc", "without the quotes around it"],
    ["clientId", '"abc",', "abc", "without the comma at its end and without the quotes around it"],
    ["clientSecret", '"one,two"', "one,two", "without the quotes around it"],
    ["clientSecret", '["one", "two"]', "one,two", "without the brackets around it and without the quotes around it"],
    ["clientSecret", '["one,two"]', "one,two", "without the brackets around it and without the quotes around it"],
    ["journalUrl", `${url},#top`, url, `without its #…: ${start} and without the comma at its end`],
    ["scopes", '"openid","adobeio_api",', "openid,adobeio_api", "without the quotes around it"],
    ["imsUrl", "https://ims.example/ims/token/v3", "https://ims.example", "without the path of its tokens"],
    ["journalUrl", `${url}?latest=true`, url, `without ?latest=: ${start}`],
    ["journalUrl", `${url}?since=a:b%2Fc&limit=5`, url, `without ?since=, ?limit=: ${start}`],
    ["journalUrl", `${url}?LATEST=true#top`, url, `without ?latest=, its #…: ${start}`],
    ["journalUrl", `${url}?key=a%2Fb&seek=-PT1H&x`, `${url}?key=a%2Fb&x`, `without ?seek=: ${start}`],
    ["journalUrl", `"${url}#"`, url, `without the quotes around it and without its #…: ${start}`],
  ])("%s %j", (key, text, value, how) => {
    const told: Notice[] = [];
    expect(checkValue(key, text, "it", (notice) => told.push(notice))).toBe(value);
    expect(told).toEqual([{ kind: "warning", text: `it is read ${how}` }]);
  });
});

test.each([
  ["line break", "abc\r\n"],
  ["byte order mark", "\ufeffabc"],
  ["no-break space", "\u00a0abc\u00a0"],
  ["character without width", "abc\u200b"],
])("a %s around a value is not worth a word", (_, text) => {
  expect(cleanValue("word", text)).toEqual({ text: "abc", how: [] });
});

test("what is clean comes back as it is, whatever it is", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.stringMatching(/^["'`,; [\]abc#?&=]{0,14}$/),
    fc.webUrl({ withQueryParameters: true }),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom(...new Set(Object.values(kinds))), (text, kind) => {
      const { text: clean } = cleanValue(kind, text);
      expect(cleanValue(kind, clean)).toEqual({ text: clean, how: [] });
    }),
    { numRuns: 2000 },
  );
});

describe("what no cleaning makes right is refused by its name", () => {
  test.each<readonly [ProfileKey, string, RegExp]>([
    ["clientId", 'a"b', /clientId holds a character/],
    ["clientId", "“abc”", /clientId holds a character/],
    ["clientId", "<client_id>", /clientId holds a placeholder/],
    ["clientSecret", "${SECRET}", /clientSecret holds a placeholder/],
    ["imsOrgId", "$ORG_ID", /imsOrgId holds a placeholder/],
    ["projectId", "%PROJECT%", /projectId holds a placeholder/],
    ["journalUrl", "{{ journal_url }}", /journalUrl holds a placeholder/],
    ["journalUrl", "https://events-va6.adobe.io/a b", /journalUrl holds a character/],
    ["journalUrl", `${url}\u200b/x`, /journalUrl holds a character/],
    ["apiUrl", "https://api.adobe.io?x=1", /apiUrl has a \?… at its end/],
    ["imsUrl", "https://ims-na1.adobelogin.com/#x", /imsUrl has a #… at its end/],
    ["clientId", '""', /clientId is empty/],
  ])("%s %j", (key, text, message) => {
    expect(() => checkValue(key, text)).toThrow(
      expect.objectContaining({ kind: "settings", message: expect.stringMatching(message) as string }),
    );
  });

  test("a password in what is hardly a URL is not shown", () => {
    expect(() => checkValue("journalUrl", "https//me:hunter2@events-va6.adobe.io/x")).toThrow(
      expect.objectContaining({ why: expect.not.stringContaining("hunter2") as string }),
    );
  });
});

describe("every variable of flowrun's own goes through that door", () => {
  const env = {
    FLOWRUN_CLIENT_ID: '"abc"',
    FLOWRUN_CLIENT_SECRET: "'p8e-hidden'",
    FLOWRUN_IMS_ORG_ID: '"X@AdobeOrg"',
    FLOWRUN_SCOPES: '"openid,adobeio_api"',
    FLOWRUN_JOURNAL_URL: `"${url}"`,
    FLOWRUN_IMS_URL: '"https://ims.example"',
    FLOWRUN_API_URL: '"https://api.example"',
    FLOWRUN_PLATFORM_URL: '"https://platform.adobe.io"',
    FLOWRUN_KEYS_URL: '"https://static.adobeioevents.com"',
    FLOWRUN_ACCESS_TOKEN: '"eyJ.hidden"',
    FLOWRUN_PROFILE: '"acme"',
    FLOWRUN_HOME: '"/var/lib/flowrun"',
  };

  test("each says so once, and shows nothing of its value", () => {
    const told = describeEnvironment(env);
    expect(told).toEqual(Object.keys(env).map((name) => `${name} is read without the quotes around it`));
  });

  test("and is what it was meant to be", () => {
    expect(readVariables(env)).toMatchObject({ clientId: "abc", clientSecret: "p8e-hidden", journalUrl: url });
    expect(readVariable(env, "FLOWRUN_ACCESS_TOKEN")).toBe("eyJ.hidden");
    expect(readVariable(env, "FLOWRUN_PROFILE")).toBe("acme");
    expect(readVariable(env, "FLOWRUN_PLATFORM_URL")).toBe("https://platform.adobe.io");
  });

  test("quotes with nothing in them are nothing, and not worth a word", () => {
    const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '""']));
    expect(readVariables(empty)).toEqual({});
    expect(describeEnvironment(empty)).toEqual([]);
  });

  test("no setting of a profile is without a kind", () => {
    expect(Object.keys(kinds).sort()).toEqual([...profileKeys].sort());
  });
});
