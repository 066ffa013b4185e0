import { describe, expect, it } from "vitest";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { normalise } from "../../../src/runs/events/normalise.ts";
import { readService } from "../../../src/runs/events/service.ts";
import { bareRun } from "../events.ts";

describe("the service of a run", () => {
  it.each<[string, string | null, readonly Readonly<Record<string, string>>[], string]>([
    ["the event's code", "profile_ingestion_error", [{ name: "SFTP Copy Activity" }], "profile"],
    ["the code of either generation", "source_flow_run_info", [], "sources"],
    ["the code of the first generation", "sources_flow_run_failed", [{ name: "Query Activity" }], "sources"],
    ["an activity's id", null, [{ id: "46382888-2f46-11eb-adc1-0242ac120002" }], "identity"],
    ["an id before a name", null, [{ id: "copyActivity", name: "Profile Copy" }], "sources"],
    ["one activity of a source among others", null, [{ name: "Promotion Activity" }, { name: "UPS Batch" }], "sources"],
    ["the word that says most", null, [{ name: "UPS Batch Segmentation Activity" }], "segmentation"],
    ["UPS", null, [{ name: "UPS Batch Activity" }], "profile"],
    ["UIS", null, [{ name: "UIS Batch Activity" }], "identity"],
    ["an activation", null, [{ name: "Activation Batch Publisher Activity" }], "destinations"],
    ["a query", null, [{ name: "Query Activity" }], "query"],
    ["a word inside another", null, [{ name: "Groups of Setups" }], "unknown"],
    ["nothing", null, [], "unknown"],
    ["a strange code", "some_other_code", [], "unknown"],
  ])("is told by %s", (_, code, activities, service) => {
    expect(readService(code, activities)).toBe(service);
  });
});

describe("--events sources", () => {
  const runsOf = (words: readonly string[], event: unknown): number =>
    normalise("p", event, { events: resolveEventSelection(words), raw: false }).runs.length;
  const segment = bareRun({ activities: [{ name: "UPS Batch Segmentation Activity" }] });
  const copy = bareRun({ activities: [{ name: "SFTP Copy Activity" }] });
  const coded = { ...segment, header: { _adobeio: { eventCode: "source_flow_run_info" } } };

  it.each([
    ["a source's run", copy, 1],
    ["a run that nothing tells apart", bareRun({}), 1],
    ["another service's", segment, 0],
    ["whatever has a source's code", coded, 1],
  ])("of events without a code: %s", (_, event, count) => {
    expect(runsOf(["sources"], event)).toBe(count);
    expect(runsOf(["runs"], event)).toBe(1);
  });

  it("has what an exact code asks for, too", () => {
    const profile = { ...segment, header: { _adobeio: { eventCode: "profile_ingestion_info" } } };
    expect(runsOf(["sources", "profile_ingestion_info"], profile)).toBe(1);
    expect(runsOf(["sources"], profile)).toBe(0);
  });
});
