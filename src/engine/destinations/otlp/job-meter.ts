import type { Job } from "../../../runs/job/job.ts";
import type { Attributes } from "./attributes.ts";
import { keyIn, otherKey } from "./meter.ts";
import type { Metric } from "./metric.ts";

/** Counts events of Lytics, and keeps when each work ended well last. */
export interface JobMeter {
  readonly add: (job: Job) => void;
  /** The metrics of all that has changed since this was asked last. */
  readonly read: () => readonly Metric[];
}

/** So many kinds of events and so many works are told apart; other events are counted as `other`. */
const most = { kinds: 1000, works: 1000 } as const;

/** A meter at zero, in memory that does not grow with the number of events. */
export function createJobMeter(): JobMeter {
  const kinds = new Map<string, Series>();
  const works = new Map<string, Series>();
  let changed = new Set<Series>();
  const change = (all: Map<string, Series>, key: string, attributes: Attributes, value: (before: number) => number) => {
    const series = all.get(key) ?? { attributes, value: 0 };
    all.set(key, series);
    series.value = value(series.value);
    changed.add(series);
  };
  return {
    add: (job) => {
      const key = keyIn(kinds, JSON.stringify([job.subjectType, job.verb, job.status]), most.kinds);
      change(kinds, key, key === otherKey ? othersKind : kindOf(job), (count) => count + 1);
      const work = JSON.stringify([job.subjectType, job.subjectId]);
      const endedAt = job.status === "success" && job.subjectId !== null ? Date.parse(job.at ?? "") : NaN;
      // Of a gauge there is no sum of others.
      if (Number.isNaN(endedAt) || keyIn(works, work, most.works) === otherKey) return;
      change(works, work, workOf(job), (last) => Math.max(last, endedAt / 1000));
    },
    read: () => {
      const pointsOf = (all: ReadonlyMap<string, Series>): Metric["points"] =>
        [...all.values()].filter((series) => changed.has(series)).map((series) => ({ ...series }));
      const metrics: readonly Metric[] = [
        {
          name: "flowrun.job.events",
          description: "Events of Lytics",
          unit: "{event}",
          kind: "sum",
          points: pointsOf(kinds),
        },
        {
          name: "flowrun.job.last_success",
          description: "When a work or a workflow of Lytics ended well last, in seconds since 1970",
          unit: "s",
          kind: "gauge",
          points: pointsOf(works),
        },
      ];
      changed = new Set();
      return metrics.filter(({ points }) => points.length > 0);
    },
  };
}

interface Series {
  /** As its first event told them: with other ones it would be another series. */
  readonly attributes: Attributes;
  value: number;
}

function kindOf({ subjectType, verb, status }: Job): Attributes {
  return [
    ["flowrun.job.subject.type", subjectType],
    ["flowrun.job.verb", verb],
    ["flowrun.job.status", status],
  ];
}

const othersKind: Attributes = [["flowrun.job.subject.type", otherKey]];

function workOf({ subjectType, subjectId, jobName }: Job): Attributes {
  return [
    ["flowrun.job.subject.type", subjectType],
    ["flowrun.job.subject.id", subjectId],
    ["flowrun.job.name", jobName],
  ];
}
