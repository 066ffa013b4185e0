import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Sign-ins that Microsoft Entra refused, AADSTS8… and AADSTS9…: on-premises agents, Kerberos, malformed requests, clouds. */
export const entra9Codes = (): readonly FamilyCodes[] => [
  {
    family: "aad",
    source: sources.entra,
    codes: [
      {
        code: "AADSTS80001",
        meaning: "The authentication agent cannot reach Active Directory.",
        remedy: "Check that the agents are in the forest of the users and can reach it.",
      },

      {
        code: "AADSTS80002",
        meaning: "Checking the password at the agent took too long.",
        remedy: "Check that Active Directory answers the agents.",
      },

      {
        code: "AADSTS80005",
        meaning: "The answer of the authentication agent could not be processed, for an unknown reason.",
        remedy: "Try again; if it stays, open a case with Microsoft.",
      },

      {
        code: "AADSTS80007",
        meaning: "The authentication agent could not check the password.",
        remedy: "Look into the agent log and check Active Directory.",
      },

      {
        code: "AADSTS80010",
        meaning: "The authentication agent could not decrypt the password.",
        remedy: "No documented remedy: restart or reinstall the agent, then let the user sign in again.",
      },

      {
        code: "AADSTS80012",
        meaning: "The account may not sign in at this hour.",
        remedy: "Sign in within the allowed hours, or have them changed in Active Directory.",
      },

      {
        code: "AADSTS80013",
        meaning: "The clocks of agent and Active Directory differ.",
        remedy: "Synchronise the clocks.",
      },

      {
        code: "AADSTS80014",
        meaning: "The authentication agent answered later than it may.",
        remedy: "Open a case with Microsoft, with the ids and the time in the message.",
      },

      {
        code: "AADSTS81004",
        meaning: "The Kerberos sign-in failed.",
        remedy:
          "No documented remedy: get a new Kerberos ticket (lock and unlock the device), and check seamless single sign-on.",
      },

      {
        code: "AADSTS81005",
        meaning: "Seamless single sign-on met an authentication package that it cannot handle.",
        remedy: "No documented remedy: it wants Kerberos; check that the client does not fall back to NTLM.",
      },

      {
        code: "AADSTS81006",
        meaning: "The request has no authorization header, so that seamless single sign-on could not work.",
        remedy: "No documented remedy: check the browser's list of intranet sites.",
      },

      {
        code: "AADSTS81007",
        meaning: "Seamless single sign-on is not on for the tenant.",
        remedy: "Switch it on, or sign in otherwise.",
      },

      {
        code: "AADSTS81009",
        meaning: "The user's Kerberos ticket could not be validated.",
        remedy: "No documented remedy: roll over the key of seamless single sign-on, then get a new ticket.",
      },

      {
        code: "AADSTS81010",
        meaning: "The Kerberos ticket of the user is expired or not valid.",
        remedy: "Get a new ticket (sign in to the device again).",
      },

      {
        code: "AADSTS81011",
        meaning: "The user in the Kerberos ticket was not found in the directory.",
        remedy: "No documented remedy: check that the user is synchronised to Microsoft Entra.",
      },

      {
        code: "AADSTS81012",
        meaning: "Another user signs in than the one of the device.",
        remedy: "Sign in as the user of the device.",
      },

      {
        code: "AADSTS90002",
        meaning: "The tenant cannot be found.",
        remedy: "Check the tenant id, and that it belongs to the cloud that is being asked.",
      },
      {
        code: "AADSTS900021",
        meaning: "The tenant id in the request is not valid, for example all zeros.",
        remedy: "Correct the tenant id in the connection.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS900023",
        meaning: "The tenant in the request is neither an id nor a domain that is known.",
        remedy: "Correct the tenant id in the connection.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS90004",
        meaning: "The request is badly formed.",
        remedy: "Correct the request; for a connection, check that ids and addresses hold no stray characters.",
      },

      {
        code: "AADSTS90005",
        meaning: "Identifier and login hint were sent together.",
        remedy: "Send only one of them.",
      },

      {
        code: "AADSTS90006",
        meaning: "A server behind Microsoft Entra is unavailable for a while; the request may be repeated.",
        remedy: "Run again.",
      },
      { code: "AADSTS90007", meaning: "The session id cannot be parsed.", remedy: "Start a new session." },

      {
        code: "AADSTS90008",
        meaning: "Consent is missing: the application needs at least the right to sign in and read the profile.",
        remedy: "Have an administrator give the consent.",
      },

      {
        code: "AADSTS90009",
        meaning: "The application asks for a token for itself, without giving its own GUID as the resource.",
        remedy: "Use the application id (GUID) as the resource.",
      },

      {
        code: "AADSTS90010",
        meaning: "The algorithm that the request asks for cannot be used.",
        remedy: "No documented remedy: ask for another signing algorithm.",
      },

      {
        code: "AADSTS9001023",
        meaning: "This grant type does not work at the common or consumers endpoint.",
        remedy: "Use the endpoint of the tenant or organisations.",
      },

      { code: "AADSTS90012", meaning: "The request to Microsoft Entra timed out.", remedy: "Run again." },
      {
        code: "AADSTS90013",
        meaning: "What the user entered is not valid.",
        remedy: "Correct what was entered in the connection.",
      },

      {
        code: "AADSTS90014",
        meaning: "The request lacks a field that it must have; the message names it.",
        remedy: "Complete the connection's credentials; an empty client id or secret does this.",
      },

      {
        code: "AADSTS900144",
        meaning: "The request lacks a field that it must have; the message names it.",
        remedy: "Complete the connection's credentials; an empty client id or secret does this.",
      },

      { code: "AADSTS90015", meaning: "The request carries more query text than allowed.", remedy: "Shorten it." },

      {
        code: "AADSTS90016",
        meaning: "The access token lacks a required claim.",
        remedy: "Request a token with the claim.",
      },

      {
        code: "AADSTS90019",
        meaning: "The tenant cannot be told from the request.",
        remedy: "Use the tenant id in the endpoint.",
      },

      {
        code: "AADSTS90020",
        meaning: "The SAML 1.1 assertion lacks the ImmutableID of the user.",
        remedy: "Have the developer or the federation provider add it.",
      },

      {
        code: "AADSTS90022",
        meaning: "The principal name does not follow name, host and realm.",
        remedy: "Correct the principal name.",
      },

      {
        code: "AADSTS90023",
        meaning: "The request to the sign-in service is not valid.",
        remedy: "Correct the request; the message says what is wrong with it.",
      },

      {
        code: "AADSTS9002313",
        meaning: "The request is malformed.",
        remedy: "Compare the request with the protocol; a trace of it helps.",
      },

      {
        code: "AADSTS9002326",
        meaning: "A browser redeemed a token, though the redirect URI is not registered for single page applications.",
        remedy: "Register the redirect URI under the platform for single page applications.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS9002327",
        meaning: "A redirect URI for single page applications was used outside a browser (no Origin header).",
        remedy: "Register the redirect URI under web or desktop instead.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS9002332",
        meaning: "The application is only for work accounts, but the consumers endpoint was used.",
        remedy: "Use the endpoint of the tenant or organisations.",
      },

      {
        code: "AADSTS9002341",
        meaning: "The user has to permit single sign-on first.",
        remedy: "Send the user to the consent page.",
      },

      {
        code: "AADSTS900236",
        meaning: "The SAML request sets a property that is not supported.",
        remedy: "Leave out the named property.",
      },

      {
        code: "AADSTS90024",
        meaning: "Microsoft Entra met a passing error: a request used up its budget.",
        remedy: "Run again.",
      },
      {
        code: "AADSTS90027",
        meaning: "The v1 protocol cannot issue tokens for personal accounts.",
        remedy: "Have the vendor move to version 2.0 of the protocol.",
      },

      {
        code: "AADSTS90033",
        meaning: "A directory service of Microsoft (MSODS) is unavailable for a while.",
        remedy: "Run again.",
      },
      {
        code: "AADSTS90036",
        meaning: "The directory service behind the sign-in failed for good.",
        remedy: "Open a support case.",
      },

      {
        code: "AADSTS90038",
        meaning: "The tenant belongs to another (national) cloud.",
        remedy: "Use the login host of that cloud.",
      },

      {
        code: "AADSTS900382",
        meaning: "A client with a secret cannot sign in across clouds.",
        remedy: "Register the application in the cloud in question.",
      },

      {
        code: "AADSTS900384",
        meaning: "The signature of the JWT could not be verified; the message has the detail.",
        remedy: "Read the message; check key and certificate.",
      },

      {
        code: "AADSTS90043",
        meaning: "The redirect to a national cloud is switched off.",
        remedy: "No documented remedy: use the sign-in host of that cloud directly.",
      },

      {
        code: "AADSTS900432",
        meaning: "A client with a secret cannot sign in across clouds.",
        remedy: "Register the application in the cloud in question.",
      },

      {
        code: "AADSTS90051",
        meaning: "The identifier of the national cloud is wrong.",
        remedy: "Correct the cloud in the request.",
      },

      {
        code: "AADSTS90055",
        meaning: "The tenant is being throttled, because too many requests were sent.",
        remedy: "Let fewer sign-ins happen at once, then run again.",
      },
      {
        code: "AADSTS90056",
        meaning: "The token request is not a POST with an authorization code to the token endpoint.",
        remedy: "Get a code at the authorize endpoint, then POST it to the token endpoint.",
      },

      {
        code: "AADSTS900561",
        meaning: "The endpoint was called with a wrong HTTP method.",
        remedy: "Use the method in the message, mostly POST.",
      },

      {
        code: "AADSTS90072",
        meaning: "The external account is not in the tenant, or its ImmutableID differs.",
        remedy: "Add it as an external user, or use another account.",
      },

      {
        code: "AADSTS90081",
        meaning: "A WS-Federation message could not be processed.",
        remedy: "No documented remedy: ask the operator of the federated identity provider.",
      },

      {
        code: "AADSTS90082",
        meaning: "The authentication policy that was asked for is not supported.",
        remedy: "No documented remedy: ask for another policy, or none.",
      },

      { code: "AADSTS90084", meaning: "Guests may not sign in here.", remedy: "Use an account of the tenant itself." },

      {
        code: "AADSTS90085",
        meaning: "The company object of the tenant is not set up yet.",
        remedy: "Wait until it is; ask the administrator if it stays.",
      },

      {
        code: "AADSTS90086",
        meaning: "A delegated token of the user has run out.",
        remedy: "Sign in to the connection again.",
      },

      {
        code: "AADSTS90087",
        meaning: "No WS-Federation message could be made from the URI.",
        remedy: "No documented remedy: check the reply and metadata addresses of the federation.",
      },

      {
        code: "AADSTS90090",
        meaning: "The directory service is out of reach for the moment.",
        remedy: "Try again after a moment.",
      },

      {
        code: "AADSTS90091",
        meaning: "The directory (Graph) service cannot be reached.",
        remedy: "No documented remedy: try again after a while.",
      },

      {
        code: "AADSTS90092",
        meaning: "The directory (Graph) service failed and will not succeed by trying again; no reason is given.",
        remedy: "No documented remedy: open a case with Microsoft, with the ids in the message.",
      },

      {
        code: "AADSTS90093",
        meaning: "Graph refused the request as forbidden.",
        remedy: "Have the administrator check the permissions.",
      },

      {
        code: "AADSTS90094",
        meaning: "An administrator must consent to the application first.",
        remedy: "Ask the tenant's administrator for that consent.",
      },
      {
        code: "AADSTS90095",
        meaning: "The user must ask the administrator for consent.",
        remedy: "Request the consent; the administrator grants it.",
      },

      { code: "AADSTS900971", meaning: "The request has no reply address.", remedy: "Send a registered redirect URI." },

      {
        code: "AADSTS90099",
        meaning: "The application is not authorised in the external tenant.",
        remedy: "Give consent beforehand, or authorise it through the Partner Center API.",
      },

      {
        code: "AADSTS90100",
        meaning: "A parameter is empty or not valid.",
        remedy: "Correct the parameter that the message names.",
      },

      {
        code: "AADSTS901002",
        meaning: "The endpoint does not take the resource parameter.",
        remedy: "Use scope in place of resource.",
      },

      { code: "AADSTS90101", meaning: "The given e-mail address is not one.", remedy: "Correct the address." },

      { code: "AADSTS90102", meaning: "A parameter must be an absolute URI, but is not.", remedy: "Correct the URI." },

      {
        code: "AADSTS90107",
        meaning: "The request holds characters that are not allowed in XML.",
        remedy: "Remove them.",
      },

      {
        code: "AADSTS90114",
        meaning: "The bulk token would be expired when issued.",
        remedy: "Correct its expiry date.",
      },

      {
        code: "AADSTS90117",
        meaning: "The input of the request is not valid; nothing more is told.",
        remedy: "No documented remedy: compare the request with the protocol, field by field.",
      },

      { code: "AADSTS90119", meaning: "The user code of the device flow was not sent.", remedy: "Send the user code." },

      {
        code: "AADSTS90120",
        meaning: "The device flow request was already approved or declined.",
        remedy: "Start a new one.",
      },

      { code: "AADSTS90121", meaning: "Nothing was sent in the request.", remedy: "Send a complete request." },

      {
        code: "AADSTS90123",
        meaning: "The identity or claims provider behind the sign-in refused to have a token issued.",
        remedy: "Ask the operator of that provider.",
      },

      {
        code: "AADSTS90124",
        meaning: "The resource does not work at the common or consumers endpoint.",
        remedy: "Use the endpoint of the tenant or organisations.",
      },

      { code: "AADSTS90125", meaning: "The user is not known in the system.", remedy: "Check the user name." },

      {
        code: "AADSTS90126",
        meaning: "The tenant cannot be told from the user name, or the kind of user is not supported here.",
        remedy: "Use the endpoint of the tenant.",
      },

      {
        code: "AADSTS90130",
        meaning: "The application does not work at the common or consumers endpoint.",
        remedy: "Use the endpoint of the tenant or organisations.",
      },
    ],
  },
];
