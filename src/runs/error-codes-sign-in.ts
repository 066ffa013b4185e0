import type { FamilyCodes } from "./error-codes-families.ts";

/** Codes of sign-ins that failed, deep in the detail of a copy error. */
export const signInCodes = (): readonly FamilyCodes[] => [
  {
    family: "aad",
    source: "Microsoft Entra: authentication and authorization error codes",
    codes: [
      {
        code: "AADSTS7000222",
        meaning: "The client secret of the application in Microsoft Entra has expired, so no token was issued.",
        remedy:
          "Create a new secret for the application (or use a certificate), then update the connection in Platform with it. Where the error detail says 'Sink' side, the credential may be Adobe's own: then raise it with Adobe support.",
      },
      {
        code: "AADSTS7000215",
        meaning: "The client secret is not valid.",
        remedy: "Correct the secret in the connection; it must be the secret's value, not its id.",
      },
      {
        code: "AADSTS7000218",
        meaning: "The token request carried neither a client secret nor a client assertion.",
        remedy: "Add the credential to the connection.",
      },
      {
        code: "AADSTS7000112",
        meaning: "The application is disabled in Microsoft Entra.",
        remedy: "Have the application enabled again in its directory.",
      },
      {
        code: "AADSTS7000114",
        meaning: "The application may not call on behalf of a user.",
        remedy: "Use another sign-in flow for it.",
      },
      {
        code: "AADSTS700016",
        meaning: "The application cannot be found in the directory (tenant) that was asked.",
        remedy:
          "Check the application id and the tenant id in the connection; if both are right, install the application in that tenant or consent to it.",
      },
      {
        code: "AADSTS700011",
        meaning: "The directory holds no application with this identifier.",
        remedy: "Check the application id and the tenant id in the connection.",
      },
      {
        code: "AADSTS70001",
        meaning: "The application is disabled in Microsoft Entra.",
        remedy: "Have the application enabled again in its directory.",
      },
      {
        code: "AADSTS70002",
        meaning: "The credentials could not be validated, since the client secret does not match.",
        remedy: "Correct the client secret in the connection.",
      },
      {
        code: "AADSTS700027",
        meaning: "The signature of the client assertion could not be verified.",
        remedy: "Correct the certificate or the assertion that it signs.",
      },
      {
        code: "AADSTS700030",
        meaning: "The certificate is not valid here: its subject name is not authorised.",
        remedy: "Use a certificate that is authorised for the application.",
      },
      {
        code: "AADSTS70000",
        meaning: "The refresh token is not valid (InvalidGrant).",
        remedy: "Sign in to the connection again, so that it holds a new token.",
      },
      {
        code: "AADSTS70008",
        meaning: "The refresh token was not used for too long and has expired.",
        remedy: "Sign in to the connection again.",
      },
      {
        code: "AADSTS700082",
        meaning: "The refresh token was not used for too long and has expired.",
        remedy: "Sign in to the connection again.",
      },
      {
        code: "AADSTS70011",
        meaning: "The scope that was asked for is not valid.",
        remedy: "Correct the scope in the connection's settings.",
      },
      {
        code: "AADSTS70043",
        meaning: "The refresh token has expired under a policy on how often users must sign in.",
        remedy: "Sign in to the connection again.",
      },
      {
        code: "AADSTS65001",
        meaning: "Neither a user nor an administrator has consented to the application.",
        remedy: "Have a user or an administrator of the tenant grant consent.",
      },
      {
        code: "AADSTS650052",
        meaning: "The application needs a service to which the organisation has not subscribed.",
        remedy: "Ask your IT administrator to check the subscriptions.",
      },
      {
        code: "AADSTS650056",
        meaning: "The application is set up wrongly: its permissions, consent, identifier or certificate do not fit.",
        remedy: "Go through those settings of the application, correct them, and grant consent where it is missing.",
      },
      {
        code: "AADSTS90002",
        meaning: "The tenant cannot be found.",
        remedy: "Check the tenant id, and that it belongs to the cloud that is being asked.",
      },
      {
        code: "AADSTS90006",
        meaning: "A server behind Microsoft Entra is unavailable for a while; the request may be repeated.",
        remedy: "Run again.",
      },
      { code: "AADSTS90012", meaning: "The request to Microsoft Entra timed out.", remedy: "Run again." },
      {
        code: "AADSTS90024",
        meaning: "Microsoft Entra met a passing error: a request used up its budget.",
        remedy: "Run again.",
      },
      {
        code: "AADSTS90033",
        meaning: "A directory service of Microsoft (MSODS) is unavailable for a while.",
        remedy: "Run again.",
      },
      {
        code: "AADSTS90055",
        meaning: "The tenant is being throttled, because too many requests were sent.",
        remedy: "Let fewer sign-ins happen at once, then run again.",
      },
      {
        code: "AADSTS90094",
        meaning: "An administrator must consent to the application first.",
        remedy: "Ask the tenant's administrator for that consent.",
      },
      {
        code: "AADSTS50000",
        meaning: "Microsoft Entra had a problem issuing the token.",
        remedy: "Open a support ticket with Microsoft.",
      },
      {
        code: "AADSTS50001",
        meaning: "The resource that was asked for is disabled or does not exist.",
        remedy: "Correct the resource URL.",
      },
      {
        code: "AADSTS500011",
        meaning: "The tenant has no principal for the resource that was asked for.",
        remedy: "Check the tenant; if it is the right one, install the resource's application in it.",
      },
      {
        code: "AADSTS50012",
        meaning: "Authentication failed because of the certificate or the assertion.",
        remedy: "Correct the certificate that the connection signs in with.",
      },
      {
        code: "AADSTS50013",
        meaning: "The assertion is not valid.",
        remedy: "Check its issuer, and the clock of the machine that made it.",
      },
      {
        code: "AADSTS50020",
        meaning: "The user's account does not exist in the tenant.",
        remedy: "Sign in with an account that belongs to the tenant.",
      },
      {
        code: "AADSTS50079",
        meaning: "The account must enrol in multi-factor authentication, which a connection cannot do by itself.",
        remedy: "Connect with a service principal in place of a user.",
        source: "Microsoft: Data Factory Dynamics 365 and Dataverse connector troubleshooting",
      },
      {
        code: "AADSTS53003",
        meaning: "A Conditional Access policy blocked the sign-in.",
        remedy: "Ask the tenant's administrator to adjust the policy.",
      },
      {
        code: "AADSTS53000",
        meaning: "The device does not comply with what a policy demands.",
        remedy: "Ask the tenant's administrator to adjust the policy.",
      },
    ],
  },
  {
    family: "oauth",
    source: "Microsoft Entra: authentication and authorization error codes",
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
