import { expect, test } from "vitest";
import { compileJobFilter, wordsToAsk, type JobFilterWords } from "../../../src/runs/filter/job-filter.ts";
import { whereJobs } from "../../../src/runs/filter/where.ts";
import { readJob } from "../../../src/runs/job/read-job.ts";
import type { Job } from "../../../src/runs/job/job.ts";

function job(subjectType: string, subjectId: string, verb: string, more: object = {}): Job {
  const event = readJob({ id: "e", subject_type: subjectType, subject_id: subjectId, verb, ...more }, null);
  if (typeof event === "string") throw new Error(event);
  return event.job;
}

const jobs = [
  job("work", "w1", "failed", { priority: 5, notes: "quota exceeded" }),
  job("work", "w2", "synccomplete"),
  job("workflow", "W1", "started"),
  job("entity", "user/email/a@b.c", "clustered", { related: [{ type: "segment", id: "s" }] }),
];

const times = { duration: () => null, instant: Date.parse };

test.each([
  [{}, [0, 1, 2, 3]],
  [{ subjectType: ["Work"] }, [0, 1]],
  [{ subjectType: ["work*"] }, [0, 1, 2]],
  [{ subjectType: ["entity", "workflow"] }, [2, 3]],
  [{ verb: ["SYNC*", "failed"] }, [0, 1]],
  [{ subjectId: ["w1"] }, [0]],
  [{ subjectId: ["w*"] }, [0, 1, 2]],
  [{ subjectId: ["user/em…"] }, [3]],
  [{ status: ["Failed"] }, [0]],
  [{ status: ["success", "inprogress"] }, [1, 2]],
  [{ status: ["all"] }, [0, 1, 2, 3]],
  [{ verb: ["failed"], subjectType: ["entity"] }, []],
  [{ conditions: whereJobs.criteria("priority > 3 && notes =~ /quota/ && related.id == null", times) }, [0]],
  [{ conditions: whereJobs.criteria('related.type == "segment"', times) }, [3]],
])("%j keeps %j", (words: JobFilterWords, kept) => {
  const { keep } = compileJobFilter(words);
  expect(jobs.flatMap((one, index) => (keep(one) ? [index] : []))).toEqual(kept);
});

test.each([
  [undefined, null],
  [["failed"], "failed"],
  [["failed", "completed"], null],
  [["sync*"], null],
  [["Failed"], null],
  [["df8e1ef9…"], null],
])("of %j Lytics is asked for %j", (words, word) => {
  expect(wordsToAsk({ verb: words }).verb ?? null).toBe(word);
});

test("an id is asked for as it is", () => {
  expect(wordsToAsk({ subjectId: ["W1"] }).subjectId).toBe("W1");
});

test("what nothing matched is told, with the nearest word", () => {
  const seen = compileJobFilter({ verb: ["faild", "completed"] });
  jobs.forEach((one) => seen.keep(one));
  expect(seen.report().map((notice) => ("text" in notice ? notice.text : ""))).toEqual([
    expect.stringContaining('no event matched --verb "faild"; 4 verbs were seen, the nearest is "failed"'),
    expect.stringContaining('no event matched --verb "completed"; 4 verbs were seen'),
  ]);
  // Where Lytics was asked for the word, nothing is seen.
  const [doubt] = compileJobFilter({ verb: ["faild"] }).report();
  expect(doubt).toMatchObject({ text: '--verb "faild" is matched as it is; did you mean "failed"?' });
});

test.each([
  ["context.workflow == null", /does not know the field 'context.workflow'.*/],
  ["prioritty > 3", /does not know the field/],
  ["flowName == null", /does not know the field/],
])("%s is turned away", (expression, message) => {
  expect(() => whereJobs.filter(expression, times)).toThrow(message);
});
