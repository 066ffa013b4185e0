import { inspect, format } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../../src/adobe/auth/secret.ts";

const secret = new Secret("p@ss-w0rd");

test("reveal is the only way to the text", () => {
  expect(secret.reveal()).toBe("p@ss-w0rd");
});

test.each([
  ["String", String(secret)],
  ["concatenation", "x" + String(secret)],
  ["join", [secret].join()],
  ["JSON", JSON.stringify({ secret })],
  ["inspect", inspect({ deep: { secret } }, { showHidden: true, depth: 9 })],
  ["format", format("%s %o %j", secret, secret, secret)],
  ["its fields", JSON.stringify(Object.entries(secret))],
  ["an error's message", new Error(String(secret)).stack ?? ""],
])("%s does not print it", (_, shown) => {
  expect(shown).not.toContain("p@ss");
});

test("what is shown says that something is there", () => {
  expect(`${inspect(secret)} ${String(secret)} ${JSON.stringify(secret)}`).toBe('[secret] [secret] "[secret]"');
});
