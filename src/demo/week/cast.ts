import { uuidFrom } from "../chance.ts";
import { byHand, inOfficeHours, regularly, steady, type Rhythm } from "./rhythm.ts";

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

/**
 * How a flow has fallen silent: nobody hears of a run that was due later than a moment, which moves on with the present, though
 * only in whole steps, so that two who look a little apart are told the same. Lengths are ms.
 */
export interface Silence {
  readonly kind:
    /** It has stopped, and nobody knows. */
    | "stopped"
    /** It is behind, and always as much: of its slots it takes every other, and the last one too. */
    | "late"
    /** Its runs go on, and their notifications are lost. */
    | "lost"
    /** Somebody has switched it off. */
    | "disabled";
  readonly stepMs: number;
  /** How long before the present, rounded down to a step, the moment is. */
  readonly forMs: number;
}

/** One dataflow of the story, and how its runs come about. Lengths of time are ms. */
export interface Flow {
  readonly key: string;
  readonly id: string;
  /** Null: the older generation of events carries no name. */
  readonly name: string | null;
  readonly kind: FlowKind;
  readonly sandbox: "prod" | "stage" | "dev";
  readonly connector: string;
  readonly rhythm: Rhythm;
  /** Who starts its runs: a schedule of Flow Service, something outside, or somebody by hand. */
  readonly startedBy: "schedule" | "outside" | "hand";
  /** How it has fallen silent; null where it has not. */
  readonly silence: Silence | null;
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
const day = 24 * hour;

type Role = Pick<Flow, "key" | "name" | "connector" | "rhythm" | "records" | "shapes"> & Partial<Flow>;

function cast(role: Role): Flow {
  return {
    id: uuidFrom(`flow ${role.key}`),
    kind: "batch",
    sandbox: "prod",
    startedBy: "schedule",
    silence: null,
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
  rhythm: steady(30 * minute, 14 * minute),
  records: [900, 14_000],
  shapes: ["bare"],
  announcesStarts: true,
  odds: [
    ["errorsWithinThreshold", 0.02],
    ["partialSuccess", 0.01],
  ],
  recent: { 9: "errorsWithinThreshold" },
});

/** The dataflows that bring data into Platform at any hour. While the demo is watched, their runs come one after the other. */
export const sourceFlows: readonly [Flow, ...Flow[]] = [
  crm,
  cast({
    key: "loyalty",
    name: "Loyalty members and points",
    connector: "Maria DB",
    rhythm: steady(hour, 37 * minute),
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
    rhythm: steady(hour, 22 * minute),
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
    rhythm: steady(3 * hour, 52 * minute),
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
    rhythm: steady(hour, 33 * minute),
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
    rhythm: steady(2 * hour, 48 * minute),
    records: [10, 900],
    shapes: ["headerBody", "hybrid"],
    odds: [["partialSuccess", 0.03]],
  }),
  cast({
    key: "mail",
    name: "E-mail engagement",
    connector: "Amazon S3",
    rhythm: steady(2 * hour, 71 * minute),
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
    rhythm: steady(6 * hour, 2 * hour),
    records: [18_000, 19_500],
    shapes: ["envelope"],
    odds: [["errorsWithinThreshold", 0.1]],
  }),
  cast({
    key: "service",
    name: null,
    connector: "Service Now",
    rhythm: steady(4 * hour, 96 * minute),
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
    rhythm: steady(6 * hour, 3 * hour),
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
    rhythm: steady(12 * hour, 5 * hour),
    startedBy: "outside",
    durationMs: [20 * minute, 3 * hour],
    records: [900_000, 4_000_000],
    shapes: ["cloudEventText"],
    odds: [["expiredSecret", 0.3]],
    recent: { 1: "expiredSecret" },
  }),
];

/** The dataflows that bring data into Platform by the calendar, and what became of some of them. Hardly any run fails. */
export const calendarFlows: readonly Flow[] = [
  cast({
    key: "stock",
    name: "Stock levels",
    connector: "Google Cloud Storage",
    rhythm: regularly(15 * minute, 4 * minute),
    durationMs: [40 * second, 150 * second],
    records: [300, 2_400],
    shapes: ["bare"],
  }),
  cast({
    key: "appointments",
    name: "Shop appointments",
    connector: "Microsoft Dynamics",
    rhythm: inOfficeHours(5),
    startedBy: "outside",
    records: [5, 140],
    shapes: ["cloudEvent"],
  }),
  cast({
    key: "prices",
    name: "Price list",
    connector: "Oracle DB",
    rhythm: regularly(day, 2 * hour),
    durationMs: [20 * minute, 45 * minute],
    records: [180_000, 184_000],
    shapes: ["bare"],
  }),
  cast({
    key: "tiers",
    name: "Customer tiers",
    connector: "Snowflake",
    rhythm: regularly(7 * day, 5 * hour),
    durationMs: [40 * minute, 80 * minute],
    records: [310_000, 340_000],
    shapes: ["bare"],
  }),
  cast({
    key: "campaigns",
    name: "Campaign lists",
    connector: "Azure Data Lake Storage",
    rhythm: byHand([
      [0, 10.2],
      [0, 10.8],
      [1, 15.3],
      [3, 9.4],
      [3, 9.8],
      [3, 13.1],
      [4, 16.7],
    ]),
    startedBy: "hand",
    records: [1_200, 40_000],
    shapes: ["headerless"],
  }),
  cast({
    key: "returns",
    name: "Returns and refunds",
    connector: "PostgreSQL",
    rhythm: regularly(2 * hour, 20 * minute),
    // Since yesterday afternoon.
    silence: { kind: "stopped", stepMs: day, forMs: 9 * hour },
    records: [40, 1_900],
    shapes: ["bare"],
  }),
  cast({
    key: "supplies",
    name: "Supplier deliveries",
    connector: "Google Cloud Storage",
    // Every six hours; and between two of them where that was the last.
    rhythm: regularly(3 * hour, 80 * minute),
    startedBy: "outside",
    silence: { kind: "late", stepMs: 3 * hour, forMs: 10.5 * hour },
    records: [200, 5_200],
    shapes: ["cloudEventText"],
  }),
  cast({
    key: "gift-cards",
    name: "Gift cards",
    connector: "Amazon Redshift",
    rhythm: regularly(4 * hour, 35 * minute),
    silence: { kind: "lost", stepMs: 4 * hour, forMs: 11 * hour },
    records: [90, 2_300],
    shapes: ["bare"],
  }),
  cast({
    key: "newsletter",
    name: "Newsletter sign-ups (old form)",
    connector: "Amazon S3",
    rhythm: regularly(day, 3.5 * hour),
    silence: { kind: "disabled", stepMs: day, forMs: 2 * day },
    records: [10, 120],
    shapes: ["bare"],
  }),
];

/** The dataflows that run after the sources: not source runs, so a reader of sources passes them by. */
export const downstreamFlows: readonly Flow[] = [
  cast({
    key: "identity",
    name: "Data lake to identity graph",
    kind: "identity",
    connector: "UIS",
    rhythm: steady(3 * hour, 41 * minute),
    records: [500, 9_000],
    shapes: ["bare"],
  }),
  cast({
    key: "profile",
    name: "Data lake to profile store",
    kind: "profile",
    connector: "UPS",
    rhythm: steady(3 * hour, 35 * minute),
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
    rhythm: steady(6 * hour, 80 * minute),
    records: [2_000, 31_000],
    shapes: ["bare", "cloudEvent"],
    odds: [["unreadableRows", 0.1]],
  }),
];
