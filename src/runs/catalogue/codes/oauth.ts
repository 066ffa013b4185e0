import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** The kinds of refusal that a token service names, beside an AADSTS number or without one. */
export const oauthCodes = (): readonly FamilyCodes[] => [
  {
    family: "oauth",
    source: sources.entraKinds,
    codes: [
      {
        code: "invalid_client",
        meaning: "The client could not be authenticated: its credentials are not valid.",
        remedy: "Have the administrator of the application update the credentials.",
      },
      {
        code: "invalid_grant",
        meaning: "What was offered as proof of identity is not valid, is missing or cannot be used.",
        remedy: "Authorise the connection again.",
      },
      {
        code: "unauthorized_client",
        meaning: "The client may not use this grant type.",
        remedy: "Register the application, or add it to the tenant.",
      },
      {
        code: "invalid_request",
        meaning: "The token request lacks a required parameter.",
        remedy: "Correct the request and send it again.",
      },
      {
        code: "invalid_resource",
        meaning: "The resource that was asked for does not exist or is set up wrongly.",
        remedy: "Check the resource in the connection's settings.",
      },
      {
        code: "temporarily_unavailable",
        meaning: "The server is too busy just now.",
        remedy: "Run again after a while.",
      },
    ],
  },
];
