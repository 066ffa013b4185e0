import { FlowrunError } from "../../errors.ts";
import { askGateway } from "../gateway/ask-gateway.ts";
import type { RefusedAnswer } from "../gateway/judge.ts";
import type { Answer, Host } from "../../host.ts";
import { parseObject, type JsonObject } from "../../json.ts";
import { isUnsent, type ServerWords } from "../http/words.ts";
import { apiTypes, managementService, type RegistrationsApi } from "./api.ts";

/** A request that changes something, as it will be sent, or would be. Plain data: it can be shown first. */
export interface PlannedChange {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  /** `null` where none is sent. */
  readonly contentType: string | null;
  /** Sent as JSON; `null` for none. */
  readonly body: JsonObject | readonly JsonObject[] | null;
}

/** The words for a change, where it does not come out well. */
export interface ChangeWords {
  /** The deed, for a sentence that begins "Adobe refused to": "create the registration". */
  readonly deed: string;
  /** The thing that a 404 says is not there. */
  readonly missing: { readonly message: string; readonly hint: string };
  /** The line to type to find out whether it was done after all. */
  readonly lookup: string;
}

/** How Adobe answered a change that it made. */
export interface Changed {
  readonly status: number;
  /** The thing as it is now; `null` where the answer does not hold it. */
  readonly body: JsonObject | null;
}

/**
 * Sends a change until it is answered. A PUT, a PATCH and a DELETE come to the same however often they are done, and are
 * put again as a question is, after 429, 5xx and network failures. A POST makes one more thing each time, so it is put
 * again only where it is known that nothing was made: no connection came about, or the gateway turned it away (401, 429).
 * A 404 to a DELETE means that it is done where an earlier attempt of it may have been the one whose answer was lost.
 * @throws FlowrunError `usage` for what Adobe refuses, with its own words; `notFound`; `unavailable` where nobody knows
 * whether a POST was done; as `askGateway` does.
 */
export function sendChange(api: RegistrationsApi, change: PlannedChange, words: ChangeWords): Promise<Changed> {
  const { method, url, contentType, body } = change;
  const watched = watchAttempts(api);
  const isDone = (status: number): boolean =>
    (status >= 200 && status < 300) || (status === 404 && method === "DELETE" && watched.mayBeDone());
  return askGateway(watched.api, {
    service: managementService(api, words.deed),
    url: () => url,
    accept: apiTypes,
    method,
    ...(body === null ? {} : { body: { text: JSON.stringify(body), type: contentType ?? "application/json" } }),
    read: (answer) => (isDone(answer.status) ? readChanged(answer) : null),
    refuse: (refused) => refusalOf(refused, words),
    ...(method === "POST" ? { uncertain: (why, requestId) => uncertain(why, requestId, words) } : {}),
  });
}

interface WatchedAttempts {
  readonly api: RegistrationsApi;
  /** Whether an attempt before the last one may have been carried out, although no answer came that says so. */
  readonly mayBeDone: () => boolean;
}

function watchAttempts(api: RegistrationsApi): WatchedAttempts {
  let [before, last] = [false, false];
  const send: Host["send"] = async (ask, signal) => {
    before ||= last;
    last = false;
    try {
      const answer = await api.host.send(ask, signal);
      // A gateway says 5xx also of what was done behind it; and a success that is followed by another attempt broke off.
      last = answer.status >= 500 || answer.status < 300;
      return answer;
    } catch (error) {
      last = !isUnsent(error);
      throw error;
    }
  };
  return { api: { ...api, host: { ...api.host, send } }, mayBeDone: () => before };
}

async function readChanged(answer: Answer): Promise<{ readonly value: Changed }> {
  const { status } = answer;
  return { value: { status, body: parseObject(new TextDecoder().decode(await answer.body())) } };
}

function uncertain(why: string, requestId: string | null, { deed, lookup }: ChangeWords): FlowrunError {
  return new FlowrunError("unavailable", `it is not known whether Adobe did ${deed}`, {
    why: `${why}; asked again, it might be done twice`,
    hint: `see first: ${lookup}`,
    requestId,
  });
}

function refusalOf({ status, words, headers }: RefusedAnswer, { deed, missing }: ChangeWords): FlowrunError | null {
  const { requestId } = words;
  const why = `the registrations API answered ${status}${saidBy(words)}`;
  const fail = (kind: "usage" | "notFound", message: string, hint: string): FlowrunError =>
    new FlowrunError(kind, message, { why, hint, requestId });
  const isOfGateway = /^\d{6}$/.test(words.code ?? "");
  const isQuota = /quota|limit|maximum|too many/i.test(`${words.code ?? ""} ${words.text ?? ""}`);
  if (!isOfGateway && isQuota && [400, 403, 409, 422].includes(status)) {
    return fail(
      "usage",
      `Adobe refused to ${deed}: there are as many as there may be`,
      "a client id has 30 registrations at most: delete one that nobody needs (flowrun registrations, then flowrun registrations delete <id>)",
    );
  }
  switch (status) {
    case 404:
      return fail("notFound", missing.message, missing.hint);
    case 409: {
      const other = conflictingId(headers["x-conflicting-id"]?.[0]);
      return other === null
        ? fail(
            "usage",
            `Adobe refused to ${deed}: something else stands in its way`,
            "see what there is: flowrun registrations",
          )
        : fail(
            "usage",
            `Adobe refused to ${deed}: ${other} stands in its way`,
            `look at it: flowrun registrations show ${other}; then change that one, or choose another name`,
          );
    }
    case 400:
    case 422:
      if (isOfGateway) return null;
      return fail(
        "usage",
        `Adobe refused to ${deed}`,
        /challenge|webhook|hook_/i.test(words.text ?? "") ? ofWebhook : ofDraft,
      );
    default:
      return null;
  }
}

const ofWebhook =
  "see that the webhook can be reached from outside and answers ?challenge=… with its value, as this one does: flowrun listen";
const ofDraft = "see what is sent with --dry-run, and mend what Adobe names";

function saidBy({ code, text }: ServerWords): string {
  return [code, text]
    .filter((part) => part !== null)
    .map((part) => `: ${part}`)
    .join("");
}

/** It becomes part of a line to type, so it must look like an id. */
function conflictingId(header: string | undefined): string | null {
  return header !== undefined && /^[\w-]{1,100}$/.test(header) ? header : null;
}
