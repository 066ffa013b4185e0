import { describe, expect, test } from "vitest";
import { Ajv2020 } from "ajv/dist/2020.js";
import { shippedSchema } from "../../../build/json-schema.js";
import { jobFields, jobStatusOf } from "../../../src/runs/job/job.ts";
import { itemsOf, readJob, type JobEvent } from "../../../src/runs/job/read-job.ts";

/** As the first version's list has it. */
const clustered = {
  id: "c57172d7d22e1c7ac4c80ce713e6e7cb",
  ts: "1465844458666",
  priority: 2,
  subject_type: "entity",
  subject_id: "user/email/a.user@gmail.com",
  verb: "clustered",
  related: [{ type: "segment", id: "791734b084019d99c82a475264464304" }],
  account_id: "1234abcdefgh",
  context: { in: "2016-06-13T18:58:29Z" },
};

const failed = {
  id: "9b1c",
  aid: 4711,
  account_id: "acct",
  user_id: "u1",
  subject_type: "work",
  subject_id: "w1",
  verb: "failed",
  timestamp: "2026-11-28T12:00:00.5Z",
  priority: 5,
  notes: ["the file", "was not found"],
  context: { workflow: "aws_s3_import_csv", name: "Web orders" },
};

function read(item: unknown): JobEvent {
  const event = readJob(item, "acme");
  if (typeof event === "string") throw new Error(event);
  return event;
}

test("an item of the first version", () => {
  expect(read(clustered).job).toEqual({
    type: "flowrun.job",
    schemaVersion: 1,
    eventId: "c57172d7d22e1c7ac4c80ce713e6e7cb",
    subjectType: "entity",
    subjectId: "user/email/a.user@gmail.com",
    verb: "clustered",
    at: "2016-06-13T19:00:58.666Z",
    priority: 2,
    accountId: "1234abcdefgh",
    userId: null,
    notes: null,
    related: [{ type: "segment", id: "791734b084019d99c82a475264464304" }],
    context: { in: "2016-06-13T18:58:29Z" },
    workflow: null,
    jobName: null,
    status: null,
    profile: "acme",
  });
});

test("an item of the second version", () => {
  expect(read(failed).job).toMatchObject({
    at: "2026-11-28T12:00:00.500Z",
    accountId: "acct",
    notes: "the file\nwas not found",
    workflow: "aws_s3_import_csv",
    jobName: "Web orders",
    status: "failed",
  });
  expect(read({ ...failed, account_id: undefined }).job.accountId).toBe("4711");
});

test.each([
  ["2026-11-28T12:00:00Z", "2026-11-28T12:00:00.000Z"],
  ["2026-11-28T13:00:00+01:00", "2026-11-28T12:00:00.000Z"],
  ["2026-11-28 12:00:00", "2026-11-28T12:00:00.000Z"],
  ["2026-11-28T12:00:00.123456Z", "2026-11-28T12:00:00.123Z"],
  [1_795_867_200, "2026-11-28T12:00:00.000Z"],
  ["1795867200000", "2026-11-28T12:00:00.000Z"],
  [1_795_867_200_000_000, "2026-11-28T12:00:00.000Z"],
  ["soon", null],
  ["", null],
  [null, null],
  [{}, null],
  ["99999999999999999999999999", null],
])("the time %j is %j", (timestamp, at) => {
  expect(read({ ...failed, timestamp }).job.at).toBe(at);
});

test("an id is the key, and without one the item itself", () => {
  expect(read(failed).key).toBe("9b1c");
  const nameless = { ...failed, id: undefined };
  const { key, job } = read(nameless);
  expect(key).toBe(read({ ...nameless }).key);
  expect(key).not.toBe(read({ ...nameless, verb: "completed" }).key);
  expect(job.eventId).toBeNull();
});

test.each([
  [null, "is no object"],
  ["text", "is no object"],
  [[], "is no object"],
  [{}, "names neither a subject nor a verb"],
  [{ id: "w", workflow_id: "x", statuscode: "sleeping" }, "names neither a subject nor a verb"],
])("%j is no event", (item, reason) => {
  expect(readJob(item, null)).toBe(reason);
});

test("hostile fields are unknown, and nothing is thrown", () => {
  const odd = { subject_type: {}, subject_id: [], verb: "failed", related: "x", context: "y", notes: {}, priority: -1 };
  expect(read(odd).job).toMatchObject({
    subjectType: null,
    subjectId: null,
    verb: "failed",
    related: [],
    context: {},
    notes: null,
    priority: null,
    status: null,
  });
});

describe("the status", () => {
  test.each([
    ["failed", "failed"],
    ["completed", "success"],
    ["synccomplete", "success"],
    ["started", "inProgress"],
    ["syncing", "inProgress"],
    ["synced", "inProgress"],
    ["created", null],
    ["update", null],
    ["deleted", null],
    ["toString", null],
    [null, null],
  ])("of a work that %s is %s", (verb, status) => {
    expect(jobStatusOf("work", verb)).toBe(status);
    expect(jobStatusOf("workflow", verb)).toBe(status);
    expect(jobStatusOf("segment", verb)).toBeNull();
    expect(jobStatusOf(null, verb)).toBeNull();
  });
});

test.each([
  [
    [1, 2],
    [1, 2],
  ],
  [{ data: [1] }, [1]],
  [{ data: failed }, [failed]],
  [failed, [failed]],
  [{ message: "hello" }, null],
  ["text", null],
])("the items of %j", (body, items) => {
  expect(itemsOf(body)).toEqual(items);
});

test("every record is as its schema says, and the schema has every field", () => {
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(shippedSchema("job"));
  for (const item of [clustered, failed, { verb: "odd" }]) {
    validate(read(item).job);
    expect(validate.errors).toBeNull();
  }
  expect(validate({ ...read(failed).job, status: "partialSuccess" })).toBe(false);
  expect(validate({ ...read(failed).job, context: null })).toBe(false);
  const fields = new Set([...jobFields.paths().map((path) => path.split(".")[0]), "context"]);
  expect(new Set(Object.keys(shippedSchema("job").properties))).toEqual(fields);
});
