import { expect, test } from "vitest";
import { findConsolePlace, registrationsUrl } from "../../../src/adobe/registrations/console-place.ts";

const journal = "https://events-va6.adobe.io/events/organizations/42/integrations/7/r";

test.each([
  [{}, null, null],
  [{}, "https://events-va6.adobe.io/elsewhere", null],
  [{}, journal, { consumerOrgId: "42", workspace: null }],
  [{ consumerOrgId: "1", projectId: "2" }, journal, { consumerOrgId: "1", workspace: null }],
  [
    { consumerOrgId: "1", projectId: "2", workspaceId: "3" },
    journal,
    { consumerOrgId: "1", workspace: { projectId: "2", workspaceId: "3" } },
  ],
])("%j and %s", (saved, journalUrl, place) => {
  expect(findConsolePlace(saved, journalUrl)).toEqual(place);
});

test("ids go into the path whole, and cannot leave it", () => {
  const workspace = { projectId: "4566206088344827113", workspaceId: "../../x" };
  expect(registrationsUrl("https://api.adobe.io", { consumerOrgId: "1", workspace })).toBe(
    "https://api.adobe.io/events/1/4566206088344827113/..%2F..%2Fx/registrations",
  );
});

test.each(["..", ".", "\ud800"])("%j is no id of the console's", (consumerOrgId) => {
  expect(() => registrationsUrl("https://api.adobe.io", { consumerOrgId, workspace: null })).toThrow(/cannot be an id/);
});
