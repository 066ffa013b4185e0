import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Codes in the answers of Platform's other APIs, some of which runs of their services carry, too. */
export const platformApiCodes = (): readonly FamilyCodes[] => [
  {
    family: "segmentation",
    source: sources.segmentationApi,
    codes: [
      {
        code: "UPAPI-113740-403",
        meaning: "External audiences are not switched on in this organisation.",
        remedy: "Ask Adobe to enable external audiences for the organisation.",
      },
      {
        code: "UPAPI-113752-403",
        meaning:
          "Attribute-based access control denies the action on this audience or its fields; resource and action stand in the message.",
        remedy: "Have an administrator grant the role or label that the resource needs.",
      },
      {
        code: "UPLIB-101206-500",
        meaning:
          "Fields of the request's JSON are missing or of the wrong type. (It comes with status 400, whatever the code ends in.)",
        remedy: "Complete and correct the fields of the JSON.",
      },
      {
        code: "UPAPI-113434-400",
        meaning:
          "The audience did not pass validation, for example a change of its namespace or setting its lifecycle state to deleted.",
        remedy: "Undo the forbidden change named in the message.",
      },
      {
        code: "UPLIB-101554-503",
        meaning:
          "The dataset of the audience is not in the catalog. (It comes with status 400, whatever the code ends in.)",
        remedy: "Check the dataset's id, and that it still exists in this sandbox.",
      },
      {
        code: "UPAPI-113430-404",
        meaning: "The audience with this id does not exist.",
        remedy: "Check the audience id and the sandbox.",
      },
      {
        code: "UPAPI-113631-403",
        meaning: "The audience cannot be deleted, because other audiences build on it.",
        remedy: "Change or delete the dependent audiences first.",
      },
      {
        code: "UPAPI-113751-500",
        meaning:
          "The check of access to single fields failed; the reason is another code in the same message, such as PDP-4041-403.",
        remedy: "Explain the code inside the message.",
      },
      {
        code: "UPAPI-113015-400",
        meaning: "The list of ids is empty or holds more than 100.",
        remedy: "Send 1 to 100 ids per call.",
      },
      {
        code: "UPAPI-113000-404",
        meaning: "None of the listed audiences was found.",
        remedy: "Check the ids and the sandbox.",
      },
    ],
  },
  {
    family: "identity",
    source: sources.identityApi,
    codes: [
      {
        code: "UIS-4064-403",
        meaning: "The token lacks the permission for the identity graph, for example to read it.",
        remedy: "Have an administrator add the identity permission to the role of the credential.",
      },
      {
        code: "UIS-0002-400",
        meaning:
          "The records of the batch have one identity each, so that nothing could be linked in the identity graph. The data itself is ingested.",
        remedy:
          "Nothing to repair if the batch succeeded and that is intended; otherwise send two or more identities in a record.",
        source: sources.knowledgeBase(26520),
      },
    ],
  },
  {
    family: "schema-registry",
    source: sources.xdmGuide,
    codes: [
      {
        code: "XDM-3005-400",
        meaning: "Importing schema resources failed; the message says which one, often a title that exists already.",
        remedy: "Correct the named resource (rename it) and import again.",
        source: sources.schemaRegistryApi,
      },
      {
        code: "XDM-1406-422",
        meaning:
          "Adobe does not document this code. A change of a data type was refused; a public tool gets round it by moving the fields from definitions to properties.",
        remedy: "No documented remedy: do the same in the request, or make the change in the UI.",
        source: sources.platformReports,
      },
      {
        code: "XDM-1006-400",
        meaning: "The Accept header does not fit the list endpoint of the Schema Registry.",
        remedy: "Send an Accept header for xed or xdm JSON without version.",
      },
      {
        code: "XDM-1007-400",
        meaning: "The Accept header for one schema resource lacks its version.",
        remedy: "Add the version to the Accept header.",
      },
      {
        code: "XDM-1008-400",
        meaning: "The Accept header does not fit the list of descriptors.",
        remedy: "Send one of the Accept headers that the list of descriptors takes.",
      },
      {
        code: "XDM-1009-400",
        meaning: "The Accept header does not fit the look-up of one descriptor.",
        remedy: "Send `application/vnd.adobe.xdm+json` as Accept header.",
      },
      {
        code: "XDM-1010-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1011-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1012-404",
        meaning: "The requested schema was not found.",
        remedy: "Check the schema's id, its version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1013-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1014-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1015-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1016-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1017-404",
        meaning: "A resource of the Schema Registry was not found. (Several codes say so, one for each kind.)",
        remedy: "Check the id, the version and the container (global or tenant) in the path, and the sandbox.",
      },
      {
        code: "XDM-1020-400",
        meaning: "A field stands in the wrong namespace. (Several codes say so, one for each case.)",
        remedy: "Put your own fields below your tenant id, as `_<tenant id>`.",
      },
      {
        code: "XDM-1021-400",
        meaning: "A field of your own stands outside your tenant's namespace.",
        remedy: "Put your own fields below your tenant id, as `_<tenant id>`.",
      },
      {
        code: "XDM-1022-400",
        meaning: "A field stands in the wrong namespace. (Several codes say so, one for each case.)",
        remedy: "Put your own fields below your tenant id, as `_<tenant id>`.",
      },
      {
        code: "XDM-1023-400",
        meaning: "A field stands in the wrong namespace. (Several codes say so, one for each case.)",
        remedy: "Put your own fields below your tenant id, as `_<tenant id>`.",
      },
      {
        code: "XDM-1024-400",
        meaning: "A field stands in the wrong namespace. (Several codes say so, one for each case.)",
        remedy: "Put your own fields below your tenant id, as `_<tenant id>`.",
      },
      { code: "XDM-1521-400", meaning: "Another resource has this title already.", remedy: "Choose another title." },
      {
        code: "XDM-1526-400",
        meaning: "A field with a relationship has no reference identity, so the schema cannot be used for profiles.",
        remedy: "Add a reference identity descriptor to the field.",
      },
      {
        code: "XDM-1527-400",
        meaning: "In a relationship of profile schemas, the namespaces of source field and target identity differ.",
        remedy: "Use the same identity namespace on both sides.",
      },
      {
        code: "XDM-1528-400",
        meaning: "The schema has neither a primary identity nor an identity map, so it cannot be used for profiles.",
        remedy: "Set a primary identity or add the identity map.",
      },
      {
        code: "XDM-1413-400",
        meaning: "Two profile schemas of a class define the same path with different types.",
        remedy: "Rename the field or nest it under a path of its own.",
      },
      {
        code: "XDM-2010-403",
        meaning:
          "Adobe does not document this code. As reported, access control refuses the call on this resource of the Schema Registry.",
        remedy: "As reported: have an administrator add the permission on schemas to the role of the credential.",
        source: sources.platformReports,
      },
    ],
  },
  {
    family: "access-control",
    source: sources.segmentationApi,
    codes: [
      {
        code: "PDP-4041-403",
        meaning: "The user or technical account is not entitled to the organisation of the request.",
        remedy: "Use a credential of that organisation, or correct the organisation id.",
      },
    ],
  },
  {
    family: "data-hygiene",
    source: sources.expiration,
    codes: [
      {
        code: "HYGN-3102-400",
        meaning:
          "The dataset already has an expiration, or it is in a state that cannot be changed (running, done, cancelled).",
        remedy: "Look up the existing expiration of the dataset and change that one.",
      },
    ],
  },
  {
    family: "ajo",
    source: sources.knowledgeBase(21210),
    codes: [
      {
        code: "CJMMAS-1601-500",
        meaning:
          "Journey Optimizer could not publish an asset: the user has no access to Assets Essentials, or the token is expired.",
        remedy: "Add the user to the product profiles of Assets Essentials, then sign in again.",
      },
    ],
  },
];
