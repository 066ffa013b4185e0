import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Codes of Platform itself and of its events: what a run, a batch or a delivery carries. */
export const platformCodes = (): readonly FamilyCodes[] => [
  {
    family: "connector",
    source: sources.notifications,
    codes: [
      {
        code: "CONNECTOR-1001-500",
        meaning: "The run failed while data was being copied out of the source, before any of it was processed.",
        remedy:
          "Adobe documents no remedy for the code itself: read the causes below it (an ErrorCode= name, an AADSTS number), which `flowrun show <run-id>` lists. If every recent run of the flow fails, its credentials have probably changed or expired: update the connection.",
      },
      {
        code: "CONNECTOR-2001-500",
        meaning:
          "The data was copied, but parsing, validating or transforming it failed. A run that succeeded in part carries this code too.",
        remedy:
          "Read the causes below it (133, INGEST-*, MAPPER-*) with `flowrun show <run-id>`, then the failed records and sample errors that the run's manifest points to.",
      },
      {
        code: "CONNECTOR-3001-500",
        meaning: "The flow provider had a problem while it created the batch with the bulk ingest API.",
        remedy:
          "No documented remedy: let the flow run again, and give Adobe support the run id if it fails the same way.",
        source: sources.monitorUi,
      },
    ],
  },
  {
    family: "batch-ingestion",
    source: sources.batchIngestion,
    codes: [
      { code: "106", meaning: "The file uploaded for the dataset is empty.", remedy: "Upload a file that holds data." },
      {
        code: "118",
        meaning: "The header row of the CSV file is empty.",
        remedy: "Put column names into the header row and upload the file again.",
      },
      {
        code: "133",
        meaning: "Platform found no uploaded file for the batch, so there was nothing to ingest.",
        remedy:
          "Upload the missing files, or find out why the source had none to offer: check its path, its file pattern and the time window of the run.",
        source: sources.notificationSample,
      },
      {
        code: "200",
        meaning: "Not an error: the batch was accepted for processing and will reach a final state later.",
        remedy: "Nothing to repair. Ask for the batch's status until it is final.",
      },
      {
        code: "400",
        meaning: "The request was refused since parts of a batch uploaded in chunks are missing or overlap.",
        remedy: "Upload the chunks again so that they cover the file with neither gap nor overlap.",
      },
      {
        code: "1401",
        meaning:
          "One row is corrupted and cannot be read. Row-level error files write INGEST-1401-400 in this short form.",
        remedy: "Correct the row and send it again.",
        source: sources.diagnostics,
      },
    ],
  },
  {
    family: "ingest",
    source: sources.diagnostics,
    codes: [
      {
        code: "INGEST-1211-400",
        meaning:
          "Records failed while they were parsed, converted or validated. Nothing more is known, since error diagnostics were switched off.",
        remedy: "Switch on error diagnostics and send the data again: the next failure then says which rows and why.",
      },
      {
        code: "INGEST-1212-400",
        meaning:
          "A summary rather than a cause: it says how many errors there were and how many rows were ingested all the same.",
        remedy:
          "Read the batch's diagnostic files (Data Access API, `meta?path=row_errors`) to see which rows failed and why; Adobe keeps them for 30 days.",
      },
      {
        code: "INGEST-1401-400",
        meaning: "A row holds corrupted data and can be neither read nor parsed.",
        remedy: "Repair the row and ingest it again.",
      },
      {
        code: "INGEST-1555-400",
        meaning: "A required field is absent from an input row, or is null there.",
        remedy: "Fill in the required field and ingest the row again.",
      },
      {
        code: "INGEST-1554-400",
        meaning:
          "Adobe does not document this code. It has been seen as the typical error in a dataflow's error preview.",
        remedy:
          "No documented remedy: read the message and the batch's failed records, and ask Adobe support if they do not explain it.",
        source: sources.communityPost,
      },
      {
        code: "INGEST-1002-400",
        meaning: "Adobe does not document this code. A third party describes it as a failed upload.",
        remedy:
          "No documented remedy: check that the upload was complete, send it again, and ask Adobe support if it fails the same way.",
        source: sources.thirdParty,
      },
    ],
  },
  {
    family: "mapper",
    source: sources.monitorApi,
    codes: [
      {
        code: "MAPPER-3700-400",
        meaning:
          "Data Prep could not apply a mapping to some records; the error carries their number. A column whose transform failed becomes null with a warning, and a row is rejected only if that column is required.",
        remedy:
          "Compare the mapping expression with the values in the failed records and correct whichever is wrong; the Data Prep troubleshooting guide has the common cases.",
      },
    ],
  },
  {
    family: "dcvs",
    source: sources.thirdParty,
    codes: [
      {
        code: "DCVS-1101-400",
        meaning:
          "A null stands in a field, where a value of some type is expected. Null is not accepted even for optional fields.",
        remedy: "Leave the field out of the record instead of sending null.",
        source: sources.knowledgeBase(19916),
      },
      {
        code: "DCVS-1104-400",
        meaning:
          "Adobe does not document this code. As reported, a value has the wrong type, such as text for a number or an object for an array.",
        remedy: "As reported: make the value match the type of its XDM field.",
      },
      {
        code: "DCVS-1105-400",
        meaning:
          "Adobe does not document this code. As reported, a date or timestamp is not written in the format the schema asks for.",
        remedy: "As reported: write the value in the schema's format.",
      },
      {
        code: "DCVS-1106-400",
        meaning:
          "Adobe does not document this code, and reports disagree: messages seen say that a required key was not found, while one list calls it a value outside an enumeration.",
        remedy:
          "Trust the message that came with it: if it names a required key, add that key; otherwise check the value against those the schema allows.",
      },
      {
        code: "DCVS-1111-400",
        meaning: "Adobe does not document this code. As reported, a required field is missing.",
        remedy: "As reported: add the field and send the record again.",
      },
    ],
  },
  {
    family: "profile",
    source: sources.alertRules,
    codes: [
      {
        code: "UPINGT-007002-500",
        meaning: "The job that ingests a batch into Real-Time Customer Profile failed.",
        remedy: "Contact Adobe support with the run id and the batch id; the error itself names nothing to repair.",
      },
      {
        code: "UPINGT-007012-400",
        meaning: "A record carries an Experience Cloud ID (ECID) that is not valid.",
        remedy: "Correct the ECID in the data and ingest the record again.",
      },
      {
        code: "UPINGT-030075",
        meaning:
          "Adobe does not document this code. A third party describes it as several identities in the namespace of highest priority.",
        remedy: "As reported: check the identity settings and the priorities of the namespaces.",
        source: sources.thirdParty,
      },
      {
        code: "UPAPI-036002-422",
        meaning:
          "The payload of the system job is not valid, for example a delete request for a batch of a record dataset.",
        remedy: "Correct the payload; delete the record dataset as a whole instead of one batch.",
        source: sources.systemJobs,
      },
      {
        code: "UPSDK-112004-422",
        meaning: "The profile's identity graph joins more identities than the 50 that can be put together.",
        remedy: "Find out what joins so many, mostly an id that people share, and correct the identity settings.",
        source: sources.knowledgeBase(17865),
      },
    ],
  },
  {
    family: "segmentation",
    source: sources.alertRules,
    codes: [
      {
        code: "Unknown error code",
        meaning: "Stands literally in place of a code when the evaluation of a segment failed.",
        remedy:
          "No documented remedy: read the message next to it, and contact Adobe support with the run id if it does not help.",
      },
    ],
  },
  {
    family: "destination",
    source: sources.alertRules,
    codes: [
      {
        code: "ACTBTC-1105-400",
        meaning: "The dataset behind an export to a destination could not be found.",
        remedy: "Check that the dataset still exists; contact Adobe support if it does and the export keeps failing.",
      },
      {
        code: "ACTSVC-9001-500",
        meaning: "Activation failed inside Platform: metadata is set up wrongly, or processing the data went wrong.",
        remedy: "Try again later; if it keeps failing, contact your administrator.",
      },
      {
        code: "ACTIVATION_BATCH-0000-FAILED",
        meaning: "The export job was aborted.",
        remedy:
          "No documented remedy: see whether somebody stopped it, let the next run go through, and contact Adobe support with the run id if that one aborts too.",
        source: sources.destinationsApi,
      },
      {
        code: "ACTIVATION_BATCH-0000-SKIP",
        meaning: "For information: records were left out because they did not match the attribute filter.",
        remedy: "Nothing to repair. If too many are left out, look at the filter.",
        source: sources.destinationsApi,
      },
      {
        code: "ACTSVC-8104-401",
        meaning: "The destination refused the credentials of its connection, so that identities were not exported.",
        remedy: "Renew the destination's connection, then export again: those that failed must be sent once more.",
        source: sources.knowledgeBase(26861),
      },
    ],
  },
  {
    family: "query",
    source: sources.alertRules,
    codes: [
      {
        code: "42602",
        meaning:
          "The SQL could not be analysed, for instance because a reference is ambiguous. The code looks like a PostgreSQL SQLSTATE.",
        remedy: "Correct the SQL at the place that the message names.",
      },
      {
        code: "08P01",
        meaning: "Query Service got a message of its wire protocol that it does not support.",
        remedy: "Connect with a supported client, and try the query in another form.",
        source: sources.queryGuide,
      },
      {
        code: "28P01",
        meaning: "The password is wrong; where Query Service says so, the token that stands in its place is not valid.",
        remedy:
          "Correct the password in the connection; for Query Service get fresh credentials from the Queries page.",
        source: sources.queryGuide,
      },
      {
        code: "28000",
        meaning: "The user may not sign in, or not in this way.",
        remedy:
          "Check the user and the kind of authentication in the connection; for Query Service use the credentials that the Queries page shows for the sandbox.",
        source: sources.queryGuide,
      },
      {
        code: "42P12",
        meaning: "No tables are there to be queried.",
        remedy: "Check that the sandbox is the right one and holds datasets.",
        source: sources.queryGuide,
      },
      {
        code: "42601",
        meaning: "The SQL has a syntax error.",
        remedy: "Correct the query at the place that the message names.",
        source: sources.queryGuide,
      },
      {
        code: "42P01",
        meaning: "The table does not exist, or not in the database that was connected to.",
        remedy:
          "Check the table's name and schema, and the user's rights in a source database; for Query Service the sandbox, and that the dataset is there.",
        source: sources.queryGuide,
      },
      {
        code: "42P07",
        meaning: "The table exists already.",
        remedy: "Drop it first, or choose another name.",
        source: sources.queryGuide,
      },
      {
        code: "53400",
        meaning:
          "A limit was passed; Query Service says so where a query gives too many rows or runs into its ten minutes.",
        remedy:
          "Add a LIMIT, or run it as a batch query (CREATE TABLE AS SELECT); in a source database look up the limit that the message names.",
        source: sources.queryGuide,
      },
      {
        code: "58000",
        meaning: "An internal error of Query Service, or of the system below a source database.",
        remedy: "Run it again; if it stays, give Adobe support the query's id, or look into the database's log.",
        source: sources.queryGuide,
      },
      {
        code: "0A000",
        meaning: "What the SQL asks for is not supported.",
        remedy: "Write the query in another form.",
        source: sources.queryGuide,
      },
      {
        code: "42501",
        meaning:
          "The right to do this is missing; Query Service says so of a table that somebody else owns and you would drop.",
        remedy:
          "In a source database grant the right to the connection's user; for Query Service ask the table's owner.",
        source: sources.queryGuide,
      },
    ],
  },
  {
    family: "io-events-trace",
    source: sources.tracing,
    codes: [
      {
        code: "601",
        meaning:
          "Adobe's HTTP client met an unexpected error while it posted an event to your webhook; comparable to HTTP 501.",
        remedy: "Give Adobe support the uuid that the trace shows.",
      },
      {
        code: "602",
        meaning:
          "Adobe could not reach your webhook over the network, for instance because there is no route to its host; comparable to HTTP 502.",
        remedy: "Make the webhook's host reachable from the internet.",
      },
      {
        code: "604",
        meaning:
          "Your webhook did not answer in time: it has 10 seconds, an action on Adobe I/O Runtime 60. Comparable to HTTP 504.",
        remedy: "Acknowledge each event at once and do the work afterwards.",
      },
      {
        code: "611",
        meaning:
          "No TLS or mutual TLS connection could be set up with your webhook, for instance because its certificate leads to no trusted root; comparable to HTTP 511.",
        remedy: "Serve a certificate from a trusted authority, together with its full chain.",
      },
    ],
  },
];
