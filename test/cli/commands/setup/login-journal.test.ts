import { describe, expect, test } from "vitest";
import { journalOf } from "../../../../src/cli/commands/setup/login-journal.ts";
import { registrationWith } from "../../../support/registration.ts";

const registration = registrationWith();
const silent = (): void => undefined;

describe("the journal that a registration names", () => {
  test.each([
    ["https://api.adobe.io", "https://events-va6.adobe.io/events/1"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/events/1"],
  ])("of %s is taken: %s", (apiUrl, journalUrl) => {
    expect(journalOf({ ...registration, journalUrl }, apiUrl, silent).url).toBe(journalUrl);
  });

  test.each([
    "https://events.example.com/events/1",
    "http://events-va6.adobe.io/events/1",
    "https://adobe.io.example.com/",
    "/events/1",
    "not a URL",
  ])("is refused where the token may not go: %s", (journalUrl) => {
    expect(() => journalOf({ ...registration, journalUrl }, "https://api.adobe.io", silent)).toThrow(/is not Adobe's/);
  });
});
