import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Sign-ins that Microsoft Entra refused, AADSTS1… to AADSTS4…: accounts, federated providers, keys of devices. */
export const entra1Codes = (): readonly FamilyCodes[] => [
  {
    family: "aad",
    source: sources.entra,
    codes: [
      {
        code: "AADSTS1000000",
        meaning: "The user has yet to authenticate at an external identity provider.",
        remedy: "Sign in there first.",
      },

      {
        code: "AADSTS1000031",
        meaning: "The application cannot be used for the moment.",
        remedy: "Ask the administrator of the tenant.",
      },

      {
        code: "AADSTS100007",
        meaning: "The regional sign-in endpoint takes only managed identities and certain Microsoft clients.",
        remedy: "Use the global endpoint.",
      },

      {
        code: "AADSTS1000104",
        meaning: "The cloud of the resource is not allowed for the home tenant of the identity.",
        remedy: "Have the administrator check the cross-cloud settings.",
      },

      {
        code: "AADSTS1002016",
        meaning: "The client signs in with outdated TLS (1.0, 1.1) or the 3DES cipher.",
        remedy: "Use TLS 1.2 or later in client and runtime.",
        source: sources.signInTls,
      },

      {
        code: "AADSTS130004",
        meaning: "The user has no Windows Hello key.",
        remedy: "No documented remedy: set up Windows Hello again, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS130005",
        meaning: "The signature by the user's Windows Hello key is wrong.",
        remedy: "No documented remedy: set up Windows Hello again on the device.",
      },

      {
        code: "AADSTS130006",
        meaning: "The device has no transport key.",
        remedy: "No documented remedy: register the device again.",
      },

      {
        code: "AADSTS130007",
        meaning: "The device that holds the Windows Hello key is switched off in the directory.",
        remedy: "Have the device enabled in the directory.",
      },

      {
        code: "AADSTS130008",
        meaning: "The device that holds the Windows Hello key was not found in the directory.",
        remedy: "No documented remedy: register the device again.",
      },

      {
        code: "AADSTS135010",
        meaning: "A key that the sign-in needs is not there.",
        remedy: "No documented remedy: register the device or the credential again.",
      },

      { code: "AADSTS135011", meaning: "The device in use is disabled.", remedy: "Enable the device." },

      {
        code: "AADSTS140000",
        meaning: "The request lacks its nonce.",
        remedy: "No documented remedy: begin the sign-in anew, so that the client asks for a nonce.",
      },

      {
        code: "AADSTS140001",
        meaning: "The session key was not accepted.",
        remedy: "No documented remedy: sign in again; register the device again if it stays.",
      },

      {
        code: "AADSTS16000",
        meaning:
          "The account comes from another identity provider and does not exist in the tenant of the application.",
        remedy: "Add the account to the tenant as an external user, or sign in with an account of the tenant.",
      },

      {
        code: "AADSTS16001",
        meaning: "The user's choice of an account could not be used.",
        remedy: "Choose the account again, or another one; for unattended work use a service principal.",
      },

      {
        code: "AADSTS16002",
        meaning: "The session that the application asked for is not there.",
        remedy: "No documented remedy: sign in again without naming a session.",
      },

      {
        code: "AADSTS160021",
        meaning: "The application asked for a session of the user that does not exist.",
        remedy: "Sign in again, if need be with another account.",
      },

      {
        code: "AADSTS16003",
        meaning: "The user was never added to the tenant of the resource.",
        remedy: "Add the user to the tenant.",
      },

      {
        code: "AADSTS165004",
        meaning: "The text of this error differs from case to case; the number itself says nothing.",
        remedy: "Read the message beside it.",
      },

      {
        code: "AADSTS165900",
        meaning: "The request to the API is not valid; nothing more is told.",
        remedy: "No documented remedy: read the message, and compare the request with the protocol.",
      },

      {
        code: "AADSTS17003",
        meaning: "Microsoft Entra could not provision the user's key.",
        remedy: "No documented remedy: sign in again, and open a case with Microsoft if it stays.",
      },

      {
        code: "AADSTS20001",
        meaning: "The federated identity provider gave a faulty WS-Federation sign-in response.",
        remedy: "Ask the operator of the federated identity provider; the response it gave is in its log.",
      },

      {
        code: "AADSTS20012",
        meaning: "The WS-Federation message of the federated identity provider is not valid.",
        remedy: "Ask the operator of the federated identity provider; the response it gave is in its log.",
      },

      {
        code: "AADSTS20033",
        meaning: "The federation metadata name the wrong tenant.",
        remedy: "Ask the operator of the federated identity provider to correct the metadata.",
      },

      {
        code: "AADSTS220501",
        meaning: "The certificate revocation list could not be downloaded properly.",
        remedy: "Have the administrator check the address of the certificate revocation list.",
      },

      {
        code: "AADSTS221000",
        meaning: "The resource does not accept a token that stands for a device alone.",
        remedy: "No documented remedy: sign in as a user or a service principal.",
      },

      {
        code: "AADSTS230109",
        meaning: "The backup sign-in service was called directly instead of through its gateway.",
        remedy: "Send the request through the usual sign-in endpoint.",
      },

      {
        code: "AADSTS240002",
        meaning: "The id_token lacks a claim and cannot be traded in for a token (jwt-bearer).",
        remedy: "Use another token.",
      },

      {
        code: "AADSTS28002",
        meaning: "The scope in the token request is not valid.",
        remedy:
          "Ask for a scope that exists; for client credentials it is the resource's address followed by `/.default`.",
      },

      {
        code: "AADSTS28003",
        meaning: "The scope is empty while an authorization code is redeemed.",
        remedy: "Send the scope with the request.",
      },

      {
        code: "AADSTS40008",
        meaning: "The federated OAuth2 provider failed in a way that a retry does not mend.",
        remedy: "Ask the operator of the federated identity provider.",
      },

      {
        code: "AADSTS40009",
        meaning: "The federated OAuth2 provider refused the refresh token of the user.",
        remedy: "Sign in to the connection again; if that fails too, ask the operator of the federated provider.",
      },

      {
        code: "AADSTS40010",
        meaning: "The federated OAuth2 provider failed for the moment.",
        remedy: "Try again after a while, then ask the operator of the federated identity provider.",
      },

      {
        code: "AADSTS40015",
        meaning: "The federated OAuth2 provider refused the authorization code of the user.",
        remedy: "Sign in to the connection again; if that fails too, ask the operator of the federated provider.",
      },
    ],
  },
];
