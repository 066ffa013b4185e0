import { FlowrunError } from "../../errors.ts";
import type { ServerWords } from "../http/words.ts";
import type { GatewayService } from "./service.ts";

/**
 * The failure behind an answer of 4xx that waiting does not mend: likely cause, the clicks in Adobe Developer Console
 * that mend it, request id. Pure.
 */
export function refusal(status: number, words: ServerWords, url: string, service: GatewayService): FlowrunError {
  const known = remedies.get(words.code ?? "");
  const { name, setting, forbidden, missing, check } = service;
  const said = [words.code, words.text].filter((part) => part !== null).join(" ");
  const why = [`${name} answered ${status}`, said, known?.[0]].filter(Boolean).join(": ");
  const fail = (
    kind: "forbidden" | "unavailable" | "gap" | "protocol",
    message: string,
    hint: string,
    suspects: readonly string[] = [],
  ): FlowrunError => new FlowrunError(kind, message, { why, hint, suspects, requestId: words.requestId });
  switch (status) {
    case 403:
      return fail("forbidden", forbidden, known?.[1] ?? addManagementApi, known?.[2] ?? ofCredential);
    case 404:
      return fail("unavailable", `${missing.message} ${bare(url)}`, missing.hint, [setting]);
    case 410:
      return fail(
        "gap",
        "the place to read on from has expired: events may be missing",
        "the journal keeps seven days; read what is still there with: flowrun since oldest",
      );
    case 400:
      return fail("protocol", `${name} refused the question`, known?.[1] ?? check, known?.[2]);
    default:
      return fail(
        "protocol",
        `${name} answered ${status}, which it should not`,
        `${check}, and any proxy between here and Adobe`,
        [setting],
      );
  }
}

/** The failure behind a 403 that is a page for people: Adobe's gateway speaks JSON, so a proxy or a firewall said no. Pure. */
export function blocked(words: ServerWords, url: string, service: GatewayService): FlowrunError {
  return new FlowrunError("forbidden", `something between here and ${service.name} does not let this through`, {
    why: `${new URL(url).origin} answered 403: ${words.text ?? "a web page"}, where Adobe answers with JSON`,
    hint: `allow ${new URL(url).host} in the proxy or firewall, and ${service.check}`,
    suspects: [service.setting],
    requestId: words.requestId,
    examine: true,
  });
}

const credentialPage = "Adobe Developer Console → your project → OAuth Server-to-Server";
const addManagementApi =
  "add the I/O Management API to the credential's project: Adobe Developer Console → your project → Add to project → API → I/O Management API";

const ofCredential = ["accessToken", "clientId", "imsOrgId"] as const;

/** The gateway's codes: their meaning, what mends them, and which settings they blame. */
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
