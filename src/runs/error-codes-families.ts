/** A group of codes that one system writes in one form. */
interface FamilyText {
  readonly title: string;
  /** Where such codes come from, and how far to trust them. One or two sentences. */
  readonly meaning: string;
  /** The form of the family's codes, where it has one; a code that nobody has listed may still show it. */
  readonly form: RegExp | null;
}

/** Every family of the catalogue, by the name that entries and patterns use. */
export const families = {
  connector: {
    title: "Adobe Experience Platform sources, stage of a flow run",
    meaning: "The outermost error of a flow run: it says in which stage the run failed, and leaves why to its causes.",
    form: /^CONNECTOR-/i,
  },
  "batch-ingestion": {
    title: "Adobe Experience Platform batch ingestion",
    meaning: "Bare numbers with which batch ingestion refuses or describes a batch or one of its rows.",
    form: /^\d{3,4}$/,
  },
  ingest: {
    title: "Adobe Experience Platform ingestion of records",
    meaning:
      "Records of a batch that could not be parsed, converted or validated. They appear beneath a CONNECTOR code.",
    form: /^INGEST-/i,
  },
  mapper: {
    title: "Adobe Experience Platform Data Prep",
    meaning: "The mapping from source columns to XDM fields could not be applied to some records.",
    form: /^MAPPER-/i,
  },
  dcvs: {
    title: "Adobe Experience Platform streaming validation",
    meaning:
      "Streamed records that do not fit their schema. Adobe does not document these codes; what is known was reported by others.",
    form: /^DCVS-/i,
  },
  profile: {
    title: "Real-Time Customer Profile ingestion",
    meaning:
      "The run that takes a batch from the data lake into Real-Time Customer Profile failed or left records out.",
    form: /^UPINGT-/i,
  },
  segmentation: {
    title: "Adobe Experience Platform segmentation",
    meaning: "The evaluation of segments failed; it comes without a code of its own.",
    form: null,
  },
  destination: {
    title: "Adobe Experience Platform destinations",
    meaning: "A run that exports to a destination failed or left records out.",
    form: /^ACT(BTC-|SVC-|IVATION_)/i,
  },
  query: {
    title: "Adobe Experience Platform Query Service",
    meaning: "A query was refused; the code has the form of a PostgreSQL SQLSTATE.",
    form: /^\d{2}[0-9A-Z]{3}$/i,
  },
  "io-events-trace": {
    title: "Adobe I/O Events webhook delivery",
    meaning:
      "Why an event could not be posted to a webhook, as debug tracing shows it. No flow run carries these codes.",
    form: /^6\d\d$/,
  },
  adf: {
    title: "Azure Data Factory copy activity",
    meaning:
      "Data Factory copies the data of batch sources; its numbers only say that the copy failed, and its text says why.",
    form: /^\d{4,5}$/,
  },
  "adf-general": {
    title: "Azure Data Factory, any connector",
    meaning: "A name after ErrorCode= in the detail of a copy error, which no connector has to itself.",
    form: /^UserError/i,
  },
  "adf-sftp": {
    title: "Azure Data Factory SFTP, FTP and HTTP connectors",
    meaning: "A name after ErrorCode= in the detail of a copy error: a file server could not be reached or read.",
    form: /^(S?Ftp|HttpFile|HttpSource)/i,
  },
  "adf-blob": {
    title: "Azure Data Factory Blob Storage connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Azure Blob Storage refused or failed.",
    form: /^Azure(Blob|Storage|AppendBlob)/i,
  },
  "adf-files": {
    title: "Azure Data Factory Azure Files connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Azure Files refused or failed.",
    form: /^AzureFile/i,
  },
  "adf-adls": {
    title: "Azure Data Factory Data Lake Storage connector",
    meaning:
      "A name after ErrorCode= in the detail of a copy error: Azure Data Lake Storage refused or failed, or the sign-in to it did.",
    form: /^ADLS/i,
  },
  "adf-delimited": {
    title: "Azure Data Factory delimited text",
    meaning:
      "A name after ErrorCode= in the detail of a copy error: a CSV or similar file does not have the layout expected.",
    form: /^DelimitedText/i,
  },
  "adf-parquet": {
    title: "Azure Data Factory Parquet",
    meaning: "A name after ErrorCode= in the detail of a copy error: a Parquet file could not be read or written.",
    form: /^Parquet/i,
  },
  "adf-sql": {
    title: "Azure Data Factory SQL connectors",
    meaning:
      "A name after ErrorCode= in the detail of a copy error: SQL Server, Azure SQL or Synapse refused or failed.",
    form: /^Sql/i,
  },
  "adf-oracle": {
    title: "Azure Data Factory Oracle connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: a value from Oracle could not be handled.",
    form: null,
  },
  "adf-postgres": {
    title: "Azure Data Factory PostgreSQL connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: a read from PostgreSQL is set up wrongly.",
    form: /^AzurePostgreSql/i,
  },
  "adf-rest": {
    title: "Azure Data Factory REST connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: a REST endpoint refused or failed.",
    form: /^Rest(Sink|Source)/i,
  },
  "adf-dynamics": {
    title: "Azure Data Factory Dynamics and Dataverse connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Microsoft Dynamics refused or failed.",
    form: /^Dynamics/i,
  },
  aad: {
    title: "Microsoft Entra sign-in",
    meaning:
      "Why Microsoft Entra (Azure Active Directory) issued no token. Microsoft may change these numbers: read them, but let no program depend on them.",
    form: /^AADSTS\d/i,
  },
  oauth: {
    title: "OAuth token request",
    meaning: "The kind of refusal by which a token service answers; the AADSTS number beside it, if any, says more.",
    form: /^[a-z]+_[a-z_]+$/,
  },
  "flow-service-api": {
    title: "Adobe Flow Service API",
    meaning: "An answer of the Flow Service API to a request; no notification of a flow run is known to carry one.",
    form: /^[12]\d{3}-\d{3}$/,
  },
  "sources-api": {
    title: "Adobe Sources API",
    meaning:
      "An answer of the Sources API to a request. Some of its numbers mean something else in the Flow Service API.",
    form: /^1\d{3}-\d{3}$/,
  },
} as const satisfies Record<string, FamilyText>;

export type Family = keyof typeof families;

/** One code in our own words: what it says, and what to do next (which says so where nothing is documented). */
interface ErrorCode {
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;
  /** Where this one is documented, if not where its family is. */
  readonly source?: string;
}

export interface FamilyCodes {
  readonly family: Family;
  /** Where the family is documented, in public. */
  readonly source: string;
  readonly codes: readonly ErrorCode[];
}
