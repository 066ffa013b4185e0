import { describe, expect, it } from "vitest";
import { bareRun, onlyRun } from "../events.ts";

interface Part {
  readonly id?: string;
  readonly errors?: unknown;
  readonly failedInfo?: unknown;
  readonly extensions?: unknown;
}

const summaries = ({ id, errors, failedInfo, extensions }: Part) => ({
  id,
  statusSummary: { status: "failed", errors, extensions },
  recordSummary: { failedInfo },
});

/** Each error as `code @activity ×count < causes`. */
function errorsOf(run: Part, ...activities: readonly Part[]): readonly string[] {
  const { errors } = onlyRun(bareRun({ metrics: summaries(run), activities: activities.map(summaries) }));
  return errors.map(({ code, activity, count, causes }) =>
    [
      code,
      activity === null ? "" : ` @${activity}`,
      count === null ? "" : ` ×${count}`,
      causes.map((cause) => ` < ${cause.code}`).join(""),
    ].join(""),
  );
}

const coded = (...codes: string[]) => codes.map((code) => ({ code, message: `of ${code}` }));

describe("the errors of a run", () => {
  it.each<[string, readonly Part[], readonly string[]]>([
    ["nothing", [{}], []],
    [
      "empty lists",
      [
        { errors: [], failedInfo: [] },
        { id: "a", errors: [] },
      ],
      [],
    ],
    ["its own, without an activity", [{ errors: coded("X") }], ["X"]],
    [
      "joined with the activity of the same code",
      [
        { errors: coded("X") },
        { id: "a", errors: coded("Y"), extensions: { errors: coded("3") } },
        { id: "b", errors: coded("X"), extensions: { errors: coded("1") } },
      ],
      ["X @b < 1", "Y @a < 3"],
    ],
    [
      "the first of two activities of the same code",
      [{ errors: coded("X") }, { id: "a", errors: coded("X") }, { id: "b", errors: coded("X") }],
      ["X @a"],
    ],
    [
      "an activity without an id",
      [{ errors: coded("X") }, { errors: coded("X"), extensions: { errors: coded("1") } }],
      ["X < 1"],
    ],
    [
      "the run's own details after the activity's",
      [
        { errors: coded("X"), extensions: { errors: coded("2") } },
        { id: "a", errors: coded("X"), extensions: { errors: coded("1") } },
      ],
      ["X @a < 1 < 2"],
    ],
    ["an activity's errors where the run names none", [{}, { id: "a", errors: coded("X", "Y") }], ["X @a", "Y @a"]],
    ["two errors of one code", [{ errors: coded("X", "X") }], ["X", "X"]],
    [
      "failed records only where nothing else names an error",
      [
        { errors: coded("X"), failedInfo: coded("F") },
        { id: "a", failedInfo: coded("G") },
      ],
      ["X"],
    ],
    [
      "failed records, of the run first",
      [{ failedInfo: coded("F") }, { id: "a", failedInfo: coded("F", "G") }],
      ["F @a", "G @a"],
    ],
    [
      "counts, the run's own before the activity's",
      [
        { errors: [{ code: "X", count: 3 }, { code: "Y" }] },
        {
          id: "a",
          errors: [
            { code: "X", count: 4 },
            { code: "Y", recordCount: 5 },
          ],
        },
      ],
      ["X @a ×3", "Y @a ×5"],
    ],
    [
      "a count that is not known",
      [
        {
          errors: [
            { code: "X", count: -1 },
            { code: "Y", count: "7" },
          ],
        },
      ],
      ["X", "Y"],
    ],
    [
      "the reason that an activity tells without naming an error",
      [{ errors: coded("X") }, { id: "a", extensions: { errorDetail: "ErrorCode=Why,'" } }],
      ["X < Why"],
    ],
    [
      "what the details tell where nobody names an error",
      [{}, { id: "a", extensions: { errors: coded("2200"), errorDetail: "ErrorCode=Why,'" } }],
      ["2200 @a < Why"],
    ],
  ])("%s", (_, [run = {}, ...activities], errors) => {
    expect(errorsOf(run, ...activities)).toEqual(errors);
  });

  it("are each activity's own, too", () => {
    const activities = [
      summaries({ id: "a", errors: coded("X"), failedInfo: coded("F"), extensions: { errors: coded("1") } }),
      summaries({ id: "b", failedInfo: coded("G") }),
      summaries({ id: "c", extensions: { errors: coded("2") } }),
      summaries({ id: "d" }),
    ];
    const run = onlyRun(bareRun({ activities }));
    expect(
      run.activities.map(({ errors }) => errors.map(({ code, activity }) => `${code} @${activity ?? ""}`)),
    ).toEqual([["X @a"], ["G @b"], ["2 @c"], []]);
    expect(run.activities[0]?.errors[0]?.causes).toMatchObject([{ code: "1", message: "of 1" }]);
  });

  it("keep the message as delivered", () => {
    const run = onlyRun(
      bareRun({ metrics: { statusSummary: { errors: [{ code: "X", message: '{"message":"a"}' }] } } }),
    );
    expect(run.errors[0]?.message).toBe('{"message":"a"}');
  });
});

describe("details of megabytes", () => {
  const errors = Array.from({ length: 50_000 }, (_, n) => ({ code: `X-${n}`, message: "it failed" }));
  const extensions = { errors: [{ code: "ROOT-1", message: "m".repeat(1_000_000) }] };

  it("are told with the first errors, and not fifty thousand times", () => {
    const run = onlyRun(bareRun({ metrics: summaries({ errors, extensions }) }));
    expect(run.errors).toHaveLength(50_000);
    expect(run.errors[0]?.causes.map(({ code }) => code)).toEqual(["ROOT-1"]);
    expect(run.rootCause?.code).toBe("ROOT-1");
    expect(JSON.stringify(run).length).toBeLessThan(150_000_000);
  });

  it("however many activities they are spread over", () => {
    const few = errors.slice(0, 500);
    const activities = Array.from({ length: 100 }, (_, n) => summaries({ id: `a-${n}`, errors: few, extensions }));
    const run = onlyRun(bareRun({ activities }));
    expect(run.activities.flatMap((activity) => activity.errors)).toHaveLength(50_000);
    expect(JSON.stringify(run).length).toBeLessThan(150_000_000);
  });

  it("of a usual size are told with each", () => {
    const told = { errors: [{ code: "ROOT-1", message: "the cause" }] };
    const run = onlyRun(bareRun({ metrics: summaries({ errors, extensions: told }) }));
    expect(run.errors.filter(({ causes }) => causes.length === 1)).toHaveLength(50_000);
  });
});

describe("skipped and warning records", () => {
  const counted = (metrics: Readonly<Record<string, unknown>>, status = "success") =>
    onlyRun(bareRun({ metrics: { statusSummary: { status }, ...metrics } }));

  it("have their reasons among the errors, and decide neither the status nor the root cause", () => {
    const run = counted({
      recordSummary: {
        skippedInfo: [{ code: "ACTIVATION_BATCH-0000-SKIP", message: "no match", count: 12 }],
        warningInfo: [{ code: "MAPPER-1", message: "no date", count: 3 }],
      },
    });
    expect(run.errors.map(({ code, severity, count }) => [code, severity, count])).toEqual([
      ["MAPPER-1", "warning", 3],
      ["ACTIVATION_BATCH-0000-SKIP", "skipped", 12],
    ]);
    expect([run.status, run.rootCause]).toEqual(["success", null]);
  });

  it("of type Warning are a warning, and stand behind the errors", () => {
    const { errors, rootCause: root } = counted({
      statusSummary: {
        status: "failed",
        errors: [
          { code: "W", type: "Warning" },
          { code: "133", type: "Error" },
        ],
      },
      recordSummary: { skippedInfo: [{ code: "S" }] },
    });
    expect(errors.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error 133", "warning W", "skipped S"]);
    expect(root?.code).toBe("133");
  });

  it("do not hide what failed, whatever names it, nor what failed under the same code", () => {
    const { errors, rootCause: root } = counted({
      statusSummary: { status: "failed", errors: [{ code: "W", type: "Warning" }] },
      recordSummary: {
        failedInfo: [{ code: "MAPPER-3700-199", count: 5 }],
        skippedInfo: [{ code: "MAPPER-3700-199" }],
      },
    });
    expect(errors.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "error MAPPER-3700-199",
      "warning W",
      "skipped MAPPER-3700-199",
    ]);
    expect(root?.code).toBe("MAPPER-3700-199");
  });

  it("explain a failed run that has no other reason", () => {
    const { rootCause: root } = counted({
      statusSummary: { status: "failed", errors: [{ code: "W", type: "Warning" }] },
    });
    expect(root?.code).toBe("W");
  });
});
