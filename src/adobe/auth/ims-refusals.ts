import { FlowrunError, type FailureDetails } from "../../errors.ts";
import { isWebPage, saidIn, type ServerWords } from "../http/words.ts";
import type { Answer } from "../../host.ts";
import type { Credentials } from "./token.ts";

/** An answer of IMS that brought no token. */
export interface Refusal {
  readonly status: number;
  readonly words: ServerWords;
}

/** Whether it is the secret that IMS does not take, so that another one may do. Pure. */
export function blamesSecret({ words }: Refusal): boolean {
  return words.code === "invalid_client" && !/client_?id/i.test(words.text ?? "");
}

/** The failure where every secret was refused, the last of them so. Pure. */
export function secretsRefused({ clientId, secrets }: Credentials, refusal: Refusal): FlowrunError {
  const which = secrets.length > 1 ? `all ${secrets.length} secrets` : "the secret";
  return fail("auth", `IMS refused ${which} of client ${clientId}`, refusal, {
    hint: `compare client id and secret with ${credentialPage}, then: flowrun login`,
    suspects: ["clientSecret", "clientId"],
  });
}

/**
 * The failure behind any other answer that waiting does not mend: it blames what IMS blames, and where it was not IMS
 * that answered, the URL. Pure.
 */
export function tokenRefused({ clientId, imsUrl }: Credentials, refusal: Refusal): FlowrunError {
  switch (refusal.words.code ?? "") {
    case "invalid_client":
      return fail("auth", `IMS does not know the client ${clientId}`, refusal, {
        hint: `compare the client id with ${credentialPage} → Client ID: flowrun config set clientId <id>   (or FLOWRUN_CLIENT_ID)`,
        suspects: ["clientId"],
      });
    case "invalid_scope":
      return fail("auth", `IMS does not give client ${clientId} the scopes that were asked for`, refusal, {
        hint: `copy the scopes from ${credentialPage} → Scopes: flowrun config set scopes <a,b,…>   (or FLOWRUN_SCOPES)`,
        suspects: ["scopes"],
      });
    case "unauthorized_client":
    case "unsupported_grant_type":
      return fail("auth", `IMS does not let client ${clientId} ask for a token by its secret alone`, refusal, {
        hint: "use an OAuth Server-to-Server credential: Adobe Developer Console → your project → Add to project → API → OAuth Server-to-Server",
        suspects: ["clientId"],
      });
  }
  if (refusal.status === 404) return notIms(`there is no IMS at ${imsUrl}`, refusal);
  return fail("auth", `IMS refused to give client ${clientId} a token`, refusal, {
    hint: `compare client id, secret and scopes with ${credentialPage}, then: flowrun login`,
    suspects: ["clientSecret", "clientId", "scopes", "imsUrl"],
  });
}

/** The failure where somebody else than IMS answered, by a redirect or a page for people; `null` where it was IMS. Pure. */
export function strangersAnswer({ imsUrl }: Credentials, answer: Answer, body: Uint8Array, words: ServerWords) {
  const refusal = { status: answer.status, words };
  const location = answer.headers["location"]?.[0] ?? "";
  if (answer.status >= 300 && answer.status < 400) {
    const to = URL.canParse(location, imsUrl) ? ` to ${new URL(location, imsUrl).origin}` : "";
    return notIms(`what stands at ${imsUrl} is not IMS: it redirects${to}`, refusal);
  }
  if (!isWebPage(answer.headers, body)) return null;
  return notIms(`what stands at ${imsUrl} is not IMS: it answers with a web page`, refusal);
}

function notIms(message: string, refusal: Refusal): FlowrunError {
  return fail("unavailable", message, refusal, {
    hint: "check the IMS URL (flowrun config get imsUrl; FLOWRUN_IMS_URL; usually https://ims-na1.adobelogin.com), and any proxy between here and Adobe",
    suspects: ["imsUrl"],
  });
}

function fail(
  kind: "auth" | "unavailable",
  message: string,
  { status, words }: Refusal,
  details: FailureDetails,
): FlowrunError {
  const said = saidIn(words);
  const who = kind === "auth" ? "IMS" : "it";
  const why = said === null ? `${who} answered ${status} and gave no reason` : `${who} answered ${status}: ${said}`;
  return new FlowrunError(kind, message, { ...details, why, requestId: words.requestId });
}

const credentialPage = "Adobe Developer Console → your project → OAuth Server-to-Server";
