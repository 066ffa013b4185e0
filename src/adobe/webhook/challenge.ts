import type { Host } from "../../host.ts";
import { parseObject } from "../../json.ts";
import { version } from "../../version.ts";
import { inTime } from "../http/in-time.ts";
import { describeNetworkFailure, isMistake } from "../http/words.ts";

/**
 * The answer to a challenge, as JSON in plain ASCII whatever was asked, so that no browser and no terminal takes it for
 * anything else; `null` where there is no challenge in the request, or one that is far too long. Pure.
 * @param target of the request: `/?challenge=8ec8d794-e0ab-42df-9017-e3dada8e84f7`.
 */
export function answerChallenge(target: string): string | null {
  const [, query = ""] = /\?([^#]*)/.exec(target) ?? [];
  const challenge = new URLSearchParams(query).get("challenge") ?? "";
  if (challenge === "" || challenge.length > longestChallenge) return null;
  return JSON.stringify({ challenge }).replace(
    unplain,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** It is a UUID. */
const longestChallenge = 1000;

/** By code units, as JSON escapes them; the quotes and backslashes of JSON itself stay. */
const unplain = /[^ -~]|[<>&']/g;

/**
 * The address by which a receiver is validated that did not answer the challenge, from the body of Adobe's POST; `null` for
 * any other body. Only the one place at Adobe's will do: a request that anybody can make must not make us ask others. Pure.
 */
export function validationUrlOf(body: Uint8Array): string | null {
  if (body.length > mostBody) return null;
  const url = parseObject(new TextDecoder().decode(body))?.["validationUrl"];
  // Before it is parsed, which mends much: blanks, backslashes, a port that goes without saying, `..`.
  if (typeof url !== "string" || !validationForm.test(url) || !URL.canParse(url)) return null;
  const { protocol, host, pathname, username, password, href } = new URL(url);
  const isAdobes = protocol === "https:" && host === "csm.adobe.io" && pathname === "/csm/registrations/validate";
  return isAdobes && username === "" && password === "" ? href : null;
}

const mostBody = 8192;
const validationForm = /^https:\/\/csm\.adobe\.io\/csm\/registrations\/validate\?[!-~]{1,4000}$/;

/** The world in which Adobe is asked to validate. */
export interface ValidationMeans {
  readonly host: Pick<Host, "sleep" | "send">;
  readonly signal: AbortSignal;
}

/**
 * Fetches the address of a validation, once; a redirect is not followed.
 * @returns `null` where Adobe has taken it, or else why not, as a sentence without an end.
 * @throws only what is a mistake of our own.
 */
export async function confirmValidation(url: string, { host, signal }: ValidationMeans): Promise<string | null> {
  try {
    return await inTime({ ms: answerMs, tooLate, host, signal }, async (until) => {
      const headers = { accept: "*/*", "user-agent": `flowrun/${version}` };
      const answer = await host.send({ method: "GET", url, headers }, until);
      answer.discard();
      return answer.status >= 200 && answer.status < 300 ? null : `Adobe answered ${answer.status}`;
    });
  } catch (error) {
    if (isMistake(error)) throw error;
    return `Adobe could not be reached: ${describeNetworkFailure(error)}`;
  }
}

const answerMs = 10_000;
const tooLate = Object.assign(new Error(`after ${answerMs / 1000} s`), { code: "UND_ERR_HEADERS_TIMEOUT" });
