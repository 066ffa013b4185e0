import { expect, it } from "vitest";
import { bareEnv, flowrun, scratch } from "../support/flowrun.ts";

it("a registration of the demo is made, tested, traced, disabled, enabled and deleted, a command at a time", async () => {
  const env = { ...bareEnv(await scratch()), FLOWRUN_PROFILE: "demo" };
  const run = (line: string, ...more: readonly string[]) => flowrun([...line.split(" "), ...more], { env });
  const hook = "https://hooks.example.com/adobe";
  const made = await run(
    `registrations create --delivery webhook --webhook-url ${hook} --json --name`,
    "Made by a test",
  );
  expect(made.code).toBe(0);
  const { registration } = JSON.parse(made.stdout) as { registration: { id: string } };
  const { id } = registration;
  expect((await run("registrations list")).stdout).toContain("Made by a test");
  expect((await run(`registrations test ${id}`)).code).toBe(0);
  expect((await run(`registrations trace ${id}`)).stdout).toContain("200");
  expect((await run(`registrations disable ${id}`)).code).toBe(0);
  expect((await run(`registrations show ${id}`)).stdout).toContain("Disabled");
  expect((await run(`registrations enable ${id}`)).code).toBe(0);
  expect((await run(`registrations show ${id}`)).stdout).not.toContain("Disabled");
  expect((await run(`registrations delete ${id} --yes`)).code).toBe(0);
  expect((await run(`registrations show ${id}`)).code).toBe(1);
});
