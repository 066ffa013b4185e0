import type { FamilyCodes } from "./error-codes-families.ts";

/** Codes in the answers of the Sources API. */
export const sourcesApiCodes = (): readonly FamilyCodes[] => [
  {
    family: "sources-api",
    source: "Adobe: Sources, Sources error messages",
    codes: [
      {
        code: "1000-400",
        meaning: "The request is malformed.",
        remedy: "No documented remedy: the message says what is wrong with the request; correct that.",
      },
      { code: "1001-401", meaning: "The request is not authorised.", remedy: "Ask your administrator for access." },
      {
        code: "1002-403",
        meaning: "Access is forbidden.",
        remedy: "No documented remedy: ask your administrator for the permissions on sources and on the sandbox.",
      },
      {
        code: "1003-404",
        meaning: "The resource cannot be found.",
        remedy: "No documented remedy: check the id, and that the request names the resource's sandbox.",
      },
      {
        code: "1004-415",
        meaning: "The body is of a media type that is not supported.",
        remedy: "No documented remedy: check the header Content-Type; the APIs of Platform mostly take JSON.",
      },
      { code: "1005-500", meaning: "An internal error.", remedy: "Try again after a while." },
      { code: "1006-408", meaning: "The request took too long.", remedy: "Try again after a while." },
      {
        code: "1007-400",
        meaning: "A header of the request has a value that is not valid.",
        remedy: "No documented remedy: check the headers' values, the one that the message names first.",
      },
      {
        code: "1008-401",
        meaning: "The token gives no access to the organisation.",
        remedy:
          "No documented remedy: check the organisation id, and that the credential belongs to that organisation.",
      },
      {
        code: "1009-403",
        meaning: "The request does not say which organisation it is for.",
        remedy: "No documented remedy: send your organisation id in its header.",
      },
      {
        code: "1010-500",
        meaning: "The parameter that asks for detailed messages is not valid.",
        remedy: "No documented remedy: leave the parameter out, or correct its value.",
      },
      { code: "1011-503", meaning: "The service is unavailable for the moment.", remedy: "Try again after a while." },
      { code: "1012-504", meaning: "A gateway waited too long for an answer.", remedy: "Try again after a while." },
      {
        code: "1013-412",
        meaning: "A precondition of the request did not hold.",
        remedy: "No documented remedy: fetch the resource again and repeat the request with its new etag.",
      },
      {
        code: "1014-400",
        meaning: "An argument is not acceptable.",
        remedy: "No documented remedy: check the arguments of the request, the one that the message names first.",
      },
      {
        code: "1100-400",
        meaning: "The connector framework found the request malformed.",
        remedy: "No documented remedy: the message says what is wrong with the request; correct that.",
      },
      {
        code: "1101-500",
        meaning: "The connector framework had an internal error.",
        remedy: "Try again after a while.",
      },
      {
        code: "1102-404",
        meaning: "The connector framework cannot find what was asked for.",
        remedy: "No documented remedy: check the ids in the request and its sandbox.",
      },
      {
        code: "1103-503",
        meaning: "The connector framework is unavailable for the moment.",
        remedy: "Try again after a while.",
      },
      {
        code: "1104-504",
        meaning: "The connector framework did not answer the gateway in time.",
        remedy: "Try again after a while.",
      },
      {
        code: "1105-401",
        meaning: "The connector framework does not accept the request's authorisation.",
        remedy: "No documented remedy: get a new token, and ask your administrator for access if that changes nothing.",
      },
      {
        code: "1106-403",
        meaning: "The connector framework forbids access.",
        remedy: "No documented remedy: ask your administrator for the permissions on sources and on the sandbox.",
      },
      {
        code: "1107-412",
        meaning: "A precondition did not hold in the connector framework.",
        remedy: "No documented remedy: fetch the resource again and repeat the request with its new etag.",
      },
      {
        code: "1200-500",
        meaning: "Handling the encryption failed with an internal error.",
        remedy: "No documented remedy: try again after a while, and contact Adobe support if it persists.",
      },
      {
        code: "1201-400",
        meaning: "Encryption was asked for with an empty flow id.",
        remedy: "No documented remedy: send the id of the flow.",
      },
      {
        code: "1202-400",
        meaning: "The flow's transformations lack publicKeyId.",
        remedy: "No documented remedy: add the public key's id to the flow's encryption transformation.",
      },
      {
        code: "1203-400",
        meaning: "The encryption key does not exist.",
        remedy: "No documented remedy: check the key's id, or create a new key pair.",
      },
      {
        code: "1204-400",
        meaning: "The encryption algorithm is not valid.",
        remedy: "No documented remedy: use an algorithm that the page on ingesting encrypted data names.",
      },
      {
        code: "1205-400",
        meaning: "The passphrase of the encryption key is missing.",
        remedy: "No documented remedy: send the passphrase with the request.",
      },
      {
        code: "1301-400",
        meaning: "The authSpecType is not supported.",
        remedy: "No documented remedy: choose one of those that the connection spec lists.",
      },
      {
        code: "1302-400",
        meaning: "The connector does not support this type of authentication.",
        remedy: "No documented remedy: choose a type that the connector's own page lists.",
      },
      {
        code: "1304-400",
        meaning: "A mandatory field was not provided.",
        remedy: "No documented remedy: add the field that the message names.",
      },
      {
        code: "1305-400",
        meaning: "The operation does not support this type of connector.",
        remedy: "No documented remedy: check in the connector's own page what it can do.",
      },
      {
        code: "1308-400",
        meaning: "The request failed; the message wraps an error from Microsoft's Data Factory.",
        remedy: "Read the wrapped message, and explain the ErrorCode= name or AADSTS number in it.",
      },
      {
        code: "1309-400",
        meaning: "The encryption transformation is not valid, since a parameter is missing.",
        remedy: "No documented remedy: add the parameter that the message names.",
      },
      {
        code: "1310-400",
        meaning: "The public key behind publicKeyId has expired.",
        remedy: "Give the id of a key that is valid.",
      },
      {
        code: "1311-400",
        meaning: "The publicKeyId is not valid.",
        remedy: "No documented remedy: check the key's id, or create a new key pair.",
      },
      {
        code: "1313-400",
        meaning: "The path attribute does not exist.",
        remedy: "No documented remedy: check the path in the request or in the source connection.",
      },
      {
        code: "1327-400",
        meaning: "The format of the source is not supported.",
        remedy: "No documented remedy: choose a file format that the connector's own page lists.",
      },
      {
        code: "1330-400",
        meaning: "The table has no columns.",
        remedy: "No documented remedy: check the table's name, and that the source's account may see its columns.",
      },
      {
        code: "1331-400",
        meaning: "The column delimiter is longer than one character.",
        remedy: "No documented remedy: use a delimiter of a single character.",
      },
      {
        code: "1333-400",
        meaning: "The source does not support this flowRunAction.",
        remedy: "No documented remedy: choose another action, or run the flow on its schedule.",
      },
      {
        code: "1340-400",
        meaning: "A time could not be parsed.",
        remedy: "No documented remedy: check the format of the time that the message names.",
      },
      {
        code: "1351-400",
        meaning: "The connector does not support this filter operator.",
        remedy: "No documented remedy: use another operator, or filter the data at its origin.",
      },
      {
        code: "1353-400",
        meaning: "The connector cannot filter rows at the source.",
        remedy: "No documented remedy: remove the filter, or filter the data at its origin.",
      },
      {
        code: "1360-400",
        meaning: "The start time lies in the past.",
        remedy: "No documented remedy: give a start time in the future.",
      },
      {
        code: "1361-400",
        meaning: "One-time ingestion takes no interval.",
        remedy: "No documented remedy: remove the interval, or choose another frequency.",
      },
      {
        code: "1362-400",
        meaning: "The interval is shorter than the minimum.",
        remedy: "No documented remedy: choose a longer interval.",
      },
      {
        code: "1363-400",
        meaning: "This frequency takes no interval.",
        remedy: "No documented remedy: remove the interval, or choose another frequency.",
      },
      {
        code: "1366-400",
        meaning: "The start time has passed, so the flow can no longer be updated this way.",
        remedy: "No documented remedy: leave that part of the schedule as it is, or create a new flow.",
      },
      {
        code: "1367-400",
        meaning: "Connectors of the CRM kind need a delta column.",
        remedy: "No documented remedy: name the column by which new rows are told from old ones.",
      },
      {
        code: "1375-400",
        meaning: "The properties of the file could not be detected.",
        remedy:
          "No documented remedy: check that the file is complete and readable, or state its format and delimiter yourself.",
      },
      {
        code: "1378-400",
        meaning: "The filter names a column that is not valid.",
        remedy: "No documented remedy: check the column's name against the source's.",
      },
      { code: "1380-400", meaning: "The flow run could not be created.", remedy: "Read the message for the reason." },
      {
        code: "1381-400",
        meaning: "The run's window ends before it starts: windowEndTime is earlier than windowStartTime.",
        remedy: "No documented remedy: give an end later than the start.",
      },
      {
        code: "1382-400",
        meaning: "The delta column of the run is not the flow's.",
        remedy: "No documented remedy: use the delta column that the flow names.",
      },
      {
        code: "1383-400",
        meaning: "The run lacks a delta column.",
        remedy: "No documented remedy: send the flow's delta column with the run.",
      },
      {
        code: "1384-400",
        meaning: "The parameters of the run are empty or not valid.",
        remedy: "No documented remedy: check the run's parameters against the page on on-demand ingestion.",
      },
      {
        code: "1385-400",
        meaning: "Runs cannot be created for this type of connector.",
        remedy: "No documented remedy: let the flow run on its schedule.",
      },
      {
        code: "1386-400",
        meaning: "Runs cannot be created for a flow of this frequency.",
        remedy: "No documented remedy: let the flow run on its schedule, or change its frequency.",
      },
      {
        code: "1387-400",
        meaning: "The run is in a state from which it cannot be triggered again.",
        remedy: "Try again later; contact Adobe support if that does not help.",
      },
      {
        code: "1388-400",
        meaning: "A flow must be enabled before a run can be triggered again.",
        remedy: "Enable the flow, then trigger the run.",
      },
      {
        code: "1395-400",
        meaning: "The source connection of the flow is null or empty.",
        remedy: "No documented remedy: read the flow and check which source connection it names.",
      },
      {
        code: "1401-400",
        meaning: "This action on a flow run is not supported. (In Flow Service the same number means something else.)",
        remedy: "No documented remedy: choose another action, or run the flow on its schedule.",
      },
      { code: "1402-500", meaning: "An internal error.", remedy: "Try again after a while." },
      {
        code: "1403-400",
        meaning: "The start time has passed, so the frequency can no longer become `once`.",
        remedy: "No documented remedy: leave the frequency as it is, or create a new flow for the one-time ingestion.",
      },
      {
        code: "1404-400",
        meaning: "The start time has passed, so backfill can no longer be changed.",
        remedy: "No documented remedy: leave it as it is, or create a new flow with the backfill you need.",
      },
      {
        code: "1600-400",
        meaning: "Flow Service found the request malformed.",
        remedy: "No documented remedy: the message says what is wrong with the request; correct that.",
      },
      { code: "1601-500", meaning: "Flow Service had an internal error.", remedy: "Try again after a while." },
      {
        code: "1602-404",
        meaning: "Flow Service cannot find what was asked for.",
        remedy: "No documented remedy: check the ids in the request and its sandbox.",
      },
      { code: "1603-503", meaning: "Flow Service is unavailable for the moment.", remedy: "Try again after a while." },
      {
        code: "1604-504",
        meaning: "Flow Service did not answer the gateway in time.",
        remedy: "Try again after a while.",
      },
      {
        code: "1605-401",
        meaning: "Flow Service does not accept the request's authorisation.",
        remedy: "No documented remedy: get a new token, and ask your administrator for access if that changes nothing.",
      },
      {
        code: "1606-403",
        meaning: "Flow Service forbids access.",
        remedy: "No documented remedy: ask your administrator for the permissions on sources and on the sandbox.",
      },
      {
        code: "1607-412",
        meaning: "A precondition did not hold in Flow Service.",
        remedy: "No documented remedy: fetch the resource again and repeat the request with its new etag.",
      },
      {
        code: "1700-500",
        meaning: "Data Landing Zone had an internal error.",
        remedy: "No documented remedy: try again after a while, and contact Adobe support if it persists.",
      },
      {
        code: "1701-400",
        meaning: "The Data Landing Zone is inactive.",
        remedy: "Activate the Data Landing Zone, then try again.",
      },
      {
        code: "1702-400",
        meaning: "This type of SAS (shared access signature) is not allowed.",
        remedy: "No documented remedy: ask for the type of SAS that the page on Data Landing Zone describes.",
      },
      {
        code: "1703-400",
        meaning: "The credentials of the Data Landing Zone may not be refreshed.",
        remedy: "No documented remedy: go on with the present ones, or ask your administrator.",
      },
      {
        code: "1711-400",
        meaning: "No SAS (shared access signature) details were found for the Data Landing Zone.",
        remedy:
          "No documented remedy: fetch the Data Landing Zone's credentials again, and contact Adobe support if there are none.",
      },
      {
        code: "1714-400",
        meaning: "The client may not perform the operation.",
        remedy: "No documented remedy: check which credential is used, and ask Adobe support if it should be allowed.",
      },
    ],
  },
];
