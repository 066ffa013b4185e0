import { FlowrunError } from "../../errors.ts";
import type { Database } from "./database.ts";
import { numberIn } from "./row-values.ts";

/** The version of the schema that this program reads and writes. */
const schemaVersion = 3;

/** The oldest version that can be read, and filled with runs, as it is: what came later is simply not in it. */
const oldestUsed = 1;

/** The oldest one that can be filled with events of Lytics. */
const oldestWithJobs = 2;

/**
 * How an archive of each version becomes one of the next, from nothing on; the last makes it `schemaVersion`. Texts as
 * `Queries` has them; times are epoch milliseconds, `journal` is the short name that `journals` explains.
 */
const steps: readonly (readonly string[])[] = [
  [
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
  ],
  [
    // An account of Lytics has a short name as a journal has one, and its places are in `cursors` by that.
    `CREATE TABLE {schema}accounts (account {text} PRIMARY KEY, name {text} NOT NULL, made_at BIGINT NOT NULL)`,
    // `at` is when it happened; of an event that does not say, when it was put here.
    `CREATE TABLE {schema}jobs (account {text} NOT NULL, event_key {text} NOT NULL, seq BIGINT NOT NULL UNIQUE,
      at BIGINT NOT NULL, subject_type {text}, subject_id {text}, verb {text}, status {text}, workflow {text}, job_name {text},
      priority BIGINT, account_id {text}, user_id {text}, notes {text}, document {bytes} NOT NULL,
      PRIMARY KEY (account, event_key))`,
    `CREATE INDEX jobs_by_time ON {schema}jobs (at, seq)`,
    `CREATE INDEX jobs_by_subject ON {schema}jobs (subject_id, at)`,
  ],
  [
    // The texts of runs whose numbers lie between two, packed as one; their rows say where in it.
    `CREATE TABLE {schema}packs (first_seq BIGINT PRIMARY KEY, last_seq BIGINT NOT NULL, texts {bytes} NOT NULL)`,
  ],
];

/** There before all others, so that whoever comes second finds a version in it. */
const meta = [
  `CREATE TABLE IF NOT EXISTS {schema}meta (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL,
    last_seq BIGINT NOT NULL)`,
  `INSERT INTO {schema}meta (one, version, last_seq) VALUES (1, 0, 0) ON CONFLICT (one) DO NOTHING`,
];

/** The views for people and their tools, and since which version each is as it is: who may read it may do so until it changes. */
const views: readonly (readonly [name: string, since: number, query: string])[] = [
  [
    "runs_latest",
    1,
    // An index tells the later notifications of a run, so that a query for a day need not number a year's: that of runs, not
    // that of a journal, by which SQLite would look at all of it for each row (5 rows of a million: 2.5 s, not 1 ms).
    `SELECT run_id, flow_id, flow_name, sandbox, service, status, {time:updated_at} AS updated_at,
      {time:started_at} AS started_at, duration_ms, records_in, records_out, records_failed, bytes_in, bytes_out,
      root_code, root_message, journals.name AS journal, updated_at AS updated_ms
    FROM {schema}runs AS runs JOIN {schema}journals AS journals ON journals.journal = runs.journal
    WHERE NOT EXISTS (SELECT 1 FROM {schema}runs AS later
      WHERE later.run_id = runs.run_id AND later.journal || '' = runs.journal
        AND (coalesce(later.updated_at, 0), later.seq) > (coalesce(runs.updated_at, 0), runs.seq))`,
  ],
  ["failures", 1, `SELECT * FROM {schema}runs_latest AS latest WHERE status = 'failed'`],
  [
    "runs_by_hour",
    1,
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
  [
    "lytics_jobs",
    2,
    `SELECT event_key, {time:at} AS at, subject_type, subject_id, verb, status, workflow, job_name, priority, account_id,
      user_id, notes, accounts.name AS account, at AS at_ms
    FROM {schema}jobs AS jobs JOIN {schema}accounts AS accounts ON accounts.account = jobs.account`,
  ],
];

/** The names of all that a version has beside `meta` and an older one has not; by them somebody else's database is told from ours. */
function namesSince(version: number): readonly string[] {
  return [
    ...steps
      .slice(version)
      .flatMap((step) => step.flatMap((text) => /^CREATE TABLE \{schema\}(\w+)/.exec(text)?.[1] ?? [])),
    ...views.flatMap(([name, since]) => (since > version ? [name] : [])),
  ];
}

/**
 * Makes the tables of an archive, or those of an older version into today's; nothing where they are that already.
 * @returns whether there was something to do.
 * @throws FlowrunError `settings` for one that a newer flowrun has made, and for tables that are not ours.
 */
export async function setUpSchema(database: Database): Promise<boolean> {
  const found = await findVersion(database);
  if (found === schemaVersion) return false;
  if (found !== null) await checkNames(database, found);
  await database.exclusively(async (queries) => {
    for (const text of meta) await queries.run(text);
    // Another process may have been here in the meantime.
    const [row] = await queries.all(`SELECT version FROM {schema}meta`);
    const version = row === undefined ? 0 : numberIn(row, "version");
    for (const step of steps.slice(version)) for (const text of step) await queries.run(text);
    const changed = views.filter(([, since]) => since > version);
    for (const [name] of [...changed].reverse()) await queries.run(`DROP VIEW IF EXISTS {schema}${name}`);
    for (const [name, , query] of changed) await queries.run(`CREATE VIEW {schema}${name} AS ${query}`);
    await queries.run(`UPDATE {schema}meta SET version = $1`, [schemaVersion]);
  });
  return true;
}

/**
 * The same for whoever keeps runs alone: an archive that has room for these stays of its version, so that older programs go on
 * with it, and nobody needs a right that was not needed until now.
 * @throws FlowrunError likewise.
 */
export async function setUpForRuns(database: Database): Promise<void> {
  await setUpWhereOlder(database, oldestUsed);
}

/** The same for whoever keeps events of Lytics. @throws FlowrunError likewise. */
export async function setUpForJobs(database: Database): Promise<void> {
  await setUpWhereOlder(database, oldestWithJobs);
}

async function setUpWhereOlder(database: Database, oldest: number): Promise<void> {
  const found = await findVersion(database);
  if (found === null || found < oldest) await setUpSchema(database);
}

/**
 * Makes sure that an archive can be read as it is, without changing it.
 * @returns false where there is none.
 * @throws FlowrunError `settings` for one that a newer flowrun has made, or one too old, and for tables that are not ours.
 */
export async function checkSchema(database: Database): Promise<boolean> {
  const version = await findVersion(database);
  if (version === null || version >= oldestUsed) return version !== null;
  throw new FlowrunError("settings", `the archive at ${database.place} is of an older flowrun`, {
    why: `its schema is version ${String(version)}, and this one reads version ${String(oldestUsed)} and later ones`,
    hint: "bring it up to date: flowrun archive sync",
  });
}

/** @throws FlowrunError `settings` where somebody else has a table by a name that a version does not have yet. */
async function checkNames(database: Database, version: number): Promise<void> {
  for (const name of namesSince(version)) {
    if (!(await database.hasTable(name))) continue;
    // Another process may have made it all in between.
    if ((await findVersion(database)) !== version) return;
    throw foreign(database, name);
  }
}

/** The version of the archive that is there; `null` for none. @throws FlowrunError `settings`, as above. */
async function findVersion(database: Database): Promise<number | null> {
  const columns = await database.columnsOf("meta");
  if (columns.length === 0) {
    for (const name of namesSince(0)) {
      if (!(await database.hasTable(name))) continue;
      // Another process may have made it all in between.
      if (await database.hasTable("meta")) return findVersion(database);
      throw foreign(database, name);
    }
    return null;
  }
  if (!columns.includes("version") || !columns.includes("last_seq")) throw foreign(database, "meta");
  const [row] = await database.all(`SELECT version FROM {schema}meta`);
  const version = row?.["version"];
  if (typeof version !== "number") throw foreign(database, "meta");
  if (version <= schemaVersion) return version;
  throw new FlowrunError("settings", `the archive at ${database.place} is of a newer flowrun`, {
    why: `its schema is version ${String(version)}, and this one knows versions up to ${String(schemaVersion)}`,
    hint: "bring flowrun up to date: npm install --global flowrun@latest",
  });
}

function foreign(database: Database, table: string): FlowrunError {
  const where = database.kind === "postgres" ? "another schema (?schema=<name> in the URL)" : "another path";
  return new FlowrunError("settings", `the database at ${database.place} is not an archive of flowrun`, {
    why: `it has a table '${table}' that is somebody else's`,
    hint: `nothing was changed; give the archive ${where}: flowrun config set archive <path or URL>`,
  });
}
