import type { Token, TokenSource } from "../auth/token.ts";
import { FlowrunError } from "../errors.ts";
import { persevere, type Attempt, type Retrying, type Trouble } from "../http/retrying.ts";
import { describeNetworkFailure, networkHint } from "../http/words.ts";
import type { Ask, Host } from "../host.ts";
import { judge, tokenFor } from "../journal/judge.ts";
import { resolveNext } from "../journal/page.ts";
import { isObject, parseObject, type JsonObject } from "../json.ts";
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
 * Every registration of the place, page after page as `next` says (the totals in the pages are not to be relied on).
 * @throws FlowrunError `forbidden`, `unavailable` and the like, when Adobe refuses or cannot be reached.
 */
export async function listRegistrations(api: RegistrationsApi, place: Place): Promise<readonly Registration[]> {
  const found = new Map<string, Registration>();
  const asked = new Set<string>();
  for (let url: string | null = registrationsUrl(api.apiUrl, place); url !== null && !asked.has(url);) {
    asked.add(url);
    const page: JsonObject = await askPage(api, url);
    for (const registration of decodeList(page)) found.set(registration.id, registration);
    const next = linkOf(page, "next");
    url = next === null ? null : resolveNext(next, url, api.apiUrl, "registrations");
  }
  return [...found.values()];
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
    const what = "the registrations API could not be reached";
    return { trouble: { ...trouble(what, describeNetworkFailure(error)), hint: networkHint } };
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
