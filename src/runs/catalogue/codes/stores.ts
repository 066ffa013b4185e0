import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** More names that Data Factory gives after `ErrorCode=`: of formats and of stores that few connectors read. */
export const storeCodes = (): readonly FamilyCodes[] => [
  {
    family: "adf-json",
    source: sources.copyReports,
    codes: [
      {
        code: "JsonInvalidDataFormat",
        meaning: "A JSON file is not well formed; the message names the file and the place.",
        remedy:
          "Repair that file, and check that it holds JSON in the layout that was chosen (one object, an array, or one object a line).",
      },
    ],
  },
  {
    family: "adf-xml",
    source: sources.xml,
    codes: [
      {
        code: "XmlSinkNotSupported",
        meaning: "The copy is to write XML, which can only be read.",
        remedy: "Choose another format to write.",
      },
      {
        code: "XmlAttributeColumnNameConflict",
        meaning: "With the present prefix, attributes and child elements of an XML element get the same column names.",
        remedy: "Set another attributePrefix.",
      },
      {
        code: "XmlValueColumnNameConflict",
        meaning: "The column name for an element value is the name of a child element, too.",
        remedy: "Set another valueColumn.",
      },
      {
        code: "XmlInvalid",
        meaning: "The XML file is not well formed; the message says what the parser found.",
        remedy: "Repair the file.",
      },
    ],
  },
  {
    family: "adf-orc",
    source: sources.orc,
    codes: [
      {
        code: "OrcJavaInvocationException",
        meaning:
          "Java failed while it handled an ORC file: most often too little memory, a passing fault, or a char type that it cannot convert.",
        remedy:
          "Give the runtime more memory or let fewer copies run at once, try once more, and use string in place of char or varchar.",
      },
      {
        code: "OrcDateTimeExceedLimit",
        meaning: "A date and time in the ORC data is outside the range that can be stored, often in the year 1.",
        remedy: "Correct the value; avoid dates such as 0001-01-01.",
      },
    ],
  },
  {
    family: "adf-db2",
    source: sources.db2,
    codes: [
      {
        code: "DB2DriverRunFailed",
        meaning: "The DB2 driver failed; the SQLCODE in the message says how.",
        remedy: "For SQLCODE -805 set the package collection in the connection; otherwise look up the SQLCODE.",
      },
    ],
  },
  {
    family: "adf-cosmos",
    source: sources.cosmos,
    codes: [
      {
        code: "CosmosDbSqlApiOperationFailed",
        meaning: "A call to Azure Cosmos DB (its NoSQL API) failed; the message inside says why.",
        remedy: "Read the message inside and look up its status among Microsoft's pages on troubleshooting Cosmos DB.",
      },
      {
        code: "CosmosDbSqlApiPartitionKeyExceedStorage",
        meaning: "One logical partition has reached the size it may have.",
        remedy: "Choose a partition key that spreads the data over more partitions.",
      },
    ],
  },
  {
    family: "adf-mongodb",
    source: sources.mongodb,
    codes: [
      {
        code: "MongoDbUnsupportedUuidType",
        meaning: "UUID values are stored in the standard form, while the connector reads the legacy form.",
        remedy: "Put `uuidRepresentation=standard` into the connection string.",
      },
      {
        code: "DeprecatedMongoDbOdbcConnector",
        meaning: "The connection still uses the retired MongoDB connector.",
        remedy: "Set up the connection with the present connector.",
      },
    ],
  },
  {
    family: "adf-snowflake",
    source: sources.snowflake,
    codes: [
      {
        code: "SnowflakeExportCopyCommandValidationFailed",
        meaning: "The settings of Snowflake's COPY command are not valid.",
        remedy: "Correct the storage and format settings of the Snowflake connection; the message names the one.",
        source: sources.copyReports,
      },
      {
        code: "NotAllowToAccessSnowflake",
        meaning: "Snowflake's network policy does not admit the address that the copy comes from.",
        remedy: "Add the addresses that Adobe connects from to the network policy.",
      },
      {
        code: "SnowflakeFailToAccess",
        meaning: "Snowflake may not use the storage through which COPY passes the data.",
        remedy: "Grant it access there, or renew the storage integration or SAS that has run out.",
      },
    ],
  },
  {
    family: "adf-salesforce",
    source: sources.salesforce,
    codes: [
      {
        code: "UserErrorSalesforceOperationFailed",
        meaning: "Salesforce refused an operation; its own message follows the code.",
        remedy:
          "Act on Salesforce's message: a field that is not there or not visible to the user, a failed batch, a limit reached.",
        source: sources.copyReports,
      },
      {
        code: "SalesforceOauth2ClientCredentialFailure",
        meaning: "Salesforce issued no token, since the connected app is not set up for the client credentials flow.",
        remedy: "Switch that flow on in the connected app and give it a user to run as.",
      },
    ],
  },
  {
    family: "adf-servicenow",
    source: sources.serviceNow,
    codes: [
      {
        code: "DEDICATED_DPERORCODE0",
        meaning: "The ServiceNow user may not read the tables that describe tables (sys_glide_object and its like).",
        remedy: "Grant that user the right to read them in ServiceNow.",
      },
    ],
  },
  {
    family: "adf-sap",
    source: sources.copyReports,
    codes: [
      {
        code: "SapOdpOperationFailed",
        meaning: "By its name alone: an extraction from SAP (ODP, changed data) failed. The message inside says why.",
        remedy: "No documented remedy: read the message inside, and the log of the operational delta queue in SAP.",
      },
    ],
  },
  {
    family: "adf-sharepoint",
    source: sources.sharePoint,
    codes: [
      {
        code: "SharePointOnlineAuthFailed",
        meaning: "No access token for SharePoint Online; the client id or its key is probably wrong.",
        remedy: "Check the client id and key of the registered application.",
      },
    ],
  },
];
