import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { askJobs } from "../../src/lytics/list-jobs.ts";
import { readJob } from "../../src/runs/job/read-job.ts";
import { serveLytics } from "../support/lytics.ts";

/** Asks a list that answers so. */
async function listed(answer: unknown) {
  const server = createServer((_, response) => void response.end(JSON.stringify(answer))).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { lytics } = await serveLytics({ items: [] });
  const { port } = server.address() as AddressInfo;
  return askJobs({ ...lytics, url: `http://127.0.0.1:${String(port)}` });
}

test("a work has the name and the workflow of the list, where its event tells none", async () => {
  const { name } = await listed({
    data: [{ id: "a", name: "Orders", workflow: "aws_s3_import_csv" }, null, { name: 7 }],
  });
  const named = (item: object) => {
    const read = readJob(item, null);
    return typeof read === "string" ? read : [name(read.job).jobName, name(read.job).workflow];
  };
  expect(named({ subject_type: "work", subject_id: "a", verb: "failed" })).toEqual(["Orders", "aws_s3_import_csv"]);
  const told = { subject_type: "work", subject_id: "a", context: { name: "As told" } };
  expect(named(told)).toEqual(["As told", "aws_s3_import_csv"]);
  expect(named({ subject_type: "segment", subject_id: "a" })).toEqual([null, null]);
});

test("one that is paused or killed is halted, and none in any other state", async () => {
  const states = ["runnable", "sleeping", "paused", "fault", "failed", "killed", "completed", "", null, 5];
  const { isHalted } = await listed(states.map((state, n) => ({ id: String(n), state })));
  expect(states.filter((_, n) => isHalted(String(n)))).toEqual(["paused", "killed"]);
  expect(isHalted("nobody knows it")).toBe(false);
});

test.each([{ data: null }, "a text", {}, []])("a list that holds nothing (%j) names nothing", async (answer) => {
  const { isHalted } = await listed(answer);
  expect(isHalted("a")).toBe(false);
});
