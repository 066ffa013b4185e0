import type { Database } from "../../src/engine/archive/database.ts";

/** Makes an archive as version 1 of its schema was, by the texts of then. */
export async function makeVersion1(database: Database): Promise<void> {
  await database.exclusively(async (queries) => {
    for (const text of [...meta, ...tables]) await queries.run(text);
    for (const [name, query] of views) await queries.run(`CREATE VIEW {schema}${name} AS ${query}`);
    await queries.run("UPDATE {schema}meta SET version = 1");
  });
}

const meta = [
  `CREATE TABLE IF NOT EXISTS {schema}meta (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL,
    last_seq BIGINT NOT NULL)`,
  `INSERT INTO {schema}meta (one, version, last_seq) VALUES (1, 0, 0) ON CONFLICT (one) DO NOTHING`,
];

const tables = [
  `CREATE TABLE {schema}journals (journal {text} PRIMARY KEY, name {text} NOT NULL, made_at BIGINT NOT NULL)`,
  // `alike` is a number that all runs share whose words are the same: event code, flow, sandbox, service, status, root code.
  `CREATE TABLE {schema}runs (journal {text} NOT NULL, event_key {text} NOT NULL, seq BIGINT NOT NULL UNIQUE,
      recorded_at BIGINT NOT NULL, via {text}, run_id {text} NOT NULL, event_code {text}, flow_id {text} NOT NULL, flow_name {text},
      sandbox {text}, sandbox_id {text}, service {text} NOT NULL, status {text} NOT NULL, root_code {text},
      alike BIGINT NOT NULL, updated_at BIGINT, started_at BIGINT, duration_ms BIGINT, records_in BIGINT,
      records_out BIGINT, records_failed BIGINT, bytes_in BIGINT, bytes_out BIGINT, root_message {text}, position {text}, document {bytes} NOT NULL, event {bytes},
      PRIMARY KEY (journal, event_key))`,
  `CREATE INDEX runs_by_run ON {schema}runs (run_id, updated_at)`,
  `CREATE INDEX runs_by_update ON {schema}runs (updated_at, seq)`,
  `CREATE INDEX runs_by_record ON {schema}runs (journal, recorded_at, seq)`,
  `CREATE INDEX runs_by_flow ON {schema}runs (flow_id, updated_at, status, duration_ms, records_out, records_failed)`,
  `CREATE TABLE {schema}run_errors (journal {text} NOT NULL, event_key {text} NOT NULL, n INTEGER NOT NULL,
      depth INTEGER NOT NULL, updated_at BIGINT, flow_id {text} NOT NULL, activity {text}, code {text} NOT NULL,
      root_code {text}, message {text}, count BIGINT, PRIMARY KEY (journal, event_key, n))`,
  `CREATE INDEX run_errors_by_code ON {schema}run_errors (code, updated_at)`,
  `CREATE INDEX run_errors_by_root ON {schema}run_errors (root_code, updated_at)`,
  // What a run says it came of, by each name that it gives: another run's id, or a batch's.
  `CREATE TABLE {schema}origins (journal {text} NOT NULL, event_key {text} NOT NULL, name {text} NOT NULL,
      PRIMARY KEY (name, journal, event_key))`,
  `CREATE INDEX origins_by_run ON {schema}origins (journal, event_key)`,
  // When each flow, and each root cause of it, was met first; the flow itself has an empty code.
  `CREATE TABLE {schema}firsts (journal {text} NOT NULL, flow_id {text} NOT NULL, root_code {text} NOT NULL,
      first_at BIGINT NOT NULL, PRIMARY KEY (journal, flow_id, root_code))`,
  `CREATE TABLE {schema}cursors (journal {text} NOT NULL, name {text} NOT NULL, next {text} NOT NULL, position {text},
      read_until BIGINT NOT NULL, moved_at BIGINT NOT NULL, saved_at BIGINT NOT NULL, runs BIGINT NOT NULL,
      events BIGINT NOT NULL, chain BIGINT, revision BIGINT NOT NULL, epoch BIGINT NOT NULL, page_id {text} NOT NULL,
      PRIMARY KEY (journal, name))`,
  `CREATE TABLE {schema}coverage (journal {text} NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL,
      from_exact INTEGER NOT NULL, to_exact INTEGER NOT NULL, why {text} NOT NULL, PRIMARY KEY (journal, from_at))`,
  `CREATE TABLE {schema}leases (name {text} PRIMARY KEY, holder {text} NOT NULL, backend_pid BIGINT NOT NULL,
      backend_start {text} NOT NULL, epoch BIGINT NOT NULL, taken_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)`,
  `CREATE TABLE {schema}deliveries (journal {text} NOT NULL, name {text} NOT NULL, destination {text} NOT NULL,
      seq BIGINT NOT NULL, revision BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (journal, name, destination))`,
];

const views = [
  [
    "runs_latest",
    // An index tells the later notifications of a run, so that a query for a day need not number a year's.
    `SELECT run_id, flow_id, flow_name, sandbox, service, status, {time:updated_at} AS updated_at,
      {time:started_at} AS started_at, duration_ms, records_in, records_out, records_failed, bytes_in, bytes_out,
      root_code, root_message, journals.name AS journal, updated_at AS updated_ms
    FROM {schema}runs AS runs JOIN {schema}journals AS journals ON journals.journal = runs.journal
    WHERE NOT EXISTS (SELECT 1 FROM {schema}runs AS later
      WHERE later.run_id = runs.run_id AND later.journal = runs.journal
        AND (coalesce(later.updated_at, 0), later.seq) > (coalesce(runs.updated_at, 0), runs.seq))`,
  ],
  ["failures", `SELECT * FROM {schema}runs_latest AS latest WHERE status = 'failed'`],
  [
    "runs_by_hour",
    // For charts: their tools call the column of the time `time`.
    `SELECT {time:hour_ms} AS time, hour_ms, flow_id, flow_name, sandbox, service, runs, failed, records_in, records_out,
      records_failed, bytes_out, longest_ms, mean_ms
    FROM (SELECT updated_ms - updated_ms % 3600000 AS hour_ms, flow_id, flow_name, sandbox, service, count(*) AS runs,
        sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed, sum(records_in) AS records_in,
        sum(records_out) AS records_out, sum(records_failed) AS records_failed, sum(bytes_out) AS bytes_out,
        max(duration_ms) AS longest_ms, avg(duration_ms) AS mean_ms
      FROM {schema}runs_latest AS latest WHERE updated_ms IS NOT NULL
      GROUP BY updated_ms - updated_ms % 3600000, flow_id, flow_name, sandbox, service) AS hours`,
  ],
] as const;
