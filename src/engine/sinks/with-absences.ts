import { absenceKey, absenceNews, type ToldAbsence } from "../../runs/cadence/absence-news.ts";
import type { FlowHistory } from "../../runs/cadence/count-flows.ts";
import type { AbsentRecord } from "../../runs/cadence/flow-record.ts";
import type { Candidate, Mark } from "../sources/source.ts";
import type { Resumption, Sink } from "./sink.ts";

/** How flows that do not run are told of. */
export interface Absences<T> {
  /** All flows, judged at a moment (epoch milliseconds) up to which all runs are known; `null` while nobody can tell. */
  readonly look: (at: number) => readonly FlowHistory[] | null;
  /** A record in the form that the sink takes; `null` where it has none for it. */
  readonly encode: (record: AbsentRecord) => T | null;
  /** Those that were told of by an earlier reading that this one goes on with. */
  readonly told: readonly ToldAbsence[] | null;
}

/**
 * A sink that is also told which flows have become late or absent, and which run again. They are judged where the source is
 * read to its end, and by the moment when that was asked for: what is not read yet is no silence. They go with the runs, and
 * those that are told of with the place, so that both are safe together or come again.
 */
export function withAbsences<T>(sink: Sink<T>, { look, encode, told: before }: Absences<T>): Sink<T> {
  let told = before;
  const find = async (name: string): Promise<Resumption | null> => {
    const past = (await sink.find?.(name)) ?? null;
    told = past?.absent ?? told;
    return past;
  };
  return {
    ...sink,
    ...(sink.find === undefined ? {} : { find }),
    take: async (batch, mark) => {
      const news = newsAt(mark);
      if (news === null) {
        await sink.take(batch, mark);
        return;
      }
      const more = news.records.flatMap((record) => candidatesOf(record, encode(record)));
      await sink.take(more.length === 0 ? batch : [...batch, ...more], { ...mark, absent: news.told });
      told = news.told;
    },
  };

  function newsAt({ atEnd, askedAt }: Mark) {
    const histories = atEnd && askedAt !== undefined ? look(askedAt) : null;
    return histories === null || askedAt === undefined ? null : absenceNews(histories, told, askedAt);
  }
}

function candidatesOf<T>(record: AbsentRecord, encoded: T | null): readonly Candidate<T>[] {
  if (encoded === null) return [];
  const { state: status } = record;
  return [{ key: absenceKey(record), position: "", runId: "", status, encoded, isAbsence: true }];
}
