import { timeText } from "../../text/time-text.ts";
import { readRecord, serviceOf } from "../../runs/record/read-record.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Queries, Row } from "./database.ts";
import { boundedMoment, type ArchivedWindow } from "./read-archived.ts";
import type { ReadBack } from "./read-back.ts";
import { numberIn, numbersIn, textIn, textOrNull, textsIn } from "./row-values.ts";
import { sharedColumnNames } from "./run-row.ts";

/** A window that figures are counted of, and the profile that reads it. */
export interface FiguresWindow extends ArchivedWindow {
  readonly profile: string | null;
}

/** The runs of a window for figures, in its order: of each no more than the columns hold, without its document. */
export async function* readFiguresOf(
  queries: Queries,
  journal: string,
  { from, to, upTo, profile }: FiguresWindow,
): AsyncGenerator<readonly ReadBack[], void, undefined> {
  const wordsOf = openWords(queries, profile);
  const ask = async (after: Place): Promise<Row> => {
    // To hand a value over takes longer than to find it: a column comes as one list, and words once for all that share them.
    const [lists = {}] = await queries.all(
      `SELECT ${listed.map((column) => `{list:${column}} AS ${column}`).join(", ")}
      FROM (SELECT ${listed.join(", ")} FROM {schema}runs
        WHERE journal = $1 AND recorded_at >= $2 AND recorded_at < $3 AND (recorded_at, seq) > ($2, $4) AND seq <= $5
        ORDER BY recorded_at, seq LIMIT ${figuresAtOnce}) AS part`,
      [journal, after[0], boundedMoment(to), after[1], upTo],
    );
    return lists;
  };
  for (let asked: Promise<Row> | null = ask([boundedMoment(from), -1]); asked !== null;) {
    const lists: Row = await asked;
    const places = placesIn(lists);
    // A server finds the next ones while these are made and counted.
    asked = places.length < figuresAtOnce ? null : ask(places.reduce(later));
    // Where nobody comes back for it, its failure is nobody's.
    asked?.catch(() => undefined);
    // A question leaves when the loop goes round, and not before (333 against 244 ms for 100,000 runs).
    await new Promise((gone) => setImmediate(gone));
    const words = await wordsOf(numbersIn(lists, "alike"), places);
    yield readFigures(lists, places, words).sort(inOrder);
  }
}

/** Where a run stands in a window: when it was recorded, epoch milliseconds, and its number. */
type Place = readonly [recordedAt: number, seq: number];

function placesIn(lists: Row): readonly Place[] {
  const seqs = numbersIn(lists, "seq");
  return numbersIn(lists, "recorded_at").map((at, index) => [at ?? 0, seqs[index] ?? 0]);
}

function later(one: Place, other: Place): Place {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]) ? one : other;
}

/** A tenth of the rows of a week: of fewer at once the asking takes longer, of more the first figures. */
const figuresAtOnce = 2000;

/** The columns that each run has for itself, and the number that all share whose words are the same. */
const listed = [
  ...["seq", "recorded_at", "alike", "event_key", "run_id", "root_message", "updated_at", "duration_ms"],
  ...["records_in", "records_out", "records_failed", "bytes_in", "bytes_out"],
] as const;

/** Without those that have been pruned since their numbers were read. */
function readFigures(lists: Row, places: readonly Place[], words: readonly (Words | null)[]): ReadBack[] {
  const [keys, ids, messages] = [textsIn(lists, "event_key"), textsIn(lists, "run_id"), textsIn(lists, "root_message")];
  const [times, durations] = [numbersIn(lists, "updated_at"), numbersIn(lists, "duration_ms")];
  const [input, output] = [numbersIn(lists, "records_in"), numbersIn(lists, "records_out")];
  const failed = numbersIn(lists, "records_failed");
  const [read, written] = [numbersIn(lists, "bytes_in"), numbersIn(lists, "bytes_out")];
  return places.flatMap(([recordedAt, seq], index) => {
    const shared = words[index] ?? null;
    if (shared === null) return [];
    const time = times[index] ?? null;
    const eventKey = keys[index] ?? "";
    const rootCause = shared.rootCode === null ? null : { code: shared.rootCode, message: messages[index] ?? null };
    return {
      seq,
      recordedAt,
      eventKey,
      record: {
        ...shared.record,
        key: eventKey,
        runId: ids[index] ?? "",
        updatedAt: timeText(time),
        durationMs: durations[index] ?? null,
        // Written out, since a hundred thousand copies of a copy take a tenth of the time.
        records: {
          input: input[index] ?? null,
          output: output[index] ?? null,
          created: null,
          updated: null,
          deleted: null,
          skipped: null,
          failed: failed[index] ?? null,
          warning: null,
        },
        bytes: { input: read[index] ?? null, output: written[index] ?? null, skipped: null, failed: null },
        rootCause,
      },
    };
  });
}

/** The words that runs have in common. */
interface Words {
  /** It says nothing of what each run has for itself. */
  readonly record: FlowRun;
  readonly rootCode: string | null;
}

/** Finds the words of runs by the number that they share, each once: of one run of those that have it. */
function openWords(queries: Queries, profile: string | null) {
  const known = new Map<number | null, Words>();
  return async (likes: readonly (number | null)[], places: readonly Place[]): Promise<readonly (Words | null)[]> => {
    // Events could name any number of flows.
    if (known.size > mostKnown) known.clear();
    const examples = new Map(likes.map((alike, index) => [alike, places[index]?.[1] ?? noSeq]));
    const asked = [...examples].flatMap(([alike, seq]) => (known.has(alike) ? [] : [seq]));
    for (let n = 0; n < asked.length; n += examplesAtOnce) {
      const part = Array.from({ length: examplesAtOnce }, (_, index) => asked[n + index] ?? noSeq);
      const rows = await queries.all(
        `SELECT alike, ${sharedColumnNames.join(", ")} FROM {schema}runs
        WHERE seq IN (${part.map((_, index) => `$${String(index + 1)}`).join(", ")})`,
        part,
      );
      for (const row of rows) known.set(numberIn(row, "alike"), wordsIn(row, profile));
    }
    return likes.map((alike) => known.get(alike) ?? null);
  };
}

const mostKnown = 10_000;

/** Always as many places in the text, so that it is prepared once. */
const examplesAtOnce = 50;

/** No run has it. */
const noSeq = -1;

function wordsIn(row: Row, profile: string | null): Words {
  const blank = readRecord({ schemaVersion: 1, runId: "-", flowId: textIn(row, "flow_id") });
  if (typeof blank === "string") throw new Error(`a record without words ${blank}`);
  const record = {
    ...blank,
    eventCode: textOrNull(row, "event_code"),
    flowName: textOrNull(row, "flow_name"),
    sandbox: { id: textOrNull(row, "sandbox_id"), name: textOrNull(row, "sandbox") },
    service: serviceOf(textIn(row, "service")),
    status: textIn(row, "status"),
    profile,
  };
  return { record, rootCode: textOrNull(row, "root_code") };
}

function inOrder(one: ReadBack, other: ReadBack): number {
  return one.recordedAt - other.recordedAt || one.seq - other.seq;
}
