import { expect, test } from "vitest";
import { stateOf } from "../../../src/adobe/registrations/state.ts";
import { registrationWith } from "../../support/registration.ts";

test.each([
  [{ status: "verified" }, "Active", null],
  [{ status: "ACTIVE" }, "Active", null],
  [{ status: null }, "Enabled", null],
  [{ status: "hook_unreachable" }, "hook_unreachable", /update 6a1f --webhook-url/],
  [{ status: "unstable" }, "Unstable", /trace 6a1f --failed/],
  [{ status: "disabled" }, "Disabled", /enable 6a1f/],
  [{ status: "hook_unstable" }, "Unstable", /trace 6a1f --failed/],
  [{ status: "HOOK_DISABLED" }, "Disabled", /enable 6a1f/],
  [{ status: "destabilised" }, "destabilised", null],
  [{ status: "verified", enabled: false }, "Disabled", /enable 6a1f/],
  [{ status: "something new" }, "something new", null],
])("%j is told as %s", (parts, word, remedy) => {
  const state = stateOf(registrationWith(parts), "default");
  expect(state.word).toBe(word);
  if (remedy === null) expect(state.remedy).toBeNull();
  else expect(state.remedy).toMatch(remedy);
});

test("the remedy is for the profile that is looked at", () => {
  for (const status of ["unstable", "hook_unreachable", "disabled"]) {
    expect(stateOf(registrationWith({ status }), "acme").remedy).toMatch(/flowrun registrations .* --profile acme$/);
  }
});

test("what becomes of events while one is disabled depends on how it delivers", () => {
  const of = (deliveryType: string) => stateOf(registrationWith({ enabled: false, deliveryType }), "default").meaning;
  expect(of("webhook")).toMatch(/its journal goes on recording/);
  expect(of("journal")).toMatch(/may never reach/);
});
