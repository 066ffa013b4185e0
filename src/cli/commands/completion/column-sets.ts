/** As far as completion needs to know a set of columns, whatever its rows are. */
interface NamedColumns {
  readonly all: readonly { readonly name: string }[];
}

/** The columns of the commands that have rows of their own, by the words of the command. */
export const columnSets: ReadonlyMap<string, () => Promise<NamedColumns>> = new Map(
  Object.entries({
    "archive sync": async () => (await import("../archive/sync.ts")).syncColumns,
    "archive status": async () => (await import("../../../render/formats/archive-columns.ts")).stretchColumns,
    "archive verify": async () => (await import("../archive/verify.ts")).verdictColumns,
    "archive prune": async () => (await import("../archive/prune.ts")).pruneColumns,
    "archive import": async () => (await import("../archive/import.ts")).importColumns,
    "archive reindex": async () => (await import("../archive/reindex.ts")).reindexColumns,
    "lytics since": jobs,
    "lytics tail": jobs,
    replay: async () => (await import("../replay/replay-columns.ts")).replayColumns,
    rows: async () => (await import("../../../render/formats/row-columns.ts")).rowColumns,
    destinations: async () => (await import("../destinations/destinations.ts")).destinationColumns,
    "cursor list": async () => (await import("../cursor/cursor.ts")).cursorColumns,
    "cursor show": async () => (await import("../cursor/cursor.ts")).wholeCursorColumns,
    "registrations list": registrations,
    "registrations show": registrations,
    "registrations create": changes,
    "registrations update": changes,
    "registrations enable": changes,
    "registrations disable": changes,
    "registrations delete": changes,
    "registrations test": changes,
    "registrations trace": async () => (await import("../registrations/trace.ts")).traceColumns,
    "providers list": async () => (await import("../providers/list.ts")).providerColumns,
    "providers delete": changes,
    "profile list": async () => (await import("../setup/profile.ts")).profileColumns,
    "config list": async () => (await import("../setup/config.ts")).settingColumns,
    "config get": async () => (await import("../setup/config.ts")).valueColumns,
    "config path": async () => (await import("../setup/config.ts")).pathColumns,
    version: async () => (await import("../version/version.ts")).versionColumns,
    whoami: async () => (await import("../setup/whoami.ts")).identityColumns,
    doctor: async () => (await import("../doctor/doctor.ts")).findingColumns,
    // Its groups are put in order by them.
    stats: async () =>
      (await import("../../../render/formats/stats-columns.ts")).statsColumns({ from: "", to: "" }, true),
    flows: async () => (await import("../../../render/formats/flow-columns.ts")).flowColumns,
    explain: async () => (await import("../insight/explain.ts")).codeColumns,
  }),
);

async function registrations(): Promise<NamedColumns> {
  return (await import("../registrations/listed.ts")).registrationColumns;
}

async function changes(): Promise<NamedColumns> {
  return (await import("../registrations/told-change.ts")).changeColumns;
}

async function jobs(): Promise<NamedColumns> {
  return (await import("../../../render/formats/job-columns.ts")).jobColumns;
}
