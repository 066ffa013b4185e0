import { expect, test } from "vitest";
import { bareEnv, scratch } from "../../../support/flowrun.ts";
import { runHere } from "../../../support/in-process.ts";

async function told(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stderr } = await runHere(line.split(" "), { env: { ...bareEnv(await scratch()), ...env } });
  expect(code).toBe(2);
  return stderr;
}

test("a profile that is not there is what is wrong, with the journal and without it", async () => {
  for (const line of ["listen --profile nope", "listen --profile nope --reconcile off"]) {
    expect(await told(line)).toMatch(/no profile 'nope'\n.*\n {2}fix: make it: flowrun login --profile nope\n$/);
  }
});

test("to do without the journal is said to whoever can: where it is known whose deliveries to take", async () => {
  expect(await told("listen")).not.toContain("--reconcile off");
  expect(await told("listen --reconcile off")).toMatch(/FLOWRUN_CLIENT_ID not set/);
  const known = { FLOWRUN_CLIENT_ID: "0123456789abcdef" };
  expect(await told("listen", known)).toMatch(/without the journal: flowrun listen --reconcile off\)\n$/);
  expect(await told("listen --profile acme", known)).toMatch(/flowrun listen --reconcile off --profile acme\)\n$/);
});
