import { expect, test } from "vitest";
import { account } from "../../src/demo/account.ts";
import { answerFlow } from "../../src/demo/flow-service.ts";
import { sourceFlows } from "../../src/demo/week/cast.ts";
import { call } from "./support.ts";

const [flow] = sourceFlows;
const headers = { "x-gw-ims-org-id": account.imsOrgId, "x-sandbox-name": flow.sandbox };
const target = `/data/foundation/flowservice/flows/${flow.id}`;

test("tells each flow's name, also where its events do not", () => {
  for (const { id, name, sandbox } of sourceFlows) {
    const path = `/data/foundation/flowservice/flows/${id}`;
    const reply = answerFlow(call(path, { headers: { ...headers, "x-sandbox-name": sandbox } }));
    const { items } = JSON.parse(reply?.body ?? "") as { items: { id: string; name: string }[] };
    expect(items).toHaveLength(1);
    expect(items[0]?.id).toBe(id);
    if (name === null) expect(items[0]?.name).toMatch(/[a-z] [a-z]/i);
    else expect(items[0]?.name).toBe(name);
  }
});

test.each([
  ["another organisation", target, { ...headers, "x-gw-ims-org-id": "other@AdobeOrg" }, 403],
  ["another sandbox", target, { ...headers, "x-sandbox-name": "elsewhere" }, 404],
  ["no such flow", `${target}0`, headers, 404],
])("%s", (_, path, sent, status) => {
  expect(answerFlow(call(path, { headers: sent }))?.status).toBe(status);
});

test("leaves every other path to others", () => {
  expect(answerFlow(call("/data/foundation/flowservice/runs"))).toBeNull();
});
