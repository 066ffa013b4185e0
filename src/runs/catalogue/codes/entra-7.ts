import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Sign-ins that Microsoft Entra refused, AADSTS6… and AADSTS7…: applications, their secrets and consent, grants, SAML. */
export const entra7Codes = (): readonly FamilyCodes[] => [
  {
    family: "aad",
    source: sources.entra,
    codes: [
      {
        code: "AADSTS65001",
        meaning: "Neither a user nor an administrator has consented to the application.",
        remedy: "Have a user or an administrator of the tenant grant consent.",
      },
      {
        code: "AADSTS65002",
        meaning: "An application id owned by Microsoft asks for a Microsoft API without preapproval.",
        remedy: "Register an application of your own and use its id.",
      },

      { code: "AADSTS65004", meaning: "The user declined the consent.", remedy: "Sign in again and give the consent." },

      {
        code: "AADSTS65005",
        meaning: "The application does not list the resource that it asks a token for among those it needs.",
        remedy: "Add the resource's permissions to the application's registration and consent to them.",
      },

      {
        code: "AADSTS650052",
        meaning: "The application needs a service to which the organisation has not subscribed.",
        remedy: "Ask your IT administrator to check the subscriptions.",
      },
      {
        code: "AADSTS650053",
        meaning: "The application asks for a scope that the resource does not have.",
        remedy: "Correct the scope, and put the resource in front of it.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS650054",
        meaning: "The application wants permissions for a resource that is gone or not in the tenant.",
        remedy: "Remove the permission, or bring the resource into the tenant.",
      },

      {
        code: "AADSTS650056",
        meaning: "The application is set up wrongly: its permissions, consent, identifier or certificate do not fit.",
        remedy: "Go through those settings of the application, correct them, and grant consent where it is missing.",
      },
      {
        code: "AADSTS650057",
        meaning: "The resource asked for is not in the application's registration.",
        remedy: "Check the resource's address in the connection, and add its permissions to the application.",
      },

      {
        code: "AADSTS67003",
        meaning: "The actor in the request is not a valid service identity.",
        remedy: "No documented remedy: check which application asks on whose behalf.",
      },

      {
        code: "AADSTS70000",
        meaning: "The refresh token is not valid (InvalidGrant).",
        remedy: "Sign in to the connection again, so that it holds a new token.",
      },
      {
        code: "AADSTS700005",
        meaning: "The authorization code was issued for another tenant.",
        remedy: "Redeem it at the tenant that issued it.",
      },

      {
        code: "AADSTS70001",
        meaning: "The application is disabled in Microsoft Entra.",
        remedy: "Have the application enabled again in its directory.",
      },
      {
        code: "AADSTS700011",
        meaning: "The directory holds no application with this identifier.",
        remedy: "Check the application id and the tenant id in the connection.",
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
        code: "AADSTS70002",
        meaning: "The credentials could not be validated, since the client secret does not match.",
        remedy: "Correct the client secret in the connection.",
      },
      {
        code: "AADSTS700020",
        meaning: "This grant needs an interactive step.",
        remedy: "Let the user sign in, or use client credentials.",
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
        code: "AADSTS700022",
        meaning: "The scope names more than one resource.",
        remedy: "Ask for one resource at a time.",
      },

      {
        code: "AADSTS7000222",
        meaning: "The client secret of the application in Microsoft Entra has expired, so no token was issued.",
        remedy:
          "Create a new secret for the application (or use a certificate), then update the connection in Platform with it. Where the error detail says 'Sink' side, the credential may be Adobe's own: then raise it with Adobe support.",
      },
      {
        code: "AADSTS7000229",
        meaning: "The application has no service principal in this tenant.",
        remedy: "Have an administrator consent to the application in this tenant, which creates its service principal.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS700023",
        meaning: "The scope names no resource.",
        remedy: "Put the resource in front of the scope.",
      },

      {
        code: "AADSTS700024",
        meaning:
          "The client assertion is used outside the time for which it is valid: the clock is wrong, or it was made too early.",
        remedy: "Make the assertion right before it is used, and set the sender's clock.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS700025",
        meaning: "The client is a public one and must not send a secret or assertion.",
        remedy: "Register the client as confidential, or leave the secret out.",
      },

      {
        code: "AADSTS700027",
        meaning: "The signature of the client assertion could not be verified.",
        remedy: "Correct the certificate or the assertion that it signs.",
      },
      {
        code: "AADSTS70003",
        meaning: "The grant type is not supported.",
        remedy: "Use a supported grant type, such as client_credentials.",
      },

      {
        code: "AADSTS700030",
        meaning: "The certificate is not valid here: its subject name is not authorised.",
        remedy: "Use a certificate that is authorised for the application.",
      },
      {
        code: "AADSTS70004",
        meaning: "The redirect URI is not among the ones configured for the application.",
        remedy: "Register the redirect URI.",
      },

      {
        code: "AADSTS70005",
        meaning: "The response type is not supported or not enabled for the application.",
        remedy: "Enable the response type, or ask for another.",
      },

      {
        code: "AADSTS700054",
        meaning: "The application asks for an id_token without having it enabled.",
        remedy: "Tick ID tokens under Authentication of the application registration.",
      },

      { code: "AADSTS70007", meaning: "The response_mode is not supported.", remedy: "Use a supported response_mode." },

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
        code: "AADSTS700084",
        meaning: "The refresh token of a single page application reached the end of its fixed life.",
        remedy: "Sign in again.",
      },

      {
        code: "AADSTS70011",
        meaning: "The scope that was asked for is not valid.",
        remedy: "Correct the scope in the connection's settings.",
      },
      {
        code: "AADSTS70012",
        meaning: "The server for personal accounts failed.",
        remedy: "Try again; if it stays, open a case with Microsoft.",
      },

      {
        code: "AADSTS70016",
        meaning: "In the device flow the user has not finished yet.",
        remedy: "Nothing to repair: the client asks again until the user is done.",
      },

      { code: "AADSTS70018", meaning: "A wrong code was typed in the device flow.", remedy: "Type the code as shown." },

      { code: "AADSTS70019", meaning: "The verification code is expired.", remedy: "Start the sign-in again." },

      {
        code: "AADSTS70021",
        meaning: "No federated credential of the application fits the presented token.",
        remedy: "Compare issuer, subject and audience of the token with the federated credential.",
        source: sources.workloadIdentity,
      },

      {
        code: "AADSTS700211",
        meaning: "No federated credential of the application has the issuer of the presented token.",
        remedy: "Correct the issuer of the federated credential, character by character.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS700212",
        meaning: "No federated credential of the application has the audience of the presented token.",
        remedy: "Use the same audience in token and credential (usually api://AzureADTokenExchange).",
        source: sources.signInReports,
      },

      {
        code: "AADSTS700213",
        meaning:
          "No federated credential of the application has the subject of the presented token; the subject stands in the message.",
        remedy: "Copy the subject from the message into the federated credential.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS7002131",
        meaning: "Neither a subject nor an expression of the federated credentials fits the presented token.",
        remedy: "Copy the subject from the message into the federated credential.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS700229",
        meaning: "A user token was used where a federated credential takes only an application token.",
        remedy: "Use a token from the client credentials flow.",
      },

      {
        code: "AADSTS70025",
        meaning: "The application has no federated credential at all.",
        remedy: "Add a federated credential, or sign in with secret or certificate.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS70043",
        meaning: "The refresh token has expired under a policy on how often users must sign in.",
        remedy: "Sign in to the connection again.",
      },
      {
        code: "AADSTS75001",
        meaning: "A SAML message could not be bound.",
        remedy: "No documented remedy: compare the binding in the application's SAML settings with what is sent.",
      },

      {
        code: "AADSTS75003",
        meaning: "The SAML response was requested over a binding other than HTTP POST.",
        remedy: "Use HTTP POST.",
      },

      {
        code: "AADSTS75005",
        meaning: "The SAML request is not a supported one.",
        remedy: "Correct the SAML request of the application.",
      },

      {
        code: "AADSTS7500514",
        meaning: "The answer is neither a SAML 2.0 Response nor an Assertion.",
        remedy: "Have the developer send a SAML 2.0 Response or Assertion.",
      },

      {
        code: "AADSTS7500529",
        meaning: "The SAML id starts with a digit and is thus not valid.",
        remedy: "Put letters before the id.",
      },

      {
        code: "AADSTS750054",
        meaning: "The redirect holds neither SAMLRequest nor SAMLResponse.",
        remedy: "Send one of the two as query parameter.",
      },

      {
        code: "AADSTS75008",
        meaning: "The destination in the SAML request is not the one that was awaited.",
        remedy: "Correct the destination.",
      },

      {
        code: "AADSTS75011",
        meaning: "The user proved who they are by another method than the request demands.",
        remedy: "Loosen the method that is demanded (RequestedAuthnContext), or sign in by it.",
      },

      {
        code: "AADSTS75016",
        meaning: "The SAML request has a wrong NameIDPolicy.",
        remedy: "Correct the NameIDPolicy.",
      },

      {
        code: "AADSTS76021",
        meaning: "The application demands signed requests, but this one is not signed.",
        remedy: "Sign the request.",
      },

      {
        code: "AADSTS76026",
        meaning: "The issue time of the SAML request is too old.",
        remedy: "Send a new request; check the clock.",
      },
    ],
  },
];
