import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Codes in the answers of the Flow Service API. */
export const flowServiceCodes = (): readonly FamilyCodes[] => [
  {
    family: "flow-service-api",
    source: sources.flowService,
    codes: [
      {
        code: "1100-400",
        meaning: "You are not entitled to this operation of the flow provider.",
        remedy: "No documented remedy: ask your administrator, or Adobe, whether your organisation is entitled to it.",
      },
      {
        code: "1101-404",
        meaning: "There is no resource with the id that was given.",
        remedy: "No documented remedy: check the id, and that the request names the resource's sandbox.",
      },
      { code: "1102-500", meaning: "An internal error.", remedy: "Try again; contact Adobe support if it persists." },
      { code: "1103-503", meaning: "The service is unavailable for the moment.", remedy: "Try again after a while." },
      { code: "1104-504", meaning: "A gateway waited too long for an answer.", remedy: "Try again after a while." },
      { code: "1400-500", meaning: "An internal error.", remedy: "Try again after a while." },
      {
        code: "1401-400",
        meaning: "`limit` and `count` were sent in one request, which may carry one of them.",
        remedy: "Send just one of the two.",
      },
      {
        code: "1402-400",
        meaning: "`finalize` was used in a request that does not come from a provider.",
        remedy: "No documented remedy: leave `finalize` out; it is for provider requests alone.",
      },
      {
        code: "1403-400",
        meaning: "The request lacks the header If-Match.",
        remedy: "Send If-Match with the entity's etag.",
      },
      {
        code: "1404-412",
        meaning: "The version that was sent is not the entity's present one.",
        remedy: "Fetch the entity again and repeat the request with its new etag.",
      },
      {
        code: "1405-400",
        meaning: "The body of the request is empty.",
        remedy: "No documented remedy: send the body that the operation expects.",
      },
      {
        code: "1406-400",
        meaning: "The sub-operation `progress` cannot be combined with others.",
        remedy: "No documented remedy: send `progress` by itself.",
      },
      {
        code: "1407-400",
        meaning: "Status `failed` does not go with the sub-operation `progress`.",
        remedy: "No documented remedy: report the failure without `progress`.",
      },
      {
        code: "1408-400",
        meaning: "A completed or failed state needs a percentage completed of 100.",
        remedy: "No documented remedy: send 100 together with such a state.",
      },
      {
        code: "1409-400",
        meaning: "`finalize` does not apply in the present state.",
        remedy: "No documented remedy: read the entity's state, and finalise only where that state allows it.",
      },
      {
        code: "1410-400",
        meaning: "That state may not be given when a flow is created.",
        remedy: "No documented remedy: create the flow without it, and change the state afterwards.",
      },
      {
        code: "1411-400",
        meaning: "The id of the entity could not be worked out.",
        remedy: "No documented remedy: check that the request names the entity; contact Adobe support if it does.",
      },
      {
        code: "1412-400",
        meaning: "The version of the mapping is not valid.",
        remedy: "No documented remedy: look the mapping set up in Data Prep and use a version that exists.",
      },
      {
        code: "1413-400",
        meaning: "The spec id is not valid.",
        remedy: "No documented remedy: list the specs and use an id from that list.",
      },
      {
        code: "1414-400",
        meaning: "A connection spec cannot be updated.",
        remedy: "No documented remedy: leave the spec as it is, and ask Adobe support if it must change.",
      },
      {
        code: "1415-400",
        meaning: "The authentication spec cannot be found.",
        remedy: "No documented remedy: choose one of those that the connection spec lists.",
      },
      {
        code: "1416-400",
        meaning: "The connection is in a state in which it can be neither deleted nor updated.",
        remedy: "No documented remedy: read the connection's state and try again once it has changed.",
      },
      {
        code: "1417-400",
        meaning: "A connection that is still being initialised cannot be deleted or updated with a user token.",
        remedy: "No documented remedy: wait until it is initialised, then try again.",
      },
      { code: "1418-400", meaning: "Flows still use the base connection.", remedy: "Delete those flows first." },
      {
        code: "1419-400",
        meaning: "The mapping could not be validated, for want of permissions.",
        remedy:
          "No documented remedy: ask your administrator for the permissions that the mapping and its schemas need.",
      },
      {
        code: "1420-400",
        meaning: "The entity cannot be updated in its present state.",
        remedy: "No documented remedy: read its state and try again once it has changed.",
      },
      {
        code: "1421-400",
        meaning: "No transition leads out of the entity's present state to the one asked for.",
        remedy: "No documented remedy: read its state, and ask only for a change that this state allows.",
      },
      {
        code: "1422-400",
        meaning: "The action does not apply in the present state.",
        remedy: "No documented remedy: read the entity's state and choose an action that fits it.",
      },
      {
        code: "1423-400",
        meaning: "The filter names a field that cannot be filtered by.",
        remedy: "No documented remedy: filter by another field, or filter the answer yourself.",
      },
      {
        code: "1424-400",
        meaning: "A query across sandboxes cannot be sorted with `orderBy`.",
        remedy: "Drop the sort order, or name one sandbox.",
      },
      {
        code: "1425-400",
        meaning: "The mapping and the schema of the target dataset do not match.",
        remedy: "No documented remedy: compare the two and correct the one that is out of date.",
      },
      {
        code: "1426-400",
        meaning: "Connection specs may not be created or updated with a user token.",
        remedy: "No documented remedy: ask Adobe support; these specs are not a user's to change.",
      },
      {
        code: "1427-400",
        meaning: "Flow runs may not be created or updated with a user token.",
        remedy: "No documented remedy: leave the runs to the provider, or ask Adobe support.",
      },
      {
        code: "1428-400",
        meaning: "The flow run that comes before this one cannot be found.",
        remedy: "No documented remedy: check the id of the predecessor run and its sandbox.",
      },
      {
        code: "1429-400",
        meaning: "The flow that comes before this one cannot be found.",
        remedy: "No documented remedy: check the id of the predecessor flow and its sandbox.",
      },
      {
        code: "1430-400",
        meaning: "The flow cannot be found.",
        remedy: "No documented remedy: check the flow's id, and that the request names its sandbox.",
      },
      {
        code: "1431-400",
        meaning: "The list of fields in a policy is empty.",
        remedy: "No documented remedy: name at least one field, or leave the policy out.",
      },
      {
        code: "1432-400",
        meaning: "The sort order is wrong: each field needs + or - before it.",
        remedy: "Write it as in `orderby=-createdAt`.",
      },
      {
        code: "1433-400",
        meaning: "The results cannot be sorted by the field that was named.",
        remedy: "Name a field of the resource with its sign, such as `+name` or `-name`.",
      },
      {
        code: "1434-400",
        meaning: "The operation is not supported.",
        remedy: "No documented remedy: check the operation against the Flow Service API reference.",
      },
      {
        code: "1435-400",
        meaning: "The sub-action is not supported.",
        remedy: "No documented remedy: check the sub-action against the Flow Service API reference.",
      },
      {
        code: "1436-400",
        meaning: "The sub-operation is not supported.",
        remedy: "No documented remedy: check the sub-operation against the Flow Service API reference.",
      },
      {
        code: "1437-400",
        meaning: "The value given as status is not supported.",
        remedy: "No documented remedy: check the status against those in the Flow Service API reference.",
      },
      {
        code: "1438-400",
        meaning: "The aggregate operation is not supported.",
        remedy: "No documented remedy: ask for another aggregate, or work it out from the plain answer.",
      },
      {
        code: "1439-400",
        meaning: "The resource asked for among the flows cannot be found.",
        remedy: "Check the id and the sandbox.",
      },
      {
        code: "1440-400",
        meaning: "The operator is not implemented.",
        remedy: "No documented remedy: rewrite the query with another operator.",
      },
      {
        code: "1441-400",
        meaning: "The aggregate function is not implemented.",
        remedy: "No documented remedy: ask for another function, or work it out from the plain answer.",
      },
      {
        code: "1442-400",
        meaning: "This field may not be aggregated.",
        remedy: "No documented remedy: aggregate another field, or work it out from the plain answer.",
      },
      {
        code: "1443-400",
        meaning: "The operator takes one value, and several were given.",
        remedy: "No documented remedy: send one value, or use an operator that takes several.",
      },
      {
        code: "1444-400",
        meaning: "The flow is not in the state that the request expects.",
        remedy: "No documented remedy: read the flow's state and bring it into the expected one first.",
      },
      {
        code: "1445-400",
        meaning: "Changing connections with PATCH is a feature that is not enabled here.",
        remedy: "No documented remedy: ask Adobe support whether it can be enabled for your organisation.",
      },
      {
        code: "1446-400",
        meaning: "The flow id is null or empty.",
        remedy: "No documented remedy: send the id of the flow.",
      },
      {
        code: "1447-400",
        meaning: "There are active flows, which stand in the way of the request.",
        remedy: "No documented remedy: disable or delete those flows first, if they are no longer needed.",
      },
      {
        code: "1448-400",
        meaning: "The operator is not supported for this field.",
        remedy: "No documented remedy: use another operator for the field.",
      },
      {
        code: "1449-400",
        meaning: "The filter names a field that is not valid.",
        remedy: "No documented remedy: check the spelling of the field in the filter.",
      },
      {
        code: "1450-400",
        meaning: "The filter uses an operator that is not valid.",
        remedy: "No documented remedy: check the operator in the filter.",
      },
      {
        code: "1451-400",
        meaning: "A query parameter is not valid.",
        remedy: "No documented remedy: check the parameters' names against the Flow Service API reference.",
      },
      {
        code: "1452-400",
        meaning: "The value given for a field is not valid.",
        remedy: "No documented remedy: check the value that the message names.",
      },
      {
        code: "1453-400",
        meaning: "A value in the query is not valid.",
        remedy: "No documented remedy: check the query's values and how they are encoded in the URL.",
      },
      {
        code: "1454-400",
        meaning: "The filter compares with a value of a type that cannot be handled.",
        remedy: "No documented remedy: write the value as another type, or filter the answer yourself.",
      },
      {
        code: "1455-400",
        meaning: "The instructions of a PATCH did not pass validation.",
        remedy: "No documented remedy: check each instruction's operation, path and value.",
      },
      {
        code: "1456-400",
        meaning: "The value given as state is not valid.",
        remedy: "No documented remedy: check the state against those in the Flow Service API reference.",
      },
      {
        code: "1457-400",
        meaning: "The entity's state does not admit an update.",
        remedy: "No documented remedy: read its state and try again once it has changed.",
      },
      {
        code: "1458-400",
        meaning: "The entity's state does not admit deletion.",
        remedy: "No documented remedy: read its state and try again once it has changed.",
      },
      {
        code: "2000-401",
        meaning: "The token gives no access to this organisation, or there is no such organisation.",
        remedy: "Check the organisation id, and that the credential belongs to that organisation.",
      },
      {
        code: "2001-401",
        meaning: "The header x-gw-ims-org-id is missing or empty.",
        remedy: "Set the header to your organisation id.",
      },
      {
        code: "2002-401",
        meaning: "The header x-gw-ims-org-id is missing.",
        remedy: "Set the header to your organisation id.",
      },
      { code: "2100-404", meaning: "There is no sandbox of this name.", remedy: "Check the sandbox's name." },
      { code: "2101-404", meaning: "The Sandbox API does not know the sandbox.", remedy: "Check the sandbox's name." },
      { code: "2102-500", meaning: "The sandbox could not be looked up.", remedy: "Try again after a while." },
      {
        code: "2103-404",
        meaning: "There is no sandbox with this id and name together.",
        remedy: "No documented remedy: check that the id and the name belong to one sandbox.",
      },
      {
        code: "2104-500",
        meaning: "The sandbox could not be looked up by its id.",
        remedy: "No documented remedy: try again after a while, and contact Adobe support if it persists.",
      },
      {
        code: "2105-400",
        meaning: "The header x-sandbox-name is missing.",
        remedy: "Add the header with the sandbox's name.",
      },
      {
        code: "2106-404",
        meaning: "No default sandbox was found.",
        remedy:
          "No documented remedy: name a sandbox in the request, and ask your administrator why there is no default one.",
      },
      { code: "2107-500", meaning: "The default sandbox could not be looked up.", remedy: "Try again after a while." },
      { code: "2108-500", meaning: "The active sandboxes could not be looked up.", remedy: "Try again after a while." },
      {
        code: "2110-400",
        meaning: "The header x-sandbox-id may not be sent with a user token.",
        remedy: "Send x-sandbox-name in its place.",
      },
      {
        code: "2111-403",
        meaning: "With a user token, x-sandbox-name may not be `*`.",
        remedy: "Put the name of a single sandbox there.",
      },
      {
        code: "2112-400",
        meaning: "A query across sandboxes needs `*` in both x-sandbox-name and x-sandbox-id.",
        remedy: "No documented remedy: send `*` in both headers, or name one sandbox.",
      },
      {
        code: "2113-400",
        meaning: "This request does not accept `*` as a sandbox.",
        remedy: "No documented remedy: name one sandbox.",
      },
      { code: "2114-400", meaning: "The token is empty.", remedy: "Send a token." },
      { code: "2115-400", meaning: "The token is not valid.", remedy: "Get a fresh token and send the request again." },
      {
        code: "2116-500",
        meaning: "The token could not be decoded because of an internal error.",
        remedy: "Try again after a while.",
      },
      {
        code: "2117-500",
        meaning: "The permissions could not be checked because of an internal error.",
        remedy: "Try again after a while.",
      },
      { code: "2118-403", meaning: "You lack the permission to write.", remedy: "Ask your administrator for it." },
      {
        code: "2119-400",
        meaning: "A required query parameter is missing.",
        remedy: "No documented remedy: add the parameter that the message names.",
      },
      {
        code: "2120-403",
        meaning: "Your permissions are not sufficient.",
        remedy: "Ask your administrator for View Sources or Manage Sources.",
      },
      {
        code: "2121-403",
        meaning: "You have no permission for this resource.",
        remedy: "Ask your administrator for it.",
      },
      {
        code: "2200-500",
        meaning: "Catalog could not be asked to validate the schema.",
        remedy: "Try again after a while.",
      },
      {
        code: "2250-500",
        meaning: "Data Prep could not be asked to validate the mapping.",
        remedy: "Try again after a while.",
      },
    ],
  },
];
