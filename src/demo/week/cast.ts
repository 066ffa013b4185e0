import { uuidFrom } from "../chance.ts";

/**
 * Who plays in the demo's week: the dataflows of Kestrel & Loom, a homeware shop that does not exist. How often each
 * runs, how much it moves, in which wrapper its notifications come and what tends to go wrong with it.
 */

/** How a run ends, or that it has begun. */
export type Fate =
  | "success"
  /** Status `success`, below the error threshold, with failed records and their diagnostics. */
  | "errorsWithinThreshold"
  /** The same where the dataflow keeps no diagnostics. */
  | "errorsWithoutDiagnostics"
  | "partialSuccess"
  /** The copy fails: a client secret has run out. */
  | "expiredSecret"
  /** The copy fails: the SFTP server does not answer. */
  | "sftpTimeout"
  /** The copy fails: the database cannot be connected to. */
  | "databaseAway"
  /** The promotion fails: there is no file to promote. */
  | "noFiles"
  /** The promotion fails: no row could be read. */
  | "unreadableRows"
  /** A status that no document mentions. */
  | "cancelled"
  | "inProgress";

/** The wrappers that notifications of flow runs come in, as Adobe's documents and their readers' events show them. */
export type Shape =
  | "envelope"
  | "messages"
  | "messagesArray"
  | "bare"
  | "headerless"
  | "cloudEvent"
  | "cloudEventText"
  | "headerBody"
  | "hybrid"
  | "hybridBatch";

/** The kind of a flow: a batch or streaming source, or one of the services after it. */
export type FlowKind = "batch" | "streaming" | "identity" | "profile" | "destination";

/** One dataflow of the story, and how its runs come about. Lengths of time are ms. */
export interface Flow {
  readonly key: string;
  readonly id: string;
  /** Null: the older generation of events carries no name. */
  readonly name: string | null;
  readonly kind: FlowKind;
  readonly sandbox: "prod" | "stage" | "dev";
  readonly connector: string;
  readonly everyMs: number;
  /** How long before the present the last run ended. */
  readonly lastMs: number;
  readonly durationMs: readonly [low: number, high: number];
  readonly records: readonly [low: number, high: number];
  /** Its runs take turns in these. */
  readonly shapes: readonly [Shape, ...Shape[]];
  /** How many runs one event carries; more than one only where the shape is a list. */
  readonly together: number;
  readonly announcesStarts: boolean;
  /** The fates of a run other than success, and how likely each is. */
  readonly odds: readonly (readonly [Fate, share: number])[];
  /** The fates of the latest runs, 0 being the last one. */
  readonly recent: Readonly<Record<number, Fate>>;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

type Role = Pick<Flow, "key" | "name" | "connector" | "everyMs" | "lastMs" | "records" | "shapes"> & Partial<Flow>;

function cast(role: Role): Flow {
  return {
    id: uuidFrom(`flow ${role.key}`),
    kind: "batch",
    sandbox: "prod",
    durationMs: [50 * second, 6 * minute],
    together: 1,
    announcesStarts: false,
    odds: [],
    recent: {},
    ...role,
  };
}

/** The flow whose credential ran out: the first of `sourceFlows`. */
export const crm: Flow = cast({
  key: "crm",
  name: "CRM contacts",
  connector: "Salesforce",
  everyMs: 30 * minute,
  lastMs: 14 * minute,
  records: [900, 14_000],
  shapes: ["bare"],
  announcesStarts: true,
  odds: [
    ["errorsWithinThreshold", 0.02],
    ["partialSuccess", 0.01],
  ],
  recent: { 9: "errorsWithinThreshold" },
});

/** The dataflows that bring data into Platform. */
export const sourceFlows: readonly [Flow, ...Flow[]] = [
  crm,
  cast({
    key: "loyalty",
    name: "Loyalty members and points",
    connector: "Maria DB",
    everyMs: hour,
    lastMs: 37 * minute,
    durationMs: [2 * minute, 14 * minute],
    records: [20_000, 90_000],
    shapes: ["cloudEvent"],
    announcesStarts: true,
    odds: [
      ["partialSuccess", 0.04],
      ["errorsWithinThreshold", 0.04],
    ],
    recent: { 2: "partialSuccess", 11: "errorsWithinThreshold" },
  }),
  cast({
    key: "orders",
    name: "Web orders",
    connector: "Azure Blob",
    everyMs: hour,
    lastMs: 22 * minute,
    records: [300, 6_500],
    shapes: ["bare", "headerless"],
    odds: [
      ["noFiles", 0.03],
      ["unreadableRows", 0.01],
    ],
    recent: { 4: "noFiles", 8: "unreadableRows" },
  }),
  cast({
    key: "receipts",
    name: "Shop receipts (SFTP drop)",
    connector: "SFTP",
    everyMs: 3 * hour,
    lastMs: 52 * minute,
    durationMs: [6 * minute, 35 * minute],
    records: [40_000, 260_000],
    shapes: ["bare", "cloudEventText"],
    odds: [
      ["sftpTimeout", 0.07],
      ["noFiles", 0.03],
    ],
    recent: { 0: "sftpTimeout", 5: "sftpTimeout" },
  }),
  cast({
    key: "behaviour",
    name: "Web and app behaviour",
    kind: "streaming",
    connector: "Streaming",
    everyMs: hour,
    lastMs: 33 * minute,
    records: [60_000, 420_000],
    shapes: ["headerless", "bare"],
    odds: [["partialSuccess", 0.08]],
    recent: { 3: "partialSuccess" },
  }),
  cast({
    key: "consent",
    name: "Consent preferences",
    kind: "streaming",
    connector: "HTTP API",
    everyMs: 2 * hour,
    lastMs: 48 * minute,
    records: [10, 900],
    shapes: ["headerBody", "hybrid"],
    odds: [["partialSuccess", 0.03]],
  }),
  cast({
    key: "mail",
    name: "E-mail engagement",
    connector: "Amazon S3",
    everyMs: 2 * hour,
    lastMs: 71 * minute,
    records: [2_000, 48_000],
    shapes: ["hybridBatch"],
    together: 2,
    odds: [["errorsWithoutDiagnostics", 0.05]],
    recent: { 3: "errorsWithoutDiagnostics" },
  }),
  cast({
    key: "catalogue",
    name: null,
    connector: "Azure File",
    everyMs: 6 * hour,
    lastMs: 2 * hour,
    records: [18_000, 19_500],
    shapes: ["envelope"],
    odds: [["errorsWithinThreshold", 0.1]],
  }),
  cast({
    key: "service",
    name: null,
    connector: "Service Now",
    everyMs: 4 * hour,
    lastMs: 96 * minute,
    records: [80, 700],
    shapes: ["messages", "messagesArray"],
    together: 2,
    odds: [["noFiles", 0.1]],
    recent: { 1: "noFiles" },
  }),
  cast({
    key: "crm-stage",
    name: "CRM contacts (stage)",
    sandbox: "stage",
    connector: "Salesforce",
    everyMs: 6 * hour,
    lastMs: 3 * hour,
    records: [50, 400],
    shapes: ["bare"],
    odds: [["cancelled", 0.15]],
    recent: { 2: "cancelled" },
  }),
  cast({
    key: "backfill",
    name: "Loyalty backfill",
    sandbox: "dev",
    connector: "Maria DB",
    everyMs: 12 * hour,
    lastMs: 5 * hour,
    durationMs: [20 * minute, 3 * hour],
    records: [900_000, 4_000_000],
    shapes: ["cloudEventText"],
    odds: [["expiredSecret", 0.3]],
    recent: { 1: "expiredSecret" },
  }),
];

/** The dataflows that run after the sources: not source runs, so a reader of sources passes them by. */
export const downstreamFlows: readonly Flow[] = [
  cast({
    key: "identity",
    name: "Data lake to identity graph",
    kind: "identity",
    connector: "UIS",
    everyMs: 3 * hour,
    lastMs: 41 * minute,
    records: [500, 9_000],
    shapes: ["bare"],
  }),
  cast({
    key: "profile",
    name: "Data lake to profile store",
    kind: "profile",
    connector: "UPS",
    everyMs: 3 * hour,
    lastMs: 35 * minute,
    durationMs: [10 * minute, 50 * minute],
    records: [500, 9_000],
    shapes: ["bare"],
    odds: [["unreadableRows", 0.05]],
  }),
  cast({
    key: "advertising",
    name: "Loyal customers to advertising",
    kind: "destination",
    connector: "Activation",
    everyMs: 6 * hour,
    lastMs: 80 * minute,
    records: [2_000, 31_000],
    shapes: ["bare", "cloudEvent"],
    odds: [["unreadableRows", 0.1]],
  }),
];
