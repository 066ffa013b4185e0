/** Every room (or file of one) and what it may import besides itself and the leaves; of `types`, only types. */
const rooms = [
  {
    room: "start",
    may: ["main", "dirs", "state/folders", "state/self"],
    because: "A process begins here, with as little as can be.",
  },
  {
    room: "dirs",
    may: ["settings/clean-text"],
    because: "Where the folders are follows from the environment alone, read as the other settings are.",
  },
  {
    room: "main",
    may: ["cli", "dirs", "terminal", "http"],
    because: "The composition root builds the host and hands it to the command line; it decides nothing else.",
  },
  {
    room: "cli",
    may: ["program", "render"],
    because: "The command line puts failures into safe words and an exit code; the work is the program's.",
  },
  {
    room: "program",
    may: ["commands", "render", "sinks", "runs/grouping", "settings/keys", "settings/environment"],
    because:
      "The program declares the commands, takes choices from the registries so that help cannot lie, and loads each command when it runs.",
  },
  {
    room: "commands",
    may: [
      "digest",
      "pipeline",
      "reporter",
      "settings",
      "registrations",
      "names",
      "http",
      "auth",
      "journal",
      "runs",
      "render",
      "sinks",
      "state",
      "demo",
    ],
    types: ["program/flags"],
    because: "A command wires the rooms together, and knows neither the command line above it nor the process.",
  },
  {
    room: "digest",
    may: ["journal", "runs"],
    because: "A page is digested by itself, in any order: it needs the page and what a flow run is.",
  },
  {
    room: "pipeline",
    may: ["digest", "journal", "runs"],
    types: ["sinks"],
    because: "The flow fits on one screen: it is handed its sink and its checkpoint and knows none of them by name.",
  },
  {
    room: "reporter",
    may: ["render"],
    types: ["pipeline"],
    because: "What is said on stderr follows from notices and counts, which others hand over.",
  },
  {
    room: "settings",
    may: ["auth", "journal"],
    because: "Settings are decided from plain values; where those were kept is somebody else's matter.",
  },
  { room: "http", may: [], because: "One exchange made dependable has no idea what it carries." },
  { room: "auth", may: ["http"], because: "A token is asked for over http, and no room below needs to know what for." },
  {
    room: "journal",
    may: ["http"],
    types: ["auth"],
    because: "The journal reads pages with a token it is handed; what is in a page is for runs to say.",
  },
  {
    room: "registrations",
    may: ["http", "journal", "runs"],
    types: ["auth", "settings"],
    because: "Registrations stand behind the journal's gateway, and say which journals carry flow runs.",
  },
  {
    room: "names",
    may: ["http"],
    types: ["auth", "runs"],
    because: "A name is looked up for a run that lacks one; what becomes of the run is somebody else's matter.",
  },
  { room: "runs", may: [], because: "The domain stands alone: it can be read, and tested, without the rest." },
  { room: "render", may: ["runs"], because: "A renderer turns flow runs into text and does not care where that goes." },
  {
    room: "sinks",
    may: ["render", "runs"],
    because: "A sink takes what was rendered; it never fetches anything itself.",
  },
  {
    room: "state",
    may: ["settings", "journal", "auth/secret", "auth/token"],
    types: ["auth", "names"],
    because: "What outlives a run is kept for others, so it may know the shape of a thing and not how to come by it.",
  },
  { room: "demo", may: ["runs", "journal"], because: "The demo plays the other side of the wire." },
  { room: "terminal", may: [], because: "The terminal is a piece of the host that main.ts builds." },
];

/** What every room may import; a leaf imports other leaves only. */
const leaves = ["host", "errors", "json", "encoding", "hash", "mask", "notices", "path-segment", "version"];

/** The files through which a package enters src. A package without a row does not enter. */
const doors = [
  {
    packages: ["undici"],
    at: ["http/transport", "http/body", "http/connector"],
    because: "One exchange with the world goes through one file, and the connection that it takes through another.",
  },
  {
    packages: ["commander"],
    at: ["cli", "program"],
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
    at: ["render", "auth/console-text"],
    because: "A run is written as YAML in one room, and aio's settings are read from it by one file.",
  },
  {
    packages: ["hjson", "dotenv"],
    at: ["auth/console-text"],
    because: "What aio's own files are written in is read by one file, and only when somebody logs in.",
  },
  { packages: ["re2js"], at: ["runs/where"], because: "A user's pattern is matched in one place, in bounded time." },
  {
    packages: ["@datadog/sketches-js"],
    at: ["runs/quantiles"],
    because: "Where a quantile comes from is its own affair.",
  },
  { packages: ["@inquirer"], at: ["terminal"], because: "One file knows how a question is drawn." },
  { packages: ["luxon"], at: ["journal/when", "render"], because: "Elsewhere a time is epoch milliseconds." },
];

/** The files that may import what Node brings; everybody else asks the host. */
const nodeDoors = [
  "start",
  "main",
  "dirs",
  "terminal",
  "demo",
  "state",
  "http/transport",
  "http/body",
  "http/connector",
  "http/tunnel",
  "http/lookup",
  "http/proxy",
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
