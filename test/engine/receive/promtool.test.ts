import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { meterDeliveries, meterKept } from "../../../src/engine/receive/delivery-metrics.ts";
import { meterForwarding } from "../../../src/engine/receive/forward-metrics.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";
import { meterRuns } from "../../../src/engine/receive/run-metrics.ts";
import { faultsOfMetrics, faultsOfRules, hasPromtool, whyNoPromtool } from "../../support/promtool.ts";

/** All that `/metrics` has, from the beginning on and after some work. */
function pages(): readonly string[] {
  const meter = createMetrics();
  const deliveries = meterDeliveries(meter, "webhook");
  const lytics = meterDeliveries(meter, "lytics");
  const kept = meterKept(meter, () => 7);
  const forwarding = meterForwarding(meter, { now: () => 0 });
  const count = meterRuns(meter, () => 4.2);
  const before = meter.page();
  deliveries.answered(200);
  deliveries.accepted(0.02);
  deliveries.accepted(12);
  deliveries.rejected("poison");
  deliveries.duplicates(3);
  kept.recovered(2);
  lytics.accepted(0.01);
  lytics.rejected("header");
  forwarding.tried("later");
  const run = { completedAt: "2026-11-22T12:00:00.000Z", updatedAt: null };
  for (const status of ["success", 'o"d\\d\n\u202e', ""]) count({ ...run, flowId: "flow-1", status });
  for (const flowId of ['quo"te\\back\nline', "\x1b[31m\r", "{}", "é\u0000", ""])
    count({ ...run, flowId, status: "success" });
  return [before, meter.page()];
}

describe(`what Prometheus says${whyNoPromtool}`, () => {
  test.skipIf(!hasPromtool)("of the page: nothing, whatever words events have", () => {
    expect(pages().map(faultsOfMetrics)).toEqual(["", ""]);
    expect(faultsOfMetrics("# TYPE a counter\na 1\n")).toContain("_total");
    expect(faultsOfMetrics('a{b="c} 1\n')).not.toBe("");
  });

  test.skipIf(!hasPromtool)(
    "of the rules in the documentation: nothing, and each asks for what is on the page",
    async () => {
      const text = await readFile("docs/webhooks.md", "utf8");
      const [, rules = ""] = /```yaml\n(groups:\n[^]*?)```/.exec(text) ?? [];
      expect(await faultsOfRules(rules)).toBe("");
      expect(await faultsOfRules(rules.replace("expr: flowrun", "expr: flowrun("))).not.toBe("");
      const asked = new Set(Array.from(rules.matchAll(/flowrun_\w+/g), ([name]) => name));
      expect(asked.size).toBeGreaterThan(3);
      for (const name of asked) expect(pages()[1]).toMatch(new RegExp(`^${name}[ {]`, "m"));
    },
  );
});
