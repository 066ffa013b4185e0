import { describe, expect, it } from "vitest";
import { checkVersion } from "../../../../src/cli/commands/doctor/machine.ts";

describe("the version of Node", () => {
  it.each(["20.18.1", "20.19.0", "22.0.0", "24.1.2"])("%s is new enough", (nodeVersion) => {
    expect(checkVersion({ nodeVersion })).toMatchObject({ verdict: "ok" });
  });

  it.each(["18.20.5", "20.18.0", "20.9.9"])("%s is too old", (nodeVersion) => {
    expect(checkVersion({ nodeVersion })).toMatchObject({ verdict: "failed", kind: "settings" });
  });
});
