import { FlowrunError } from "../../errors.ts";
import type { ServerWords } from "../http/words.ts";

/** Which of Adobe's services answered; both stand behind the same gateway. */
export type Service = "journal" | "registrations";

/** How each service is called in a sentence. */
export const serviceNames = {
  journal: "the journal",
  registrations: "the registrations API",
} as const satisfies Record<Service, string>;

/**
 * The failure behind an answer of 4xx that waiting does not mend (contract: journal, §1.6): likely cause, the clicks in
 * Adobe Developer Console that mend it, request id. Pure.
 */
export function refusal(status: number, words: ServerWords, url: string, service: Service = "journal"): FlowrunError {
  const known = remedies.get(words.code ?? "");
  const who = serviceNames[service];
  const said = [words.code, words.text].filter((part) => part !== null).join(" ");
  const why = [`${who} answered ${status}`, said, known?.[0]].filter(Boolean).join(": ");
  const fail = (
    kind: "forbidden" | "unavailable" | "gap" | "protocol",
    message: string,
    hint: string,
    suspects: readonly string[] = [],
  ): FlowrunError => new FlowrunError(kind, message, { why, hint, suspects, requestId: words.requestId });
  switch (status) {
    case 403:
      return fail("forbidden", forbidden[service], known?.[1] ?? addManagementApi, known?.[2] ?? ofCredential);
    case 404:
      return fail("unavailable", `${missing[service][0]} ${bare(url)}`, missing[service][1], [urlOf[service]]);
    case 410:
      return fail(
        "gap",
        "the place to read on from has expired: events may be missing",
        "the journal keeps seven days; read what is still there with: flowrun since oldest",
      );
    case 400:
      return fail("protocol", `${who} refused the question`, known?.[1] ?? checks[service], known?.[2]);
    default:
      return fail(
        "protocol",
        `${who} answered ${status}, which it should not`,
        `${checks[service]}, and any proxy between here and Adobe`,
        [urlOf[service]],
      );
  }
}

/** The failure behind a 403 that is a page for people: Adobe's gateway speaks JSON, so a proxy or a firewall said no. Pure. */
export function blocked(words: ServerWords, url: string, service: Service): FlowrunError {
  return new FlowrunError(
    "forbidden",
    `something between here and ${serviceNames[service]} does not let this through`,
    {
      why: `${new URL(url).origin} answered 403: ${words.text ?? "a web page"}, where Adobe answers with JSON`,
      hint: `allow ${new URL(url).host} in the proxy or firewall, and ${checks[service]}`,
      suspects: [urlOf[service]],
      requestId: words.requestId,
      examine: true,
    },
  );
}

const urlOf = { journal: "journalUrl", registrations: "apiUrl" } as const satisfies Record<Service, string>;

const forbidden = {
  journal: "Adobe does not let this credential read the journal",
  registrations: "Adobe does not let this credential list the registrations",
} as const satisfies Record<Service, string>;

const missing = {
  journal: [
    "there is no journal at",
    "see where the project's journals are: flowrun registrations   (a new registration takes two minutes)",
  ],
  registrations: [
    "there is no such organisation, project or workspace:",
    "log in with the file that the project's 'Download all' gives in Adobe Developer Console: flowrun login --from <file>",
  ],
} as const satisfies Record<Service, readonly [message: string, hint: string]>;

const checks = {
  journal: "check --limit and the journal's URL (flowrun config get journalUrl; FLOWRUN_JOURNAL_URL)",
  registrations: "check the ids and apiUrl: flowrun config list",
} as const satisfies Record<Service, string>;

const credentialPage = "Adobe Developer Console → your project → OAuth Server-to-Server";
const addManagementApi =
  "add the I/O Management API to the credential's project: Adobe Developer Console → your project → Add to project → API → I/O Management API";

const ofCredential = ["accessToken", "clientId", "imsOrgId"] as const;

/** What the gateway's codes mean, what mends them, and which settings they blame. */
const remedies = new Map<string, readonly [meaning: string, remedy: string, suspects: readonly string[]]>([
  ["400003", ["a required header is missing", "set client id and organisation: flowrun login", ["imsOrgId"]]],
  [
    "403000",
    [
      "no API key arrived",
      "set the client id: flowrun config set clientId <id>   (or FLOWRUN_CLIENT_ID)",
      ["clientId"],
    ],
  ],
  [
    "403003",
    [
      "the API key is not valid here",
      `compare the client id (flowrun whoami) with ${credentialPage} → Client ID; if it is the same, ${addManagementApi}`,
      ["clientId", "accessToken"],
    ],
  ],
  ["403010", ["no access token arrived", "check that no proxy strips the Authorization header", []]],
  [
    "403011",
    [
      "the token's scopes do not cover this",
      `copy the scopes from ${credentialPage} → Scopes: flowrun config set scopes <a,b,…>   (adobeio_api is needed)`,
      ["accessToken", "scopes"],
    ],
  ],
  [
    "403020",
    [
      "the access token is missing or not valid",
      `check client id and secret against ${credentialPage}`,
      ["accessToken"],
    ],
  ],
  ["403023", ["the credential's profile is not valid for this API", addManagementApi, ofCredential]],
  [
    "403024",
    [
      "the credential may not read the profile",
      "ask an administrator of the organisation to grant the credential its product profile: Adobe Admin Console → Products → API credentials",
      ofCredential,
    ],
  ],
  ["403025", ["the credential's profile is not valid for this API", addManagementApi, ofCredential]],
]);

/** A URL without its query. */
function bare(url: string): string {
  return url.replace(/[?#].*$/, "");
}
