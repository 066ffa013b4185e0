import { describe, expect, test } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import { sourceFlows } from "../../src/demo/week/cast.ts";
import { bareEnv, flowrun, records, scratch } from "../support/flowrun.ts";
import { openJournal, runBody, header, type OpenJournal } from "../support/journal.ts";

const flow = sourceFlows.find(({ name }) => name === null);
const code = "sources_flow_run_success";

/** A run of a flow that Flow Service knows, and whose event does not name it. */
const nameless = { event: { ...runBody(1), flowId: flow?.id, sandboxName: flow?.sandbox, header: header(code) } };

async function openNamed(...faults: readonly FaultRule[]) {
  const journal = await openJournal({ events: [nameless], faults });
  const more = { FLOWRUN_PLATFORM_URL: journal.server.origin };
  return { journal, read: () => journal.run("since -P1D --names --json --verbose", more) };
}

const lookUps = ({ server }: OpenJournal): number =>
  server.requests.filter(({ target }) => target.includes("/flowservice/flows/")).length;

describe("--names", () => {
  test("the name is there the next time, and asked for once", async () => {
    const { journal, read } = await openNamed();
    expect((await read()).code).toBe(0);
    expect(records((await read()).stdout)[0]).toMatchObject({ flowId: flow?.id, flowName: "Product catalogue" });
    expect(lookUps(journal)).toBe(1);
  });

  test("nobody asks where nobody wants names", async () => {
    const { journal } = await openNamed();
    expect(records((await journal.run("since -P1D --json")).stdout)[0]).toMatchObject({ flowName: null });
    expect(lookUps(journal)).toBe(0);
  });

  test("a refusal is one remark, and the reading goes well", async () => {
    const { read } = await openNamed({ on: "api", fault: { kind: "status", status: 403, code: "403003" } });
    const { stdout, stderr, code } = await read();
    expect(records(stdout)).toHaveLength(1);
    expect(stderr.match(/names could not be looked up/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  test("a Flow Service that does not answer delays no run, and the end by seconds only", async () => {
    const { read } = await openNamed({ on: "api", fault: { kind: "hang" } });
    const { stdout, code } = await read();
    expect(records(stdout)[0]).toMatchObject({ runId: "run-1", flowName: null });
    expect(code).toBe(0);
  });

  test("the token goes to no stranger", async () => {
    const { journal } = await openNamed();
    const stranger = { FLOWRUN_PLATFORM_URL: "https://platform.example.com" };
    const { code, stderr } = await journal.run("since -P1D --names", stranger);
    expect(stderr).toContain("platform.example.com, which is not Adobe's");
    expect(code).toBe(2);
    expect(journal.server.requests).toEqual([]);
  });

  test("the demo's flows have names too", async () => {
    const env = bareEnv(await scratch());
    const args = ["since", "-P1D", "--profile", "demo", "--names", "--json"];
    await flowrun(args, { env });
    const { stdout } = await flowrun(args, { env });
    expect(records(stdout).filter(({ flowName }) => flowName === null)).toEqual([]);
  });
});
