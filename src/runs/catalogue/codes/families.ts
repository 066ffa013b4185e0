import type { Family } from "../code-forms.ts";
import { sources, type Reference } from "./sources.ts";

/** A group of codes that one system writes in one form. */
interface FamilyText {
  readonly title: string;
  /** Where such codes come from, and how far to trust them. One or two sentences. */
  readonly meaning: string;
  /** Where such codes are documented or can be looked up, listed here or not; null where nowhere. */
  readonly source: Reference | null;
}

/** Every family of the catalogue, by the name that entries and patterns use. */
export const families: Readonly<Record<Family, FamilyText>> = {
  connector: {
    title: "Adobe Experience Platform sources, stage of a flow run",
    meaning: "The outermost error of a flow run: it says in which stage the run failed, and leaves why to its causes.",
    source: sources.notifications,
  },
  "batch-ingestion": {
    title: "Adobe Experience Platform batch ingestion",
    meaning: "Bare numbers with which batch ingestion refuses or describes a batch or one of its rows.",
    source: sources.batchIngestion,
  },
  ingest: {
    title: "Adobe Experience Platform ingestion of records",
    meaning:
      "Records of a batch that could not be parsed, converted or validated. They appear beneath a CONNECTOR code.",
    source: sources.diagnostics,
  },
  mapper: {
    title: "Adobe Experience Platform Data Prep",
    meaning: "The mapping from source columns to XDM fields could not be applied to some records.",
    source: sources.monitorApi,
  },
  dcvs: {
    title: "Adobe Experience Platform streaming validation",
    meaning:
      "Streamed records that do not fit their schema. Adobe does not document these codes; what is known was reported by others.",
    source: null,
  },
  profile: {
    title: "Real-Time Customer Profile ingestion",
    meaning:
      "The run that takes a batch from the data lake into Real-Time Customer Profile failed or left records out.",
    source: sources.alertRules,
  },
  identity: {
    title: "Adobe Experience Platform Identity Service",
    meaning: "Identities of a batch could not be put into the identity graph, or a request to the graph was refused.",
    source: sources.identityApi,
  },
  segmentation: {
    title: "Adobe Experience Platform segmentation",
    meaning: "The evaluation of segments failed; it comes without a code of its own.",
    source: sources.segmentationApi,
  },
  destination: {
    title: "Adobe Experience Platform destinations",
    meaning: "A run that exports to a destination failed or left records out.",
    source: sources.alertRules,
  },
  query: {
    title: "Adobe Experience Platform Query Service",
    meaning:
      "A query was refused, by Query Service or by a database that a source reads; the code is a PostgreSQL SQLSTATE.",
    source: sources.queryGuide,
  },
  "schema-registry": {
    title: "Adobe Experience Platform Schema Registry",
    meaning: "An answer of the Schema Registry API to a request about schemas and what they are made of.",
    source: sources.xdmGuide,
  },
  "access-control": {
    title: "Adobe Experience Platform access control",
    meaning: "The permissions of the credential do not reach to what was asked for.",
    source: sources.platformGuide,
  },
  "data-hygiene": {
    title: "Adobe Experience Platform data hygiene",
    meaning: "An answer of the Data Hygiene API to a request about deleting records or datasets.",
    source: sources.expiration,
  },
  ajo: {
    title: "Adobe Journey Optimizer",
    meaning: "An answer of Journey Optimizer; its codes begin with CJM.",
    source: null,
  },
  "io-events-trace": {
    title: "Adobe I/O Events webhook delivery",
    meaning:
      "Why an event could not be posted to a webhook, as debug tracing shows it. No flow run carries these codes.",
    source: sources.tracing,
  },
  adf: {
    title: "Azure Data Factory copy activity",
    meaning:
      "Data Factory copies the data of batch sources; its numbers only say that the copy failed, and its text says why.",
    source: sources.connectors,
  },
  "adf-general": {
    title: "Azure Data Factory, any connector",
    meaning: "A name after ErrorCode= in the detail of a copy error, which no connector has to itself.",
    source: sources.connectors,
  },
  "adf-sftp": {
    title: "Azure Data Factory SFTP, FTP and HTTP connectors",
    meaning: "A name after ErrorCode= in the detail of a copy error: a file server could not be reached or read.",
    source: sources.fileServers,
  },
  "adf-blob": {
    title: "Azure Data Factory Blob Storage connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Azure Blob Storage refused or failed.",
    source: sources.blobStorage,
  },
  "adf-files": {
    title: "Azure Data Factory Azure Files connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Azure Files refused or failed.",
    source: sources.azureFiles,
  },
  "adf-adls": {
    title: "Azure Data Factory Data Lake Storage connector",
    meaning:
      "A name after ErrorCode= in the detail of a copy error: Azure Data Lake Storage refused or failed, or the sign-in to it did.",
    source: sources.dataLake,
  },
  "adf-delimited": {
    title: "Azure Data Factory delimited text",
    meaning:
      "A name after ErrorCode= in the detail of a copy error: a CSV or similar file does not have the layout expected.",
    source: sources.delimitedText,
  },
  "adf-json": {
    title: "Azure Data Factory JSON",
    meaning: "A name after ErrorCode= in the detail of a copy error: a JSON file does not have the layout expected.",
    source: sources.connectors,
  },
  "adf-xml": {
    title: "Azure Data Factory XML",
    meaning: "A name after ErrorCode= in the detail of a copy error: an XML file could not be read.",
    source: sources.xml,
  },
  "adf-parquet": {
    title: "Azure Data Factory Parquet",
    meaning: "A name after ErrorCode= in the detail of a copy error: a Parquet file could not be read or written.",
    source: sources.parquet,
  },
  "adf-orc": {
    title: "Azure Data Factory ORC",
    meaning: "A name after ErrorCode= in the detail of a copy error: an ORC file could not be read or written.",
    source: sources.orc,
  },
  "adf-sql": {
    title: "Azure Data Factory SQL connectors",
    meaning:
      "A name after ErrorCode= in the detail of a copy error: SQL Server, Azure SQL or Synapse refused or failed.",
    source: sources.sql,
  },
  "adf-oracle": {
    title: "Azure Data Factory Oracle connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: a value from Oracle could not be handled.",
    source: sources.oracle,
  },
  "adf-postgres": {
    title: "Azure Data Factory PostgreSQL connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: a read from PostgreSQL is set up wrongly.",
    source: sources.postgres,
  },
  "adf-db2": {
    title: "Azure Data Factory DB2 connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: DB2 or its driver refused or failed.",
    source: sources.db2,
  },
  "adf-cosmos": {
    title: "Azure Data Factory Azure Cosmos DB connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Azure Cosmos DB refused or failed.",
    source: sources.cosmos,
  },
  "adf-mongodb": {
    title: "Azure Data Factory MongoDB connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: MongoDB refused or failed.",
    source: sources.mongodb,
  },
  "adf-snowflake": {
    title: "Azure Data Factory Snowflake connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Snowflake refused or failed.",
    source: sources.snowflake,
  },
  "adf-rest": {
    title: "Azure Data Factory REST connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: a REST endpoint refused or failed.",
    source: sources.rest,
  },
  "adf-dynamics": {
    title: "Azure Data Factory Dynamics and Dataverse connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Microsoft Dynamics refused or failed.",
    source: sources.dynamics,
  },
  "adf-salesforce": {
    title: "Azure Data Factory Salesforce connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: Salesforce refused or failed.",
    source: sources.salesforce,
  },
  "adf-servicenow": {
    title: "Azure Data Factory ServiceNow connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: ServiceNow refused or failed.",
    source: sources.serviceNow,
  },
  "adf-sap": {
    title: "Azure Data Factory SAP connectors",
    meaning: "A name after ErrorCode= in the detail of a copy error: SAP refused or failed.",
    source: sources.connectors,
  },
  "adf-sharepoint": {
    title: "Azure Data Factory SharePoint Online list connector",
    meaning: "A name after ErrorCode= in the detail of a copy error: SharePoint Online refused or failed.",
    source: sources.sharePoint,
  },
  aad: {
    title: "Microsoft Entra sign-in",
    meaning:
      "Why Microsoft Entra (Azure Active Directory) issued no token. Microsoft may change these numbers: read them, but let no program depend on them.",
    source: sources.entra,
  },
  oauth: {
    title: "OAuth token request",
    meaning: "The kind of refusal by which a token service answers; the AADSTS number beside it, if any, says more.",
    source: sources.entraKinds,
  },
  "flow-service-api": {
    title: "Adobe Flow Service API",
    meaning: "An answer of the Flow Service API to a request; no notification of a flow run is known to carry one.",
    source: sources.flowService,
  },
  "sources-api": {
    title: "Adobe Sources API",
    meaning:
      "An answer of the Sources API to a request. Some of its numbers mean something else in the Flow Service API.",
    source: sources.sourcesApi,
  },
  "sqlstate-01": {
    title: "SQLSTATE class 01: a warning",
    meaning: "The database carried the statement out and warns about it.",
    source: sources.sqlStates,
  },
  "sqlstate-02": {
    title: "SQLSTATE class 02: no data",
    meaning: "The statement found no rows, which is seldom a fault.",
    source: sources.sqlStates,
  },
  "sqlstate-07": {
    title: "SQLSTATE class 07: dynamic SQL",
    meaning: "The parameters of a prepared statement do not fit it.",
    source: sources.sqlStates,
  },
  "sqlstate-08": {
    title: "SQLSTATE class 08: connection",
    meaning:
      "The connection to the database could not be made, or broke: look at host, port, firewall and whether it is up.",
    source: sources.sqlStates,
  },
  "sqlstate-0a": {
    title: "SQLSTATE class 0A: not supported",
    meaning: "The database does not support what the statement asks for.",
    source: sources.sqlStates,
  },
  "sqlstate-21": {
    title: "SQLSTATE class 21: cardinality",
    meaning: "A subquery gave another number of rows or columns than it may.",
    source: sources.sqlStates,
  },
  "sqlstate-22": {
    title: "SQLSTATE class 22: data",
    meaning: "A value is not valid where it stands: too long, out of range, not a number or a date.",
    source: sources.sqlStates,
  },
  "sqlstate-23": {
    title: "SQLSTATE class 23: integrity",
    meaning: "A constraint of the table forbids the row: a duplicate key, a missing parent, a null.",
    source: sources.sqlStates,
  },
  "sqlstate-24": {
    title: "SQLSTATE class 24: cursor state",
    meaning: "A cursor was not in the state that the statement needs.",
    source: sources.sqlStates,
  },
  "sqlstate-25": {
    title: "SQLSTATE class 25: transaction state",
    meaning: "The transaction is not in the state that the statement needs; often an earlier statement in it failed.",
    source: sources.sqlStates,
  },
  "sqlstate-26": {
    title: "SQLSTATE class 26: statement name",
    meaning: "The prepared statement is not known, mostly since the connection was lost in between.",
    source: sources.sqlStates,
  },
  "sqlstate-28": {
    title: "SQLSTATE class 28: authorisation",
    meaning: "The user name, the password or the way of signing in was refused.",
    source: sources.sqlStates,
  },
  "sqlstate-34": {
    title: "SQLSTATE class 34: cursor name",
    meaning: "The cursor is not known.",
    source: sources.sqlStates,
  },
  "sqlstate-3d": {
    title: "SQLSTATE class 3D: database name",
    meaning: "The database (catalog) does not exist.",
    source: sources.sqlStates,
  },
  "sqlstate-3f": {
    title: "SQLSTATE class 3F: schema name",
    meaning: "The schema does not exist.",
    source: sources.sqlStates,
  },
  "sqlstate-40": {
    title: "SQLSTATE class 40: rollback",
    meaning: "The transaction was rolled back, for instance by a deadlock; running again usually helps.",
    source: sources.sqlStates,
  },
  "sqlstate-42": {
    title: "SQLSTATE class 42: syntax or access",
    meaning: "The statement is wrong, names something that does not exist, or the user may not use it.",
    source: sources.sqlStates,
  },
  "sqlstate-44": {
    title: "SQLSTATE class 44: check option",
    meaning: "The row does not belong to the view it is written through.",
    source: sources.sqlStates,
  },
  "sqlstate-53": {
    title: "SQLSTATE class 53: resources",
    meaning: "The database ran out of memory, disk or connections.",
    source: sources.sqlStates,
  },
  "sqlstate-54": {
    title: "SQLSTATE class 54: limits",
    meaning: "The statement is larger or more complex than the database allows.",
    source: sources.sqlStates,
  },
  "sqlstate-55": {
    title: "SQLSTATE class 55: object state",
    meaning: "The object is in use or not in the state that the statement needs.",
    source: sources.sqlStates,
  },
  "sqlstate-57": {
    title: "SQLSTATE class 57: intervention",
    meaning: "Somebody or a time-out cancelled the statement, or the database is shutting down or starting.",
    source: sources.sqlStates,
  },
  "sqlstate-58": {
    title: "SQLSTATE class 58: system",
    meaning: "The system below the database failed, for instance its disk.",
    source: sources.sqlStates,
  },
  "sqlstate-hy": {
    title: "SQLSTATE class HY: ODBC driver",
    meaning:
      "The driver failed in a way that no other class has: HY000 is any error, HYT00 a time-out; its message says more.",
    source: sources.sqlStates,
  },
  "sqlstate-im": {
    title: "SQLSTATE class IM: ODBC set-up",
    meaning: "The driver manager found no such data source or driver, or could not load it.",
    source: sources.sqlStates,
  },
  "sqlstate-p0": {
    title: "SQLSTATE class P0: stored procedure",
    meaning: "A stored procedure raised an error of its own.",
    source: sources.sqlStates,
  },
  "sqlstate-xx": {
    title: "SQLSTATE class XX: internal",
    meaning: "The database met an internal error.",
    source: sources.sqlStates,
  },
  platform: {
    title: "Adobe Experience Platform, a service not named",
    meaning:
      "The form that most services of Platform give their codes: the service's letters, a number, and the HTTP status that goes with it. What the number means is the service's own matter; the message beside it says more.",
    source: sources.platformGuide,
  },
};

/** One code in our own words: what it says, and what to do next (which says so where nothing is documented). */
interface ErrorCode {
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;
  /** Where this one is documented, if not where its family is. */
  readonly source?: Reference;
}

/** The codes of one family that one public page documents. */
export interface FamilyCodes {
  readonly family: Family;
  /** Where these are documented, in public. */
  readonly source: Reference;
  readonly codes: readonly ErrorCode[];
}
