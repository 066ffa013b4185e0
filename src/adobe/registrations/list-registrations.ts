import type { Token, TokenSource } from "../auth/token.ts";
import { FlowrunError } from "../../errors.ts";
import { persevere, type Attempt, type Retrying, type Trouble } from "../gateway/retrying.ts";
import { describeNetworkFailure, networkHint } from "../http/words.ts";
import type { Ask, Host } from "../../host.ts";
import { judge, tokenFor } from "../gateway/judge.ts";
import { resolveNext } from "../journal/page.ts";
import { mostRounds, pauseAfter } from "../journal/progress.ts";
import { isObject, parseObject, type JsonObject } from "../../json.ts";
import { registrationsUrl, type Place } from "./place.ts";
import { decodeRegistration, linkOf, type Registration } from "./registration.ts";

/** What it takes to ask the Events Management API. */
export interface RegistrationsApi extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly imsOrgId: string;
  readonly tokens: TokenSource;
}

/**
 * Every registration of the place, page after page as `next` says (the totals in the pages are not to be relied on);
 * a `next` that leads back ends the list.
 * @throws FlowrunError `forbidden`, `unavailable` and the like, when Adobe refuses or cannot be reached; `protocol` when
 * five pages in a row bring no registration that was not there before, or the list has no end.
 */
export async function listRegistrations(api: RegistrationsApi, place: Place): Promise<readonly Registration[]> {
  const found = new Map<string, Registration>();
  const asked = new Set<string>();
  let rounds = 0;
  for (let url: string | null = registrationsUrl(api.apiUrl, place); url !== null && !asked.has(url);) {
    if (rounds > 0)
      await api.host.sleep(
        pauseAfter(rounds, () => api.host.random()),
        api.signal,
      );
    asked.add(url);
    const page: JsonObject = await askPage(api, url);
    const before = found.size;
    for (const registration of decodeList(page)) found.set(registration.id, registration);
    const next = linkOf(page, "next");
    url = next === null ? null : resolveNext(next, url, api.apiUrl, "registrations");
    rounds = found.size > before ? 0 : rounds + 1;
    if (url !== null && rounds >= mostRounds) throw endless(`it gave nothing new ${rounds} times in a row`);
    if (found.size > mostRegistrations) throw endless(`it gave more than ${mostRegistrations} registrations`);
  }
  return [...found.values()];
}

/** Far more than an organisation can have. */
const mostRegistrations = 100_000;

function endless(why: string): FlowrunError {
  return new FlowrunError("protocol", "the registrations API sends a list without an end", {
    why: `${why}, and a next link with each answer`,
    hint: "try again in a while; if it stays so, tell Adobe support, or name the journal yourself with FLOWRUN_JOURNAL_URL",
  });
}

function askPage(api: RegistrationsApi, url: string): Promise<JsonObject> {
  const refused: Token[] = [];
  return persevere(() => tryOnce(api, url, refused), api);
}

async function tryOnce(api: RegistrationsApi, url: string, refused: Token[]): Promise<Attempt<JsonObject>> {
  const token = await tokenFor(api.tokens, refused);
  api.notify({ kind: "asking", method: "GET", url });
  try {
    const answer = await api.host.send(request(api, url, token), api.signal);
    if (answer.status !== 200) {
      return { trouble: await judge({ service: "registrations", url, refused }, answer, token, api.host.now()) };
    }
    const page = parseObject(new TextDecoder().decode(await answer.body()));
    return page === null
      ? { trouble: trouble("the registrations API sent a list that is not whole", "its body is not a JSON object") }
      : { value: page };
  } catch (error) {
    api.signal.throwIfAborted();
    if (error instanceof FlowrunError) throw error;
    const failed = trouble("the registrations API could not be reached", describeNetworkFailure(error));
    return { trouble: { ...failed, hint: networkHint, suspects: ["apiUrl"], examine: true } };
  }
}

function request({ clientId, imsOrgId }: RegistrationsApi, url: string, token: Token): Ask {
  return {
    method: "GET",
    url,
    headers: {
      authorization: `Bearer ${token.accessToken.reveal()}`,
      "x-api-key": clientId,
      "x-ims-org-id": imsOrgId,
      accept: "application/hal+json, application/json",
    },
  };
}

/** HAL leaves `_embedded` out where there is nothing to embed. */
function decodeList(page: JsonObject): readonly Registration[] {
  const embedded = page["_embedded"];
  const list = isObject(embedded) ? embedded["registrations"] : null;
  if (!Array.isArray(list)) return [];
  return list.map(decodeRegistration).filter((registration) => registration !== null);
}

function trouble(what: string, why: string): Trouble {
  return { what, kind: "unavailable", why, requestId: null, waitMs: null };
}
