/** Every room (or file of one) and what it may import besides itself and the leaves; of `types`, only types. */
const rooms = [
  {
    room: "start",
    may: ["main", "state/dirs", "state/folders", "state/self"],
    because: "A process begins here, with as little as can be.",
  },
  {
    room: "main",
    may: ["cli/run-cli", "cli/terminal", "node-host"],
    because: "The composition root builds the host and hands it to the command line; it decides nothing else.",
  },
  {
    room: "node-host",
    may: ["state/dirs", "adobe/http"],
    because: "The real world, for the command line and the library alike; signals and streams are the command line's.",
  },
  {
    room: "index",
    may: ["library", "node-host", "runs"],
    because: "The face for programs: names, and the world that they act on.",
  },
  {
    room: "library",
    may: ["engine", "adobe/access", "adobe/settings", "adobe/journal", "lytics", "runs"],
    types: ["adobe/gateway"],
    because: "A program gets runs, never text: it knows neither the command line nor how a run looks.",
  },
  {
    room: "cli/run-cli",
    may: [
      "cli/program",
      "cli/help-words",
      "cli/refused-line",
      "cli/refusal-words",
      "cli/negative-durations",
      "cli/commands/first-minute/welcome",
      "cli/terminal/failure-text",
      "cli/terminal/tell",
      "adobe/settings/environment",
      "render/formats/registry",
    ],
    because: "The command line puts failures into safe words and an exit code; the work is the program's.",
  },
  {
    room: "cli/program",
    may: [
      "cli/commands",
      "cli/negative-durations",
      "cli/refused-line",
      "cli/options",
      "cli/terminal/tell",
      "adobe/settings/environment",
    ],
    types: ["render/formats/registry"],
    because: "The program knows its commands, and loads each when it runs.",
  },
  {
    room: "cli/refused-line",
    may: ["cli/negative-durations"],
    because: "A refused line is a value; its words are loaded when they are needed.",
  },
  {
    room: "cli/refusal-words",
    may: [
      "cli/refused-line",
      "cli/negative-durations",
      "cli/options/negative-duration",
      "cli/options/output-options",
      "adobe/journal",
      "render/text",
    ],
    because: "What was typed wrong is told by what the program declares, in one place.",
  },
  { room: "cli/help-words", may: [], because: "A question is read from words and declarations alone." },
  {
    room: "cli/negative-durations",
    may: ["cli/options/json-fields", "cli/options/negative-duration"],
    because: "A trick stands in one place.",
  },
  {
    room: "cli/options",
    may: [
      "adobe/access/usual-values",
      "adobe/gateway",
      "adobe/journal",
      "adobe/settings",
      "engine/sinks",
      "engine/destinations/find-scheme",
      "engine/destinations/refused",
      "render/formats",
      "render/text",
      "runs/events",
      "runs/figures",
      "runs/filter",
      "runs/job",
      "runs/record",
      "state/cursor-name",
    ],
    types: ["engine/destinations/destination"],
    because: "Words become domain values here; choices come from the registries so that help cannot lie.",
  },
  {
    room: "cli/commands",
    may: ["cli/options", "cli/terminal", "engine", "adobe", "lytics", "runs", "render", "state", "demo"],
    because: "A command wires the rooms together, and knows neither the command line above it nor the process.",
  },
  {
    room: "cli/terminal",
    may: ["render/text", "state/given-file"],
    types: ["engine"],
    because: "What is said on the terminal follows from notices and counts, which others hand over.",
  },
  {
    room: "engine",
    may: [
      "adobe",
      "state",
      "runs/cadence",
      "runs/events",
      "runs/job",
      "lytics",
      "runs/record",
      "runs/catalogue",
      "runs/causes",
      "runs/rows",
      "render/formats",
      "render/text",
    ],
    because: "Runs go from a source to a sink here, and the place to read on from goes with them.",
  },
  {
    room: "lytics",
    may: [
      "adobe/access",
      "adobe/auth/secret",
      "adobe/gateway",
      "adobe/http",
      "adobe/settings",
      "runs/events",
      "runs/job",
    ],
    types: ["adobe/webhook/delivery"],
    because: "Lytics is asked as Adobe is, with a token of its own; its events are read into records.",
  },
  { room: "adobe/http", may: [], because: "One exchange made dependable has no idea what it carries." },
  {
    room: "adobe/auth",
    may: ["adobe/http/words", "adobe/gateway/attempt", "adobe/gateway/backoff", "adobe/gateway/retrying"],
    because: "A token is asked for as everything is, but without one; no room below needs to know what for.",
  },
  {
    room: "adobe/gateway",
    may: ["adobe/http/words"],
    types: ["adobe/auth/token"],
    because: "A token is put to a request, and what Adobe's gateway says is judged, in one place, whatever was asked.",
  },
  {
    room: "adobe/journal",
    may: ["adobe/gateway"],
    because: "The journal reads pages with a token it is handed; what is in a page is for runs to say.",
  },
  {
    room: "adobe/registrations",
    may: [
      "adobe/gateway",
      "adobe/http/words",
      "adobe/journal/progress",
      "adobe/settings/check-value",
      "adobe/settings/profile-name",
      "runs/events/event-selection",
    ],
    types: ["adobe/settings/keys"],
    because: "Registrations stand behind the same gateway, and say which journals carry flow runs.",
  },
  {
    room: "adobe/webhook",
    may: ["adobe/http/in-time", "adobe/http/words"],
    types: ["adobe/auth/secret"],
    because: "A delivery is judged by what it says itself and Adobe's keys; who receives it, and how, is not asked.",
  },
  {
    room: "adobe/platform",
    may: ["adobe/http/words", "adobe/gateway", "adobe/journal/progress"],
    types: ["adobe/auth/token", "runs/record", "runs/cadence", "runs/rows"],
    because:
      "Platform is asked for names, schedules and what a batch rejected; what becomes of it is another's matter.",
  },
  {
    room: "adobe/settings",
    may: ["adobe/auth", "adobe/journal"],
    because: "Settings are decided from plain values; where those were kept is somebody else's matter.",
  },
  {
    room: "adobe/access",
    may: [
      "adobe/auth",
      "adobe/http/transport",
      "adobe/http/watch",
      "adobe/registrations/console-place",
      "adobe/settings",
      "state/given-file",
      "state/private-file",
      "state/profiles",
      "state/profile-files",
      "state/token-file",
      "demo/server",
      "demo/month",
    ],
    types: ["adobe/gateway", "adobe/journal/ask-journal", "adobe/platform/api", "adobe/registrations/api"],
    because: "A profile becomes settings, and these a connection, once.",
  },
  {
    room: "runs/record",
    may: [],
    because: "What a run is stands alone: it can be read, and tested, without the rest.",
  },
  { room: "runs/catalogue", may: [], because: "What a code means does not depend on any run." },
  {
    room: "runs/causes",
    may: ["runs/record", "runs/catalogue"],
    because: "Why a run failed is read from its errors, and ranked by the forms of codes.",
  },
  {
    room: "runs/events",
    may: ["runs/record", "runs/causes"],
    because: "An event becomes the runs that it tells of.",
  },
  {
    room: "runs/rows",
    may: ["runs/causes", "runs/catalogue", "runs/events"],
    because: "A rejected record is read from a line, and counted by its codes, wherever that came from.",
  },
  {
    room: "runs/filter",
    may: ["runs/record", "runs/job"],
    because: "A filter looks at a record, wherever that came from.",
  },
  {
    room: "runs/figures",
    may: ["runs/record", "runs/cadence"],
    because: "Figures are counted over runs, wherever those came from.",
  },
  {
    room: "runs/job",
    may: ["runs/record"],
    because: "An event of Lytics is a record like a run, and is filtered and printed alike; it is none.",
  },
  {
    room: "runs/cadence",
    may: ["runs/record", "runs/job"],
    because: "Whether a flow ran, or a work of Lytics, when it was to is told by when it did so far.",
  },
  {
    room: "runs/report",
    may: ["runs/cadence", "runs/figures", "runs/job", "runs/record"],
    because: "A report puts together what others count, and counts what only a page shows.",
  },
  { room: "render/text", may: [], because: "How a text fits a terminal does not depend on what it says." },
  {
    room: "render/formats",
    may: ["render/text", "runs"],
    because: "A renderer turns rows into text and does not care where that goes.",
  },
  {
    room: "render/sheets",
    may: ["render/text", "render/formats", "runs"],
    because: "A sheet is laid out for reading, from runs and figures alone.",
  },
  {
    room: "render/report",
    may: ["render/text", "render/formats/markdown", "render/sheets", "runs"],
    because: "A report is one document from one value; what enters it goes through one door.",
  },
  {
    room: "state",
    may: ["adobe/settings", "adobe/journal", "adobe/auth/secret", "adobe/auth/token"],
    types: ["adobe"],
    because: "What outlives a run is kept for others, so it may know the shape of a thing and not how to come by it.",
  },
  {
    room: "demo",
    may: [],
    because: "The demo plays the other side of the wire, and so shares nothing with this one.",
  },
];

/** What every room may import; a leaf imports other leaves only. */
const leaves = ["host", "errors", "json", "mask", "notices", "text", "version"];

/** The files through which a package enters src. A package without a row does not enter. */
const doors = [
  {
    packages: ["undici"],
    at: ["adobe/http"],
    because: "One exchange with the world goes through one file, and the connection that it takes through another.",
  },
  {
    packages: ["commander"],
    at: [
      "cli/run-cli",
      "cli/program",
      "cli/help-words",
      "cli/refused-line",
      "cli/refusal-words",
      "cli/negative-durations",
      "cli/options",
      "cli/commands",
    ],
    because: "Only the command line knows what parses it.",
  },
  { packages: ["conf"], at: ["state"], because: "How a file is kept safe is the business of one room." },
  { packages: ["fs-native-extensions"], at: ["state"], because: "A lock guards a file of that room." },
  {
    packages: ["chalk", "cli-table3", "csv-stringify", "fast-string-width"],
    at: ["render"],
    because: "How a run looks is decided in one room.",
  },
  {
    packages: ["yaml"],
    at: ["render/formats", "adobe/auth/console-text"],
    because: "A run is written as YAML in one room, and aio's settings are read from it by one file.",
  },
  {
    packages: ["hjson", "dotenv"],
    at: ["adobe/auth/console-text"],
    because: "What aio's own files are written in is read by one file, and only when somebody logs in.",
  },
  {
    packages: ["d3-scale", "d3-shape"],
    at: ["render/report"],
    because: "Only a report is drawn, and its drawings are loaded with it.",
  },
  {
    packages: ["re2js"],
    at: ["runs/filter/where"],
    because: "A user's pattern is matched in one place, in bounded time.",
  },
  {
    packages: ["@datadog/sketches-js"],
    at: ["runs/figures/quantiles"],
    because: "Where a quantile comes from is its own affair.",
  },
  {
    packages: ["@photostructure"],
    at: ["engine/archive/embedded/driver"],
    because: "Which SQLite there is, the system's Node decides; whoever uses it does not ask.",
  },
  { packages: ["@inquirer"], at: ["cli/terminal"], because: "One file knows how a question is drawn." },
  {
    packages: ["pg"],
    at: ["engine/archive/postgres/session"],
    because: "One file knows how PostgreSQL is spoken to, and is loaded where a server of its kind is named.",
  },
  {
    packages: ["@nats-io"],
    at: ["engine/destinations/nats"],
    because: "One destination knows how NATS is spoken to, and is loaded where an address of its kind is named.",
  },
  {
    packages: ["luxon"],
    at: ["text/named-zone"],
    because: "Elsewhere a time is epoch milliseconds.",
  },
];

/** The files that may import what Node brings; everybody else asks the host. */
const nodeDoors = [
  "start",
  "main",
  "node-host",
  "cli/terminal",
  "demo",
  "state",
  "adobe/http",
  "adobe/webhook",
  "lytics/judge-events",
  "engine/receive/admin",
  "engine/receive/desk",
  "engine/receive/open-port",
  "engine/receive/read-request",
  "engine/receive/receiver",
  "engine/receive/tls-files",
  "engine/archive/embedded",
  "engine/archive/pack",
  "engine/archive/run-row",
  "engine/archive/write-page",
  "engine/archive/postgres/files",
  "engine/destinations/address",
  "engine/destinations/webhook",
  "engine/destinations/exec",
  "engine/destinations/nats/files",
  "engine/destinations/nats/place",
  "engine/destinations/otlp",
];

/** A path that is one of these files or lies in one of these folders of src. */
const within = (names) => `^src/(${names.join("|")})(/|[.]ts$)`;

/** A path in the folder of one of these packages, or of its types. */
const inPackage = (names) => `(^|/)node_modules/(@types/)?(${names.join("|")})/`;

const roomRules = rooms.flatMap(({ room, may, types = [], because }) => [
  {
    name: `room-${room}`,
    comment: because,
    severity: "error",
    from: { path: within([room]) },
    to: { path: "^src/", pathNot: within([room, ...may, ...types, ...leaves]) },
  },
  ...types.map((other) => ({
    name: `room-${room}-types-of-${other}`,
    comment: because,
    severity: "error",
    from: { path: within([room]) },
    to: { path: within([other]), pathNot: within([room, ...may]), dependencyTypesNot: ["type-only"] },
  })),
]);

const doorRules = doors.map(({ packages, at, because }) => ({
  name: `door-${packages[0]}`,
  comment: because,
  severity: "error",
  from: { path: "^src/", pathNot: within(at) },
  to: { path: inPackage(packages) },
}));

const houseRules = [
  {
    name: "leaf",
    comment: "Everybody imports a leaf, so a leaf that imported a room would tie all rooms together.",
    from: { path: within(leaves) },
    to: { path: "^src/", pathNot: within(leaves) },
  },
  {
    name: "every-room-has-a-row",
    comment: "A new room says here what it may import.",
    from: { path: "^src/" },
    to: { path: "^src/", pathNot: within([...rooms.map(({ room }) => room), ...leaves]) },
  },
  {
    name: "every-package-has-a-door",
    comment: "A new package says here which file it enters by; one that only tests need does not enter at all.",
    from: { path: "^src/" },
    to: { path: "(^|/)node_modules/", pathNot: inPackage(doors.flatMap(({ packages }) => packages)) },
  },
  {
    name: "door-node",
    comment: "Whoever asks the host can be tested without a module mock.",
    from: { path: "^src/", pathNot: within(nodeDoors) },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "src-stands-alone",
    comment: "Only src is built and published.",
    from: { path: "^src/" },
    to: { pathNot: "^src/|(^|/)node_modules/", dependencyTypesNot: ["core"], couldNotResolve: false },
  },
  {
    name: "nothing-unresolved",
    comment: "What cannot be found cannot be placed in a room.",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "no-cycles",
    comment: "Two files that need each other are one file, or three.",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-orphans",
    comment: "A file that no other needs is not part of the house.",
    from: { orphan: true, pathNot: "[.]d[.]ts$" },
    to: {},
  },
].map((rule) => ({ severity: "error", ...rule }));

export default {
  forbidden: [...roomRules, ...doorRules, ...houseRules],
  options: {
    doNotFollow: { path: "node_modules" },
    // Imports of types count: a room that knows a shape depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
