/** Where a fact is documented in public, or that it is not. */
export interface Reference {
  /** The page in words: who wrote it, and what it is called. */
  readonly title: string;
  /** The page's address, or how it follows from the code; null where there is none. */
  readonly link: Link | null;
}

type Link = string | ((code: string) => string);

/** The address of what a source says about a code, or null. Pure. */
export function linkTo({ link }: Reference, code: string): string | null {
  return typeof link === "function" ? link(code) : link;
}

const experienceLeague = "https://experienceleague.adobe.com/en/docs";
const platformApis = "https://developer.adobe.com/experience-platform-apis/references";
const dataFactory = "https://learn.microsoft.com/azure/data-factory";

/**
 * Every page that the catalogue takes facts from. Addresses follow from where the pages' sources lie: AdobeDocs
 * experience-platform.en and experience-platform-apis, MicrosoftDocs azure-docs and entra-docs. Where nobody has
 * documented a code, the title says so, and who has reported it.
 */
export const sources = {
  notifications: platform("Sources, flow run notifications", "sources/notifications"),
  notificationSample: platform("Sources, flow run notifications (sample message)", "sources/notifications"),
  monitorUi: platform("Sources, monitor dataflows in the UI (older edition only)", "sources/tutorials/ui/monitor"),
  monitorApi: platform("Sources, monitor dataflows with the API", "sources/tutorials/api/monitor"),
  sourcesApi: platform("Sources, Sources error messages", "sources/errors/sources-errors"),
  flowService: platform("Sources, Flow Service error messages", "sources/errors/flow-service-errors"),
  batchIngestion: platform("Batch ingestion, troubleshooting guide", "ingestion/batch/troubleshooting"),
  diagnostics: platform("Data ingestion, error diagnostics", "ingestion/quality/error-diagnostics"),
  alertRules: platform("Observability, standard alert rules (samples)", "observability/alerts/rules"),
  alertRuleSample: platform("Observability, standard alert rules (sample message)", "observability/alerts/rules"),
  queryGuide: platform("Query Service, troubleshooting guide", "query/troubleshooting-guide"),
  xdmGuide: platform("XDM System, troubleshooting guide", "xdm/troubleshooting-guide"),
  systemJobs: platform("Real-Time Customer Profile API, system jobs", "profile/api/profile-system-jobs"),
  expiration: platform("Data hygiene API, dataset expiration", "hygiene/api/dataset-expiration"),
  platformGuide: platform("Experience Platform, FAQ and troubleshooting guide", "landing/troubleshooting"),
  destinationsApi: { title: "Adobe: Destinations API reference (samples)", link: `${platformApis}/destinations/` },
  segmentationApi: { title: "Adobe: Segmentation Service API reference", link: `${platformApis}/segmentation/` },
  identityApi: { title: "Adobe: Identity Service API reference", link: `${platformApis}/identity-service/` },
  schemaRegistryApi: { title: "Adobe: Schema Registry API reference", link: `${platformApis}/schema-registry/` },
  tracing: {
    title: "Adobe I/O Events: debug tracing",
    link: "https://developer.adobe.com/events/docs/support/tracing",
  },
  knowledgeBase: (article: number): Reference => ({
    title: `Adobe: Experience Cloud knowledge base, KA-${String(article)}`,
    link: `${experienceLeague}/experience-cloud-kcs/kbarticles/ka-${String(article)}`,
  }),

  entra: { title: "Microsoft Entra: authentication and authorization error codes", link: signIn },
  /** Microsoft's list of kinds of refusal; they have no numbers to look up. */
  entraKinds: {
    title: "Microsoft Entra: authentication and authorization error codes",
    link: "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
  },
  signInReports: { title: "not documented in Microsoft's list; reports of sign-ins that failed", link: signIn },
  signInDynamics: {
    title: "Microsoft: Data Factory Dynamics 365 and Dataverse connector troubleshooting",
    link: signIn,
  },
  signInTls: { title: "Microsoft: support articles on TLS 1.2 for sign-ins", link: signIn },
  workloadIdentity: { title: "Microsoft: Azure DevOps, troubleshooting of workload identities", link: signIn },

  connectors: connector("connector", "guide"),
  connectorTitle: connector("connector", "guide", " (title only)"),
  fileServers: connector("FTP, SFTP and HTTP connector", "ftp-sftp-http"),
  blobStorage: connector("Azure Blob Storage connector", "azure-blob-storage"),
  azureFiles: connector("Azure Files connector", "azure-files"),
  dataLake: connector("Azure Data Lake Storage connector", "azure-data-lake"),
  dataLakeSample: connector(
    "Azure Data Lake Storage connector",
    "azure-data-lake",
    "; seen in Adobe: Sources, flow run notifications",
  ),
  delimitedText: connector("delimited text format", "delimited-text"),
  xml: connector("XML format", "xml"),
  parquet: connector("Parquet format", "parquet"),
  orc: connector("ORC format", "orc"),
  sql: connector("Azure SQL and Synapse connector", "synapse-sql"),
  oracle: connector("Oracle connector", "oracle"),
  postgres: connector("Azure Database for PostgreSQL connector", "postgresql"),
  db2: connector("DB2 connector", "db2"),
  cosmos: connector("Azure Cosmos DB connector", "azure-cosmos-db"),
  mongodb: connector("MongoDB connector", "mongodb"),
  tableStorage: connector("Azure Table Storage connector", "azure-table-storage"),
  snowflake: connector("Snowflake connector", "snowflake"),
  rest: connector("REST connector", "rest"),
  dynamics: connector("Dynamics 365 and Dataverse connector", "dynamics-dataverse"),
  salesforce: connector("Salesforce connector", "salesforce"),
  serviceNow: connector("ServiceNow connector", "servicenow"),
  sharePoint: connector("SharePoint Online list connector", "sharepoint-online-list"),
  pipelines: {
    title: "Microsoft: Data Factory pipeline troubleshooting",
    link: `${dataFactory}/pipeline-trigger-troubleshoot-guide`,
  },
  copyReports: { title: "not documented by Microsoft; reports of copies that failed", link: null },

  sqlStates: {
    title: "PostgreSQL: error codes",
    link: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  },

  communityPost: { title: "not documented by Adobe; community post", link: null },
  thirdParty: { title: "not documented by Adobe; third-party report", link: null },
  platformReports: { title: "not documented by Adobe; reports from its APIs' users", link: null },
} as const;

function platform(title: string, page: string): Reference {
  return { title: `Adobe: ${title}`, link: `${experienceLeague}/experience-platform/${page}` };
}

function connector(what: string, page: string, note = ""): Reference {
  return {
    title: `Microsoft: Data Factory ${what} troubleshooting${note}`,
    link: `${dataFactory}/connector-troubleshoot-${page}`,
  };
}

/** Microsoft's own look-up of the numbers, which knows more of them than any page lists. */
function signIn(code: string): string {
  return `https://login.microsoftonline.com/error?code=${code.replace(/\D/g, "")}`;
}
