import { jobFields, type Job } from "../../runs/job/job.ts";
import { valuesAt } from "../../runs/record/fields.ts";
import type { Column, ColumnSet } from "./column.ts";

type JobColumn = Column<Job>;

/** Looks that differ from the usual: the path in capitals for a title, and for a text the kind that is never cut. */
const looks: Readonly<Record<string, Partial<JobColumn>>> = {
  schemaVersion: { title: "SCHEMA" },
  subjectType: { title: "SUBJECT", kind: "text", yields: { turn: 2, to: "least" } },
  // A work's, and the beginning of anybody else's: a person's may be of any length.
  subjectId: { title: "SUBJECT ID", kind: "text", usual: 22, least: 22 },
  verb: { kind: "text", usual: "synccomplete".length, least: "synccomplete".length },
  accountId: { title: "ACCOUNT" },
  userId: { title: "USER" },
  notes: { kind: "text", least: 12 },
  workflow: { kind: "text" },
  // Most events carry none.
  jobName: { title: "JOB", kind: "text", yields: { turn: 1, to: "neat" } },
  status: { kind: "status" },
  profile: { kind: "text" },
};

/** The columns of the fields of which an event has one value each, in the order of the record. */
const plain: readonly JobColumn[] = jobFields.singlePaths().map((name) => {
  const kind = jobFields.kindAt(name);
  return {
    name,
    title: name.replaceAll(/(?=[A-Z])/g, " ").toUpperCase(),
    kind: kind === null || kind === "group" || kind === "text" ? "id" : kind,
    value: (job) => valuesAt(job, [name])[0] ?? null,
    ...looks[name],
  };
});

/** The columns that are made of several fields, of a list, or of what the sender made up. */
const made: readonly JobColumn[] = [
  {
    name: "related",
    title: "RELATED",
    kind: "list",
    value: ({ related }) => related.map(({ type, id }) => [type, id].filter((word) => word !== null).join(" ")),
  },
  {
    name: "context",
    title: "CONTEXT",
    kind: "text",
    value: ({ context }) => (Object.keys(context).length === 0 ? null : JSON.stringify(context)),
  },
];

/** All columns of events of Lytics: the fields of the record, and what is made of several. */
export const jobColumns: ColumnSet<Job> = {
  all: [...plain, ...made],
  usual: ["at", "verb", "subjectType", "subjectId", "jobName", "status", "notes"],
  wide: ["workflow", "priority", "userId", "related", "eventId"],
  id: "eventId",
  fields: [...jobFields.paths(), "context"],
};

/** The same for events whose works' names are looked up: where there is no room for both, a name tells more than an id. */
export const namedJobColumns: ColumnSet<Job> = {
  ...jobColumns,
  all: jobColumns.all.map(({ yields, ...column }) => {
    if (column.name === "jobName") return column;
    if (column.name === "subjectId") return { ...column, yields: { turn: 1, to: "neat" } };
    return yields === undefined ? column : { ...column, yields };
  }),
};
