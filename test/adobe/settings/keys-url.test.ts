import { describe, expect, test } from "vitest";
import { resolveKeysUrl } from "../../../src/adobe/settings/keys-url.ts";

describe("where the keys are", () => {
  test.each([
    [undefined, "https://static.adobeioevents.com"],
    [" ", "https://static.adobeioevents.com"],
    ["https://keys.example/mirror/", "https://keys.example/mirror"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
  ])("%j", (value, url) => {
    expect(resolveKeysUrl({ FLOWRUN_KEYS_URL: value })).toBe(url);
  });

  test.each([
    ["http://static.adobeioevents.com", "plain http"],
    ["static.adobeioevents.com", "is not a URL"],
    ["https://me:pass@static.adobeioevents.com", "user name or password"],
    ["https://static.adobeioevents.com/?x=", "at its end"],
    ["file:///etc/keys", "is not a URL"],
  ])("never %s", (value, message) => {
    expect(() => resolveKeysUrl({ FLOWRUN_KEYS_URL: value })).toThrow(message);
  });
});
