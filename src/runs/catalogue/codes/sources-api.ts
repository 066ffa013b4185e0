import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Codes in the answers of the Sources API. */
export const sourcesApiCodes = (): readonly FamilyCodes[] => [
  {
    family: "sources-api",
    source: sources.sourcesApi,
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
        code: "1300-400",
        meaning: "A connection of this connector type cannot be changed by PATCH.",
        remedy: "No documented remedy: set up a new connection, since this type cannot be patched.",
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
        code: "1303-400",
        meaning: "An authentication value could not be URL-encoded, because encoding is not supported for it.",
        remedy: "Correct the authentication values of the connection.",
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
        code: "1306-400",
        meaning: "The request has no target connection, so its connection spec could not be checked.",
        remedy: "Add the target connection to the request.",
      },
      {
        code: "1307-400",
        meaning: "The target connection names a connection spec that is not accepted.",
        remedy: "Use the only accepted spec, the data lake one: c604ff05-7f1a-43c0-8e18-33bf874cb11c.",
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
        code: "1312-400",
        meaning: "The value given for one property is not an accepted one; property and value stand in the message.",
        remedy: "Give an accepted value for the named property.",
      },
      {
        code: "1313-400",
        meaning: "The path attribute does not exist.",
        remedy: "No documented remedy: check the path in the request or in the source connection.",
      },
      {
        code: "1314-400",
        meaning: "A nested (complex) path was given where only a plain one is accepted.",
        remedy: "Use a simple path.",
      },
      {
        code: "1315-400",
        meaning: "The path does not lead to an array of records.",
        remedy: "Point the path at the array that holds the records, not at a record or a value.",
      },
      {
        code: "1316-400",
        meaning: "The pagination settings are empty.",
        remedy: "Fill in the pagination settings of the source.",
      },
      {
        code: "1317-400",
        meaning: "The schedule settings are empty.",
        remedy: "Fill in the schedule: start time, frequency, interval.",
      },
      {
        code: "1318-400",
        meaning: "Several findings of a validation, joined in one message; the code names none of them.",
        remedy: "Read the message and correct each finding in the request.",
      },
      {
        code: "1319-400",
        meaning: "A parameter stands outside the parent collection it belongs to.",
        remedy: "Move the named parameter into its parent collection.",
      },
      {
        code: "1320-400",
        meaning: "A required id (its kind is in the message) is absent or empty.",
        remedy: "Supply the named id.",
      },
      {
        code: "1321-400",
        meaning: "A list of ids must hold exactly one entry, and this one holds another number.",
        remedy: "Send exactly one id of that kind.",
      },
      {
        code: "1322-400",
        meaning: "No source connection was at hand, so the schema reference could not be built.",
        remedy: "Reference an existing source connection.",
      },
      {
        code: "1323-400",
        meaning: "The source connection lacks a required entity or leaves it empty.",
        remedy: "Fill in the named entity of the source connection.",
      },
      {
        code: "1324-400",
        meaning: "No target connection was at hand, so the dataset id could not be read.",
        remedy: "Reference an existing target connection.",
      },
      {
        code: "1325-400",
        meaning: "The target connection has no dataset id.",
        remedy: "Set dataSetId in the parameters of the target connection.",
      },
      {
        code: "1326-400",
        meaning: "No source connection was at hand, so the data format could not be read.",
        remedy: "Reference an existing source connection.",
      },
      {
        code: "1327-400",
        meaning: "The format of the source is not supported.",
        remedy: "No documented remedy: choose a file format that the connector's own page lists.",
      },
      {
        code: "1328-400",
        meaning: "The flow has no mapping transformation, although a value must be taken from it.",
        remedy: "Add the mapping transformation to the flow.",
      },
      {
        code: "1329-400",
        meaning: "A required parameter of the request is absent or empty; it is named in the message.",
        remedy: "Supply the named parameter.",
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
        code: "1332-400",
        meaning: "A source connection of this connection spec may not carry a base connection.",
        remedy: "Leave baseConnectionId out of the source connection.",
      },
      {
        code: "1333-400",
        meaning: "The source does not support this flowRunAction.",
        remedy: "No documented remedy: choose another action, or run the flow on its schedule.",
      },
      {
        code: "1334-400",
        meaning: "A query parameter was sent without a value.",
        remedy: "Give the named query parameter a value, or leave it out.",
      },
      {
        code: "1335-400",
        meaning: "The filter of the explore call could not be serialised.",
        remedy: "Check how the filter parameter is written.",
      },
      {
        code: "1336-400",
        meaning: "Exploring a connection is not available for this connection spec.",
        remedy: "Use a connection spec that allows exploring.",
      },
      {
        code: "1337-400",
        meaning: "This objectType needs a query parameter that is empty.",
        remedy: "Give the named query parameter a value.",
      },
      {
        code: "1338-400",
        meaning: "The flow request lacks the id of its source or target connection.",
        remedy: "Add the connection id of the named side.",
      },
      {
        code: "1339-400",
        meaning: "The organisation id is not in the right format.",
        remedy: "Send the complete organisation id.",
      },
      {
        code: "1340-400",
        meaning: "A time could not be parsed.",
        remedy: "No documented remedy: check the format of the time that the message names.",
      },
      { code: "1341-400", meaning: "The ODI description file is empty.", remedy: "Provide an odi.json with content." },
      {
        code: "1342-400",
        meaning: "The file odi.json has nothing defined under dls:folder.",
        remedy: "Complete dls:folder in odi.json.",
      },
      {
        code: "1343-400",
        meaning: "The file odi.json has nothing defined under dls:entityReferences nor under dls:partitionSpec.",
        remedy: "Complete these two parts of odi.json.",
      },
      {
        code: "1344-400",
        meaning: "The file odi.json holds several partition specs, but only one may stand in dls:partitionSpec.",
        remedy: "Keep a single partition spec in odi.json.",
      },
      {
        code: "1345-400",
        meaning:
          "The file odi.json misses file format, partition template, format type or CSV delimiters of its partition spec.",
        remedy: "Complete the partition spec in odi.json.",
      },
      {
        code: "1346-400",
        meaning: "The file format type (@type of dls:fileFormat) in odi.json is not a valid one.",
        remedy: "Correct @type in odi.json.",
      },
      {
        code: "1347-400",
        meaning: "The file odi.json asks for a CSV delimiter other than the comma.",
        remedy: "Use the comma, the only delimiter supported here.",
      },
      {
        code: "1348-400",
        meaning: "The part dls:entityReferences could not be deserialised.",
        remedy: "Check the format of that part of odi.json.",
      },
      { code: "1349-400", meaning: "The filter settings are not valid.", remedy: "Correct the filter settings." },
      {
        code: "1350-400",
        meaning: "The row filter for the source has no operator.",
        remedy: "Add an operator to the filter.",
      },
      {
        code: "1351-400",
        meaning: "The connector does not support this filter operator.",
        remedy: "No documented remedy: use another operator, or filter the data at its origin.",
      },
      {
        code: "1352-400",
        meaning: "The filter operator has no counterpart in the query language of the source.",
        remedy: "Choose another operator.",
      },
      {
        code: "1353-400",
        meaning: "The connector cannot filter rows at the source.",
        remedy: "No documented remedy: remove the filter, or filter the data at its origin.",
      },
      {
        code: "1354-400",
        meaning: "Row filtering at the source does not work with this query language yet.",
        remedy: "Use a supported query language.",
      },
      {
        code: "1355-400",
        meaning: "The filter type is not PQL, the only supported one.",
        remedy: "Set the filter type to PQL.",
      },
      {
        code: "1356-400",
        meaning: "The filter format is not pql/json, the only supported one.",
        remedy: "Set the filter format to pql/json.",
      },
      {
        code: "1357-400",
        meaning: "The filter is given without a detailed value.",
        remedy: "Fill in the value of the filter.",
      },
      { code: "1358-400", meaning: "The objectType parameter is not a known one.", remedy: "Send a valid objectType." },
      {
        code: "1359-400",
        meaning: "A required parameter is not in the request; it is named in the message.",
        remedy: "Add the named parameter.",
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
        code: "1364-400",
        meaning: "Backfill cannot be combined with a flow that runs only once.",
        remedy: "Remove the backfill flag, or choose a recurring frequency.",
      },
      {
        code: "1365-400",
        meaning: "An operation of the PATCH request names a wrong path.",
        remedy: "Correct the path of the operation.",
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
      { code: "1368-400", meaning: "The flow request may not hold a mode.", remedy: "Take mode out of the request." },
      {
        code: "1369-400",
        meaning: "A delta column is not allowed in the copy transformation of a flow that runs once.",
        remedy: "Remove the delta column, or choose a recurring frequency.",
      },
      {
        code: "1370-400",
        meaning: "The source columns could not be determined, as the flow has no mapping transformation.",
        remedy: "Add the mapping transformation.",
      },
      {
        code: "1371-400",
        meaning: "File properties cannot be detected for this connector.",
        remedy: "State the file properties (type, delimiter, compression) yourself.",
      },
      {
        code: "1372-400",
        meaning: "Exploring through this connection spec is not allowed.",
        remedy:
          "No documented remedy: use a connector whose connections can be explored, or describe the data by hand.",
      },
      { code: "1373-400", meaning: "The request has no flowSpecType.", remedy: "Add a valid flowSpecType." },
      {
        code: "1374-400",
        meaning: "Detection of file properties was requested together with hand-written properties.",
        remedy: "Use one of the two: determineProperties or your own properties.",
      },
      {
        code: "1375-400",
        meaning: "The properties of the file could not be detected.",
        remedy:
          "No documented remedy: check that the file is complete and readable, or state its format and delimiter yourself.",
      },
      {
        code: "1376-400",
        meaning: "File properties cannot be detected for this connection spec.",
        remedy: "State the file properties yourself.",
      },
      { code: "1377-400", meaning: "The filter compares with an empty value.", remedy: "Give the comparison a value." },
      {
        code: "1378-400",
        meaning: "The filter names a column that is not valid.",
        remedy: "No documented remedy: check the column's name against the source's.",
      },
      {
        code: "1379-400",
        meaning: "The filter compares a text value with a source column of another type.",
        remedy: "Give a value of the type of the column.",
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
        code: "1389-400",
        meaning: "The base64 text of the filter cannot be decoded.",
        remedy: "Encode the filter again.",
      },
      {
        code: "1390-400",
        meaning: "The filter operator not holds several comparisons, but takes only one.",
        remedy: "Leave one comparison under not.",
      },
      {
        code: "1391-400",
        meaning: "The schema metadata of the source connection cannot be parsed.",
        remedy: "Correct schemaMetaData of the named source connection.",
      },
      {
        code: "1392-400",
        meaning: "The transformations of the flow cannot be parsed.",
        remedy: "Correct the transformations of the named flow.",
      },
      {
        code: "1393-400",
        meaning: "A parameter is null or empty; it is named in the message.",
        remedy: "Supply the named parameter.",
      },
      {
        code: "1394-400",
        meaning: "A parameter lies under its minimum of 1.",
        remedy: "Raise the named parameter to 1 or more.",
      },
      {
        code: "1395-400",
        meaning: "The source connection of the flow is null or empty.",
        remedy: "No documented remedy: read the flow and check which source connection it names.",
      },
      { code: "1396-400", meaning: "No known format fits the data.", remedy: "Provide a format that fits." },
      {
        code: "1397-400",
        meaning: "The frequency of the schedule is not a valid one.",
        remedy: "Choose a valid frequency.",
      },
      {
        code: "1398-400",
        meaning: "The requested operation is not supported.",
        remedy: "Check the name of the operation in the request.",
      },
      {
        code: "1399-400",
        meaning: "The request states no valid file type (requestFileType).",
        remedy: "Supply a valid requestFileType.",
      },
      {
        code: "1400-400",
        meaning: "The templateType parameter is not a known one.",
        remedy: "Send a valid templateType.",
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
        code: "1704-400",
        meaning: "The storage account of the Data Landing Zone returned malformed keys.",
        remedy: "Send the request again; if the keys stay malformed, open a case with Adobe.",
      },
      {
        code: "1705-400",
        meaning: "The action asked of the Data Landing Zone is not a supported one.",
        remedy: "Use a supported action.",
      },
      {
        code: "1706-400",
        meaning: "The list of activations allowed for this landing zone is set up wrongly on Adobe's side.",
        remedy: "Try again; if it happens again, open a case with Adobe.",
      },
      {
        code: "1707-400",
        meaning: "The service behind the Data Landing Zone could not start, since its configuration is empty.",
        remedy: "No documented remedy on your side: open a case with Adobe.",
      },
      {
        code: "1708-400",
        meaning: "The configuration of this type of landing zone lacks its container.",
        remedy: "Make sure that the container is there; if the zone is Adobe's, open a case.",
      },
      {
        code: "1709-400",
        meaning: "The configuration of this type of landing zone lacks its SAS details.",
        remedy: "Put valid SAS details into the configuration; if the zone is Adobe's, open a case.",
      },
      {
        code: "1710-400",
        meaning: "This landing zone type is not supported.",
        remedy: "Use a type of landing zone that is supported.",
      },
      {
        code: "1711-400",
        meaning: "No SAS (shared access signature) details were found for the Data Landing Zone.",
        remedy:
          "No documented remedy: fetch the Data Landing Zone's credentials again, and contact Adobe support if there are none.",
      },
      {
        code: "1712-400",
        meaning: "The action exists but is not allowed for this landing zone.",
        remedy: "Use an action that is allowed.",
      },
      {
        code: "1713-400",
        meaning: "The operation is not allowed for this type of token.",
        remedy: "Check the operation and the kind of token in the request.",
      },
      {
        code: "1714-400",
        meaning: "The client may not perform the operation.",
        remedy: "No documented remedy: check which credential is used, and ask Adobe support if it should be allowed.",
      },
    ],
  },
];
