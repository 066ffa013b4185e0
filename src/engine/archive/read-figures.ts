import { timeText } from "../../text/time-text.ts";
import { isTerminal } from "../../runs/record/status.ts";
import { readRecord, serviceOf } from "../../runs/record/read-record.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Queries, Row } from "./database.ts";
import { boundedMoment, readTheseBack, type ArchivedWindow } from "./read-archived.ts";
import type { ReadBack } from "./read-back.ts";
import { noNumber, placesOf, someNumbers } from "./fill-text.ts";
import { numberIn, numbersIn, textIn, textOrNull, textsIn } from "./row-values.ts";
import { idOf, isCut, mayBeLater, sharedColumnNames } from "./run-row.ts";

/** Of a run's figures, which are wanted that columns do not always tell, or not at all. */
export interface FiguresExtent {
  /** When it began, and which runs one event told of. */
  readonly starts: boolean;
  /** Which organisation its flow is of. */
  readonly organisations: boolean;
}

/** A window that figures are counted of, and how. */
export interface FiguresWindow extends ArchivedWindow, FiguresExtent {
  /** The profile that reads it. */
  readonly profile: string | null;
  /** Whether a run of these words, updated then (epoch milliseconds), is one that the reading hands on. */
  readonly isRead: (words: FlowRun, at: number) => boolean;
}

/**
 * The runs of a window for figures, in its order: of each what the columns hold, without its document, but for one
 * of which they do not tell all of a long name, or when it began where that is wanted.
 */
export async function* readFiguresOf(
  queries: Queries,
  journal: string,
  { from, to, upTo, profile, isRead, starts, organisations }: FiguresWindow,
): AsyncGenerator<readonly ReadBack[], void, undefined> {
  const wordsOf = openWords(queries, profile, organisations ? openOrganisations(queries, journal) : null);
  const ask = async (after: Place, columns: readonly string[] = listed): Promise<Row> => {
    // To hand a value over takes longer than to find it: a column comes as one list, and words once for all that share them.
    const [lists = {}] = await queries.all(
      `SELECT ${columns.map((column) => `{list:${column}} AS ${column}`).join(", ")}
      FROM (SELECT ${columns.join(", ")} FROM {schema}runs
        WHERE journal = $1 AND recorded_at >= $2 AND recorded_at < $3 AND (recorded_at, seq) > ($2, $4) AND seq <= $5
        ORDER BY recorded_at, seq LIMIT ${figuresAtOnce}) AS part`,
      [journal, after[0], boundedMoment(to), after[1], upTo],
    );
    return lists;
  };
  let after: Place = [boundedMoment(from), -1];
  for (let asked: Promise<Row> | null = ask(after); asked !== null;) {
    const lists: Row = await asked;
    const places = placesIn(lists);
    const last = places.reduce(later, after);
    // A server finds the next ones while these are made and counted.
    asked = places.length < figuresAtOnce ? null : ask(last);
    // Where nobody comes back for it, its failure is nobody's.
    asked?.catch(() => undefined);
    // A question leaves when the loop goes round, and not before (333 against 244 ms for 100,000 runs).
    await new Promise((gone) => setImmediate(gone));
    const words = await wordsOf(numbersIn(lists, "alike"), places);
    const keys = textsIn(lists, "event_key").map((key) => key ?? "");
    // Positions are long, and wanted only where an event may tell of several runs (239 against 204 ms for 100,000).
    const shares = starts && keys.some(mayBeLater);
    const positions = shares ? positionsIn(await ask(after, positioned)) : noPositions;
    const { figures, untold } = readFigures(lists, { places, words, keys, positions, isRead: starts ? isRead : null });
    after = last;
    yield (await completed(queries, journal, figures, untold)).sort(inOrder);
  }
}

/** Where a run stands in a window: when it was recorded, epoch milliseconds, and its number. */
type Place = readonly [recordedAt: number, seq: number];

function placesIn(lists: Row): readonly Place[] {
  const seqs = numbersIn(lists, "seq");
  return numbersIn(lists, "recorded_at").map((at, index) => [at ?? 0, seqs[index] ?? 0]);
}

function positionsIn(lists: Row): Found["positions"] {
  const positions = textsIn(lists, "position");
  return new Map(numbersIn(lists, "seq").map((seq, index) => [seq ?? noNumber, positions[index] ?? ""]));
}

const noPositions: Found["positions"] = new Map();

function later(one: Place, other: Place): Place {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]) ? one : other;
}

/** A tenth of the rows of a week: of fewer at once the asking takes longer, of more the first figures. */
const figuresAtOnce = 2000;

/** The columns that each run has for itself, and the number that all share whose words are the same. */
const listed = [
  ...["seq", "recorded_at", "alike", "event_key", "run_id", "root_message", "updated_at", "started_at", "duration_ms"],
  ...["records_in", "records_out", "records_failed", "bytes_in", "bytes_out"],
] as const;

const positioned = ["seq", "recorded_at", "position"];

/** A part's lists as far as they are read, and what was found besides. */
interface Found {
  readonly places: readonly Place[];
  readonly words: readonly (Words | null)[];
  readonly keys: readonly string[];
  /** By number. Where an event's runs lie in two parts, those in the first have none. */
  readonly positions: ReadonlyMap<number, string>;
  /** `null` where nobody asks when runs began. */
  readonly isRead: FiguresWindow["isRead"] | null;
}

/** Runs as their columns tell them, and the numbers of those of which these do not tell enough. */
interface Figures {
  readonly figures: readonly ReadBack[];
  readonly untold: readonly number[];
}

/** Without those that have been pruned since their numbers were read. */
function readFigures(lists: Row, { places, words, keys, positions, isRead }: Found): Figures {
  const [ids, messages] = [textsIn(lists, "run_id"), textsIn(lists, "root_message")];
  const [times, starts] = [numbersIn(lists, "updated_at"), numbersIn(lists, "started_at")];
  const durations = numbersIn(lists, "duration_ms");
  const [input, output] = [numbersIn(lists, "records_in"), numbersIn(lists, "records_out")];
  const failed = numbersIn(lists, "records_failed");
  const [read, written] = [numbersIn(lists, "bytes_in"), numbersIn(lists, "bytes_out")];
  const untold: number[] = [];
  // A run is told of when it begins, without a time, and at its end with that, mostly among the same rows.
  let begun: ReadonlySet<string | null> | null = null;
  const tellsStart = (index: number): boolean => {
    const shared = words[index] ?? null;
    return starts[index] !== null && shared !== null && isRead?.(shared.record, times[index] ?? 0) === true;
  };
  const isToldBeside = (runId: string): boolean =>
    (begun ??= new Set(ids.filter((_, index) => tellsStart(index)))).has(runId);
  const lacksStart = (run: Pick<FlowRun, "startedAt" | "updatedAt" | "runId" | "status">): boolean =>
    run.updatedAt === null || (run.startedAt === null && (isTerminal(run.status) || !isToldBeside(run.runId)));
  const figures = places.flatMap(([recordedAt, seq], index) => {
    const shared = words[index] ?? null;
    if (shared === null) return [];
    const eventKey = keys[index] ?? "";
    const runId = ids[index] ?? "";
    const startedAt = timeText(starts[index] ?? null);
    const updatedAt = timeText(times[index] ?? null);
    const { status } = shared.record;
    const isUntold = isRead !== null && lacksStart({ startedAt, updatedAt, runId, status });
    if (isUntold || shared.isCut || isCut(runId)) untold.push(seq);
    const rootCause = shared.rootCode === null ? null : { code: shared.rootCode, message: messages[index] ?? null };
    return {
      seq,
      recordedAt,
      eventKey,
      record: {
        ...shared.record,
        key: eventKey,
        runId,
        position: positions.get(seq) ?? "",
        updatedAt,
        startedAt,
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
  return { figures, untold };
}

/** With what only records tell: when a run began, and all of long words; one whose record cannot be had stays as it is. */
async function completed(
  queries: Queries,
  journal: string,
  figures: readonly ReadBack[],
  untold: readonly number[],
): Promise<ReadBack[]> {
  const found = new Map<number, Partial<FlowRun>>();
  for await (const rows of readTheseBack(queries, journal, { raw: false }, untold)) {
    for (const { seq, record } of rows) if (typeof record !== "string") found.set(seq, onlyInRecords(record));
  }
  return figures.map((row) => {
    const told = found.get(row.seq);
    return told === undefined || typeof row.record === "string" ? row : { ...row, record: { ...row.record, ...told } };
  });
}

function onlyInRecords(run: FlowRun): Partial<FlowRun> {
  const { createdAt, completedAt, runId, flowId, flowName, sandbox, status, eventCode, rootCause } = run;
  return { createdAt, completedAt, runId, flowId, flowName, sandbox, status, eventCode, rootCause };
}

/** The words that runs have in common. */
interface Words {
  /** It says nothing of what each run has for itself. */
  readonly record: FlowRun;
  readonly rootCode: string | null;
  /** Whether a column may hold less than the word that it is of. */
  readonly isCut: boolean;
  /** How often one of its runs was asked for the organisation. */
  readonly tries: number;
}

/** Not each event tells its organisation: so many of a flow's runs are asked. */
const mostTries = 5;

/** Finds the words of runs by the number that they share, each once: of one run of those that have it. */
function openWords(queries: Queries, profile: string | null, organisationsOf: OrganisationsOf | null) {
  const known = new Map<number | null, Words>();
  return async (likes: readonly (number | null)[], places: readonly Place[]): Promise<readonly (Words | null)[]> => {
    // Events could name any number of flows.
    if (known.size > mostKnown) known.clear();
    const examples = new Map(likes.map((alike, index) => [alike, places[index]?.[1] ?? noNumber]));
    const isSettled = (words: Words | undefined): boolean =>
      words !== undefined && (organisationsOf === null || words.record.imsOrgId !== null || words.tries >= mostTries);
    const asked = [...examples].flatMap(([alike, seq]) => (isSettled(known.get(alike)) ? [] : [seq]));
    for (let n = 0; n < asked.length; n += examplesAtOnce) {
      const part = someNumbers(asked, examplesAtOnce, n);
      const rows = await queries.all(
        `SELECT seq, alike, ${sharedColumnNames.join(", ")} FROM {schema}runs
        WHERE seq IN (${placesOf(examplesAtOnce)})`,
        part,
      );
      const organisations = await organisationsOf?.(rows);
      for (const row of rows) {
        const alike = numberIn(row, "alike");
        const imsOrgId = organisations?.get(textIn(row, "flow_id")) ?? null;
        const tries = (known.get(alike)?.tries ?? 0) + 1;
        known.set(alike, { ...wordsIn(row, { profile, imsOrgId }), tries });
      }
    }
    return likes.map((alike) => known.get(alike) ?? null);
  };
}

const mostKnown = 10_000;

const examplesAtOnce = 50;

/** The organisations of the flows of some rows, and of others, by the flow's id. */
type OrganisationsOf = (rows: readonly Row[]) => Promise<ReadonlyMap<string, string>>;

/** No column tells them: of each flow a run is read whole. */
function openOrganisations(queries: Queries, journal: string): OrganisationsOf {
  const known = new Map<string, string>();
  return async (rows) => {
    if (known.size > mostKnown) known.clear();
    const examples = new Map(rows.map((row) => [textIn(row, "flow_id"), numberIn(row, "seq")]));
    const asked = [...examples].flatMap(([flowId, seq]) => (known.has(flowId) ? [] : [seq]));
    for await (const found of readTheseBack(queries, journal, { raw: false }, asked)) {
      for (const { record } of found) {
        if (typeof record !== "string" && record.imsOrgId !== null) known.set(idOf(record.flowId), record.imsOrgId);
      }
    }
    return known;
  };
}

function wordsIn(row: Row, told: Pick<FlowRun, "profile" | "imsOrgId">): Omit<Words, "tries"> {
  const blank = readRecord({ schemaVersion: 1, runId: "-", flowId: textIn(row, "flow_id") });
  if (typeof blank === "string") throw new Error(`a record without words ${blank}`);
  const record = {
    ...blank,
    eventCode: textOrNull(row, "event_code"),
    flowName: textOrNull(row, "flow_name"),
    sandbox: { id: textOrNull(row, "sandbox_id"), name: textOrNull(row, "sandbox") },
    service: serviceOf(textIn(row, "service")),
    status: textIn(row, "status"),
    ...told,
  };
  const words = sharedColumnNames.map((column) => textOrNull(row, column));
  return { record, rootCode: textOrNull(row, "root_code"), isCut: words.some((word) => word !== null && isCut(word)) };
}

function inOrder(one: ReadBack, other: ReadBack): number {
  return one.recordedAt - other.recordedAt || one.seq - other.seq;
}
