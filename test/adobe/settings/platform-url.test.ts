import { describe, expect, test } from "vitest";
import { resolvePlatformUrl } from "../../../src/adobe/settings/platform-url.ts";

describe("where Platform is", () => {
  test.each([
    [undefined, "https://platform.adobe.io"],
    [" ", "https://platform.adobe.io"],
    ["https://platform-va7.adobe.io/", "https://platform-va7.adobe.io"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
  ])("%j", (value, url) => {
    expect(resolvePlatformUrl({ FLOWRUN_PLATFORM_URL: value })).toBe(url);
  });

  test.each([
    ["http://platform.adobe.io", "plain http"],
    ["https://platform.adobe.io.example.com", "is not Adobe's"],
    ["https://notadobe.io", "is not Adobe's"],
    ["platform.adobe.io", "is not a URL"],
    ["https://me:pass@platform.adobe.io", "user name or password"],
  ])("never %s", (value, message) => {
    expect(() => resolvePlatformUrl({ FLOWRUN_PLATFORM_URL: value })).toThrow(message);
  });
});
