import { sources } from "./sources.ts";
import type { FamilyCodes } from "./families.ts";

/** Sign-ins that Microsoft Entra refused, AADSTS5…: users, devices, sessions and policies. */
export const entra5Codes = (): readonly FamilyCodes[] => [
  {
    family: "aad",
    source: sources.entra,
    codes: [
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
        code: "AADSTS500014",
        meaning:
          "The service principal of the resource is disabled, through a lapsed subscription or by an administrator.",
        remedy: "Renew the subscription or enable the service principal of the resource.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS50002",
        meaning: "A proxy or tenant restriction forbids signing in to this tenant.",
        remedy: "Allow the tenant in the tenant restrictions.",
      },

      {
        code: "AADSTS500021",
        meaning: "Tenant restrictions are on, and this tenant is not on the list of allowed ones.",
        remedy: "Have the network administrator add the tenant to the Restrict-Access-To-Tenants list.",
      },

      {
        code: "AADSTS500022",
        meaning: "Tenant restrictions are on, and this tenant is not on the list of allowed ones.",
        remedy: "Have the network administrator add the tenant to the Restrict-Access-To-Tenants list.",
      },

      {
        code: "AADSTS50003",
        meaning: "The application has no key or certificate to sign tokens with.",
        remedy: "Set up single sign-on or a signing certificate for the application.",
      },

      {
        code: "AADSTS50005",
        meaning: "The device's platform is not one that Conditional Access supports.",
        remedy: "Sign in from a supported platform, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50006",
        meaning: "The signature of the request is wrong.",
        remedy: "Sign with the key that is registered for the application.",
      },

      {
        code: "AADSTS50007",
        meaning: "The application has no certificate for encryption with the partner.",
        remedy: "Open a case with Microsoft.",
      },

      {
        code: "AADSTS50008",
        meaning: "The SAML assertion in the token is missing or set up wrongly.",
        remedy: "Ask the operator of the federation provider.",
      },

      {
        code: "AADSTS5000819",
        meaning: "The SAML assertion has no e-mail claim, or one of another domain.",
        remedy: "Correct the e-mail claim at the federation provider.",
      },

      {
        code: "AADSTS50010",
        meaning: "No audience is set up for the application, so that the token's audience could not be checked.",
        remedy: "Set the application's identifier (audience) in its registration.",
      },

      {
        code: "AADSTS50011",
        meaning: "The reply address in the request is not registered for the application.",
        remedy: "Register exactly this redirect URI for the application.",
      },

      {
        code: "AADSTS500113",
        meaning: "No redirect address is registered for the application.",
        remedy: "Register the redirect URI of the client.",
        source: sources.signInReports,
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
        code: "AADSTS500133",
        meaning: "The assertion or token is expired or not yet valid.",
        remedy: "Request a new token; check the clock of the sender.",
      },

      {
        code: "AADSTS50014",
        meaning: "The guest account of the user is not (yet) in this directory.",
        remedy: "Invite or accept the guest account, or sign in to the right tenant.",
      },

      {
        code: "AADSTS50015",
        meaning: "The user has to consent in the way that their legal age group demands.",
        remedy: "No documented remedy: let a person sign in once, or use an account that is no minor's.",
      },

      {
        code: "AADSTS50017",
        meaning: "The certificate could not be validated: unknown issuer or revocation list out of reach.",
        remedy: "Have the tenant administrator check trusted issuers and revocation lists.",
      },

      {
        code: "AADSTS50020",
        meaning: "The user's account does not exist in the tenant.",
        remedy: "Sign in with an account that belongs to the tenant.",
      },
      {
        code: "AADSTS500208",
        meaning: "The account is of another kind (work or personal) than the tenant accepts.",
        remedy: "Use an account of the kind that the tenant accepts.",
      },

      {
        code: "AADSTS500212",
        meaning: "The outbound access policy of the user's own organisation forbids this tenant.",
        remedy: "Have the administrator of the home tenant allow it.",
      },

      {
        code: "AADSTS500213",
        meaning: "The inbound access policy of the resource tenant does not allow this user.",
        remedy: "Have the administrator of the resource tenant allow it.",
      },

      {
        code: "AADSTS50027",
        meaning: "The JWT is not valid: claims, issuer, audience, validity time, format or signature.",
        remedy: "Create the token anew with the right issuer, audience and times.",
      },

      {
        code: "AADSTS50029",
        meaning: "The URI holds a domain name with characters that are not allowed.",
        remedy: "Correct the URI; ask the tenant administrator.",
      },

      { code: "AADSTS50032", meaning: "The RSA key in use is too weak.", remedy: "Use a stronger key." },

      { code: "AADSTS50033", meaning: "A passing fault of the sign-in service.", remedy: "Try again after a moment." },

      {
        code: "AADSTS50034",
        meaning: "The directory (tenant) has no such user.",
        remedy: "Check the user name and the tenant in the connection.",
      },

      {
        code: "AADSTS500341",
        meaning: "The account of the user was deleted from the directory.",
        remedy: "Give the connection another account, or have this one restored; renewing the sign-in does not help.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS50042",
        meaning: "The principal lacks the salt from which its pairwise identifier is made.",
        remedy: "Ask the administrator of the tenant.",
      },

      {
        code: "AADSTS50043",
        meaning: "The principal has several salts for its pairwise identifier.",
        remedy: "No documented remedy: ask the administrator of the tenant, or open a case with Microsoft.",
      },

      {
        code: "AADSTS50048",
        meaning: "Subject and issuer of the client assertion differ.",
        remedy: "Put the client id into both sub and iss of the assertion.",
      },

      {
        code: "AADSTS50049",
        meaning: "The request for discovery names a cloud that is not known.",
        remedy: "Use the sign-in host of the cloud that the tenant is in.",
      },

      {
        code: "AADSTS50050",
        meaning: "The request for discovery is malformed.",
        remedy: "Correct the request; the tenant in its path is the likely fault.",
      },

      {
        code: "AADSTS50053",
        meaning:
          "The account is locked after too many wrong passwords, or the sign-in came from an address of bad repute.",
        remedy:
          "Find what keeps trying an old password, wait or have the account unlocked, then correct the connection.",
      },

      {
        code: "AADSTS50055",
        meaning: "The user's password has expired.",
        remedy:
          "Set a new password and update the connection with it; an account for unattended work is better a service principal.",
      },

      {
        code: "AADSTS50056",
        meaning: "The directory holds no password for this user, or none was sent.",
        remedy: "Enter the password again, or have one set; a federated user signs in at their own provider.",
      },

      {
        code: "AADSTS50057",
        meaning: "The user account is disabled.",
        remedy: "Have it enabled, or give the connection another account.",
      },

      {
        code: "AADSTS50058",
        meaning: "Nobody is signed in, so a silent sign-in has no session to use.",
        remedy: "Sign in interactively, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50059",
        meaning: "Neither the request nor the credentials say which tenant is meant.",
        remedy: "Put the tenant id into the connection (it is part of the token endpoint).",
      },

      {
        code: "AADSTS50061",
        meaning: "The request to sign out is not valid.",
        remedy: "No documented remedy: it does not concern a connection; close the session in the browser.",
      },

      {
        code: "AADSTS50064",
        meaning: "The user name or the password did not pass.",
        remedy: "Correct the credentials in the connection.",
      },

      {
        code: "AADSTS50068",
        meaning: "The application that began the sign-out takes no part in the session.",
        remedy: "No documented remedy: it does not concern a connection; close the session in the browser.",
      },

      {
        code: "AADSTS50070",
        meaning: "The sign-out names a session that does not exist.",
        remedy: "No documented remedy: it does not concern a connection; close the session in the browser.",
      },

      { code: "AADSTS50071", meaning: "The request to sign out is expired.", remedy: "Sign out again." },

      {
        code: "AADSTS50072",
        meaning: "The user has to register a second factor, which a person must do.",
        remedy: "Register it, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50074",
        meaning: "The sign-in needs a stronger proof than a password.",
        remedy: "Use a service principal for unattended work, or have the policy except this account.",
      },

      {
        code: "AADSTS50076",
        meaning:
          "Multi-factor authentication is required, by a change of policy or since the user moved to a new place.",
        remedy: "Use a service principal for unattended work, or have the policy except this account.",
      },

      {
        code: "AADSTS50078",
        meaning: "The multifactor sign-in is older than the policy allows.",
        remedy: "Sign in again with the second factor.",
      },

      {
        code: "AADSTS50079",
        meaning: "The account must enrol in multi-factor authentication, which a connection cannot do by itself.",
        remedy: "Connect with a service principal in place of a user.",
        source: sources.signInDynamics,
      },
      {
        code: "AADSTS50085",
        meaning: "The refresh token needs a new login at a social identity provider.",
        remedy: "Have the user sign in again.",
      },

      {
        code: "AADSTS50086",
        meaning: "Strong authentication failed and will not succeed by trying again; no reason is given.",
        remedy: "No documented remedy: an administrator sees more in the sign-in log of Microsoft Entra.",
      },

      {
        code: "AADSTS50087",
        meaning: "A passing fault during strong authentication.",
        remedy: "Try again after a moment.",
      },

      {
        code: "AADSTS50088",
        meaning: "The limit of telephone calls or texts for the second factor is reached.",
        remedy: "Wait some minutes, then try again.",
      },

      {
        code: "AADSTS50089",
        meaning: "The token of the sign-in's own steps is expired.",
        remedy: "Begin the sign-in anew.",
      },

      {
        code: "AADSTS50097",
        meaning: "The device itself must authenticate.",
        remedy: "Sign in from a registered device, or have the policy changed.",
      },

      {
        code: "AADSTS50099",
        meaning: "The signature with which the device proves itself is wrong.",
        remedy: "No documented remedy: register the device again, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50105",
        meaning: "The user is not assigned to a role of the application, which demands it.",
        remedy: "Have an administrator assign the user, or a group of theirs, to the application.",
      },

      {
        code: "AADSTS501051",
        meaning: "The application is not assigned to a role of the resource application, which demands an assignment.",
        remedy: "Assign an application role to the client, or lift the demand for assignment.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS50107",
        meaning: "The federation realm that the request names is not known.",
        remedy: "Ask the administrator of the tenant.",
      },

      {
        code: "AADSTS50120",
        meaning: "The header of the JWT is not right.",
        remedy: "Ask the administrator of the tenant; whoever makes the token must correct its header.",
      },

      {
        code: "AADSTS50124",
        meaning: "The claims transformation of the policy has a wrong input parameter.",
        remedy: "Have the tenant administrator correct the policy.",
      },

      {
        code: "AADSTS501241",
        meaning: "The claims transformation needs an input that has no value, often the one for NameID.",
        remedy: "Map the user identifier (NameID) among the claims of the enterprise application.",
      },

      {
        code: "AADSTS50125",
        meaning: "A password reset or its registration interrupted the sign-in.",
        remedy: "Finish the password step, then sign in again.",
      },

      {
        code: "AADSTS50126",
        meaning: "The user name or the password is wrong.",
        remedy:
          "Correct the credentials in the connection; an account whose password was changed must be updated there, too.",
      },

      {
        code: "AADSTS50127",
        meaning: "The user must install a broker application first.",
        remedy: "Install it on the device.",
      },

      {
        code: "AADSTS50128",
        meaning: "The domain name is wrong, so no tenant can be found.",
        remedy: "Correct tenant or domain in the request.",
      },

      { code: "AADSTS50129", meaning: "The device is not joined to the workplace.", remedy: "Register the device." },

      {
        code: "AADSTS50131",
        meaning: "Conditional Access refused: state of the device, suspicious activity or a policy.",
        remedy: "Have the administrator look up the policy in the sign-in log.",
      },

      {
        code: "AADSTS50132",
        meaning: "The session ended as the password expired or was changed.",
        remedy: "Sign in again and renew the connection.",
      },

      {
        code: "AADSTS50133",
        meaning: "The session was revoked as the password expired or was changed.",
        remedy: "Sign in again and renew the connection.",
      },

      {
        code: "AADSTS50134",
        meaning: "The device code was authorised in another data center than it was issued in.",
        remedy: "Start the device flow again from the same region.",
      },

      {
        code: "AADSTS50135",
        meaning: "The password must be changed as the account counts as at risk.",
        remedy: "Change the password, then renew the connection.",
      },

      {
        code: "AADSTS50136",
        meaning: "One session of a personal account was found and handed to the application.",
        remedy: "No documented remedy: it is part of a normal sign-in; sign in again if it stops there.",
      },

      {
        code: "AADSTS50139",
        meaning: "The session lacks the refresh token of the external provider.",
        remedy: "Sign in again.",
      },

      {
        code: "AADSTS50140",
        meaning: "The question whether to stay signed in interrupted the sign-in.",
        remedy:
          "Normal where a person signs in. If it stays, open a case with Microsoft and give the ids in the message.",
      },

      {
        code: "AADSTS50143",
        meaning: "The session is of another tenant than the domain hint.",
        remedy: "Sign in anew; if it stays, open a case with Microsoft and give the ids in the message.",
      },

      {
        code: "AADSTS50144",
        meaning: "The user's password in the on-premises Active Directory has expired.",
        remedy: "Have it reset there, then update the connection.",
      },

      {
        code: "AADSTS50146",
        meaning: "The application needs a signing key of its own, which is absent, expired or not yet valid.",
        remedy: "Have the owner of the application set a valid signing key.",
      },

      {
        code: "AADSTS501461",
        meaning: "Mapped claims are accepted only for an audience of the application or of a verified domain.",
        remedy: "Change the resource identifier, or use a signing key of the application.",
      },

      {
        code: "AADSTS50147",
        meaning: "The PKCE code challenge is absent or has a wrong size.",
        remedy: "Create the code challenge as the standard demands.",
      },

      {
        code: "AADSTS501481",
        meaning: "Code verifier and code challenge do not belong together.",
        remedy: "Send the verifier of the same authorization request.",
      },

      {
        code: "AADSTS501491",
        meaning: "The PKCE code challenge has a wrong size.",
        remedy: "Create the code challenge as the standard demands.",
      },

      {
        code: "AADSTS50155",
        meaning: "The device could not be authenticated for this user.",
        remedy: "No documented remedy: register the device again, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50158",
        meaning: "An additional security check outside Entra was not passed.",
        remedy: "Pass the check, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50161",
        meaning: "The external provider did not send the claims that are needed.",
        remedy: "Have the administrator correct the external provider.",
      },

      {
        code: "AADSTS501621",
        meaning: "A regular expression of the claims transformation ran too long.",
        remedy: "Try again; have the administrator simplify the expression.",
      },

      {
        code: "AADSTS50166",
        meaning: "The request to the external claims provider could not be sent (throttled).",
        remedy: "Try again after a while.",
      },

      {
        code: "AADSTS50168",
        meaning: "The browser can supply a sign-on token, but it is missing or expired.",
        remedy: "No documented remedy: sign in again in the browser.",
      },

      {
        code: "AADSTS50169",
        meaning: "The realm is not one that this service knows.",
        remedy: "Check the realm in the request.",
      },

      {
        code: "AADSTS50170",
        meaning: "The external controls of the policy are mapped to nothing.",
        remedy: "Have the administrator complete the mapping of the controls.",
      },

      {
        code: "AADSTS50173",
        meaning: "The grant behind the token was revoked, for instance since the password was changed.",
        remedy: "Sign in to the connection again.",
      },

      {
        code: "AADSTS50177",
        meaning: "Passthrough users cannot take an external security check.",
        remedy: "Use an account of the tenant.",
      },

      {
        code: "AADSTS50178",
        meaning: "Passthrough users cannot have session controls.",
        remedy: "Use an account of the tenant.",
      },

      {
        code: "AADSTS50180",
        meaning: "The sign-in has to use integrated Windows authentication.",
        remedy: "Enable seamless single sign-on for the tenant.",
      },

      {
        code: "AADSTS50181",
        meaning: "The one-time code was wrong or too old.",
        remedy: "Enter a new code.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS50187",
        meaning: "The device sent nothing that proves which one it is.",
        remedy:
          "No documented remedy: sign in from a registered device, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS50192",
        meaning: "The sign-in request holds no credential, for example no client certificate.",
        remedy: "Send the credential; check whether a proxy removes the certificate.",
      },

      {
        code: "AADSTS50194",
        meaning: "The application is for a single tenant, but was called through the common endpoint.",
        remedy: "Use the endpoint of the tenant, or make the application multitenant.",
      },

      {
        code: "AADSTS50196",
        meaning: "The client asks for the same token again and again.",
        remedy: "Cache tokens and handle refusals in the client.",
      },

      { code: "AADSTS50197", meaning: "The user was not found because identities conflict.", remedy: "Sign in again." },

      {
        code: "AADSTS50199",
        meaning: "The user was asked to confirm which application is signing in.",
        remedy: "Nothing to do; the user confirms it.",
      },

      {
        code: "AADSTS51000",
        meaning: "A feature that the sign-in needs is switched off in the tenant.",
        remedy: "No documented remedy: the message names the feature; ask the administrator of the tenant.",
      },

      {
        code: "AADSTS51001",
        meaning: "An on-premises identifier was sent without the domain hint that it needs.",
        remedy: "Send the domain hint as well.",
      },

      {
        code: "AADSTS51004",
        meaning: "The account is not in the directory of this tenant.",
        remedy: "Add it as a guest, or sign in to the right tenant.",
      },

      {
        code: "AADSTS51005",
        meaning: "A redirect, like HTTP 307; not a fault by itself.",
        remedy: "Nothing to repair: the client should follow the Location header with the same method.",
      },

      {
        code: "AADSTS51006",
        meaning: "The session was opened without integrated Windows authentication, which is needed here.",
        remedy: "Sign in again.",
      },

      {
        code: "AADSTS52004",
        meaning: "The user has not consented to the use of LinkedIn.",
        remedy: "No documented remedy: it does not stop other resources; a person may give the consent.",
      },

      {
        code: "AADSTS53000",
        meaning: "The device does not comply with what a policy demands.",
        remedy: "Ask the tenant's administrator to adjust the policy.",
      },
      {
        code: "AADSTS530002",
        meaning: "Conditional Access demands a compliant device.",
        remedy: "Sign in from such a device, or use a service principal for unattended work.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS530003",
        meaning: "Conditional Access demands a managed device.",
        remedy: "Sign in from such a device, or use a service principal for unattended work.",
        source: sources.signInReports,
      },

      {
        code: "AADSTS53001",
        meaning: "Conditional Access demands a device that is joined to the domain.",
        remedy: "Use a service principal for unattended work, or have the policy except this account.",
      },

      {
        code: "AADSTS53002",
        meaning: "Conditional Access allows approved applications only, and this is none.",
        remedy: "Use an approved application, a service principal for unattended work, or have the policy changed.",
      },

      {
        code: "AADSTS53003",
        meaning: "A Conditional Access policy blocked the sign-in.",
        remedy: "Ask the tenant's administrator to adjust the policy.",
      },
      {
        code: "AADSTS530032",
        meaning: "A security policy of the tenant blocks the request.",
        remedy: "Have the administrator compare the request with the policies.",
      },

      {
        code: "AADSTS530034",
        meaning: "A delegated administrator is blocked in the home tenant as a risk.",
        remedy: "Have the administrator of the home tenant clear the risk.",
      },

      {
        code: "AADSTS530035",
        meaning: "The security defaults of the tenant block the sign-in.",
        remedy:
          "Use a service principal and modern authentication; an administrator sees the reason in the sign-in log.",
      },

      {
        code: "AADSTS53004",
        meaning: "The user must register for multifactor authentication, but is held back as a risk.",
        remedy: "Have the user register, or use a service principal for unattended work.",
      },

      {
        code: "AADSTS53010",
        meaning: "The second factor can be set up only from certain places or devices.",
        remedy: "Set it up from a place or device that the organisation allows.",
      },

      {
        code: "AADSTS53011",
        meaning: "The user is blocked in their home tenant as a risk.",
        remedy: "Have the administrator of the home tenant clear the risk.",
      },

      {
        code: "AADSTS54000",
        meaning: "A legal age rule blocks the user.",
        remedy: "No documented remedy: use an account that is no minor's.",
      },

      {
        code: "AADSTS54005",
        meaning: "The authorization code was redeemed before.",
        remedy: "Sign in to the connection again, which brings a new code.",
      },
    ],
  },
];
