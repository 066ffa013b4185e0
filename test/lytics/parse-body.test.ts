import { expect, test } from "vitest";
import { parseBody } from "../../src/lytics/parse-body.ts";
import { itemsIn } from "../../src/lytics/judge-events.ts";
import { readJob } from "../../src/runs/job/read-job.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("ids beyond what a number holds stay two, as they are written", () => {
  const body = ["9007199254740992", "9007199254740993", "123456789012345678901234567890"]
    .map((id) => `{"id": ${id}, "verb": "failed", "subject_id" :${id}, "aid":${id} , "related":[{"id":${id}}]}`)
    .join(",");
  const jobs = itemsIn(bytes(`{"data":[${body}]}`)).map((item) => readJob(item, null));
  expect(jobs).toMatchObject(
    ["9007199254740992", "9007199254740993", "123456789012345678901234567890"].map((id) => ({
      key: id,
      job: { eventId: id, subjectId: id, accountId: id, related: [{ id }] },
    })),
  );
});

test.each(["work_id", "actor_id", "workId", "parent_aid"])("events without an id stay two by %s", (name) => {
  const body = ["9007199254740992", "9007199254740993"].map((id) => `{"verb":"failed","context":{"${name}":${id}}}`);
  const jobs = itemsIn(bytes(`[${body.join(",")}]`)).map((item) => readJob(item, null));
  expect(new Set(jobs.map((job) => (typeof job === "string" ? job : job.key))).size).toBe(2);
});

test.each<[string, unknown]>([
  ["what a number holds stays one", { id: 9007199254740991, aid: 4711, context: { id: 1465844458666000 } }],
  ["what is no id is as it came", { rows: 12345678901234567000, id_: 12345678901234567000, valid: [1e20], id: 1.5 }],
  ["a text is left alone", { notes: '"id":12345678901234567890,', '"id"': '\\"id":12345678901234567890}' }],
  ["so is one that ends in a backslash", { a: "\\", id: "x", b: '\\","id":12345678901234567890,' }],
])("%s", (_, value) => {
  expect(parseBody(bytes(JSON.stringify(value)))).toEqual(value);
  expect(parseBody(bytes(JSON.stringify(value, null, 2)))).toEqual(value);
});

test.each(['{"id":12345678901234567890,', '{"id":012345678901234567890}', '{"id":-012345678901234567890}'])(
  "what is no JSON is none: %s",
  (text) => {
    expect(parseBody(bytes(text))).toBeUndefined();
  },
);
