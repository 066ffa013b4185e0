import { FlowrunError } from "../errors.ts";
import type { ServerWords } from "../http/words.ts";

const consoleCredential = "Adobe Developer Console → your project → OAuth Server-to-Server";

/** What the gateway's codes mean and the clicks that mend them (contract: journal, §1.6). */
const remedies = new Map<string, readonly [meaning: string, remedy: string]>([
  ["403000", ["no API key arrived", "set the client id: FLOWRUN_CLIENT_ID"]],
  [
    "403003",
    [
      "the API key is not valid here",
      `compare FLOWRUN_CLIENT_ID with ${consoleCredential} → Client ID; is the I/O Management API in the project?`,
    ],
  ],
  ["403010", ["no access token arrived", "check that no proxy strips the Authorization header"]],
  [
    "403011",
    [
      "the token's scopes do not cover the journal",
      `copy the scopes of ${consoleCredential} into FLOWRUN_SCOPES (adobeio_api is needed)`,
    ],
  ],
  ["403020", ["the access token is missing or not valid", `check client id and secret against ${consoleCredential}`]],
  [
    "403023",
    [
      "the credential's profile is not valid for this API",
      "add the I/O Management API to the project: Adobe Developer Console → Add to project → API",
    ],
  ],
  [
    "403024",
    [
      "the credential may not read the profile",
      "ask an administrator of the organisation to grant the credential its product profile",
    ],
  ],
  [
    "403025",
    [
      "the credential's profile is not valid for this API",
      "add the I/O Management API to the project: Adobe Developer Console → Add to project → API",
    ],
  ],
  ["400003", ["a required header is missing", "set all of FLOWRUN_CLIENT_ID and FLOWRUN_IMS_ORG_ID"]],
]);

/** The failure behind an answer of 4xx that waiting does not mend: likely cause, remedy, request id. Pure. */
export function refusal(status: number, words: ServerWords, url: string): FlowrunError {
  const known = remedies.get(words.code ?? "");
  const said = [words.code, words.text].filter((part) => part !== null).join(" ");
  const why = [`the journal answered ${String(status)}`, said, known?.[0]].filter(Boolean).join(": ");
  const details = { why, requestId: words.requestId };
  if (status === 403) {
    return new FlowrunError("forbidden", "Adobe does not let this credential read the journal", {
      ...details,
      hint:
        known?.[1] ??
        "add the I/O Management API to the project in Adobe Developer Console, and use the journal of a registration of the same project",
    });
  }
  if (status === 404) {
    return new FlowrunError("unavailable", `there is no journal at ${bare(url)}`, {
      ...details,
      hint: "copy the journaling URL anew: Adobe Developer Console → project → event registration → Journaling; a new registration takes two minutes",
    });
  }
  if (status === 410) {
    return new FlowrunError("gap", "the place to read on from has expired: events may be missing", {
      ...details,
      hint: "the journal keeps seven days; read what is still there with: flowrun since oldest",
    });
  }
  if (status === 400) {
    return new FlowrunError("protocol", "the journal refused the question", {
      ...details,
      hint: known?.[1] ?? "check --limit and FLOWRUN_JOURNAL_URL",
    });
  }
  return new FlowrunError("protocol", `the journal answered ${String(status)}, which it should not`, {
    ...details,
    hint: "check FLOWRUN_JOURNAL_URL, and any proxy between here and Adobe",
  });
}

/** A URL without its query. Pure. */
function bare(url: string): string {
  return url.replace(/[?#].*$/, "");
}
