import { FlowrunError } from "../../errors.ts";
import { askGateway, type GatewayAccess } from "../gateway/ask-gateway.ts";
import { resolveNext } from "../gateway/follow.ts";
import { unavailable, type Attempt } from "../gateway/retrying.ts";
import type { GatewayService } from "../gateway/service.ts";
import type { Answer } from "../../host.ts";
import { mostRounds, pauseAfter } from "../journal/progress.ts";
import { isObject, parseObject, textOf, type JsonObject } from "../../json.ts";

/** The Events Management API, and the means to ask it. */
export interface RegistrationsApi extends GatewayAccess {
  /** Where it is, without a slash at the end. */
  readonly apiUrl: string;
}

/** A list of the API: where it begins, how its elements are called and read. */
export interface ApiList<T> {
  readonly url: string;
  /** The word for its elements, which is also their name inside `_embedded`. */
  readonly what: "registrations" | "providers";
  /** `null` for what is no such thing. */
  readonly decode: (value: unknown) => T | null;
}

/**
 * Every element of a list, page after page as `next` says (the totals in the pages are not to be relied on); a `next`
 * that leads back ends the list.
 * @throws FlowrunError `forbidden`, `unavailable` and the like, when Adobe refuses or cannot be reached; `protocol` when
 * five pages in a row bring nothing that was not there before, or the list has no end.
 */
export async function readList<T extends { readonly id: string }>(
  api: RegistrationsApi,
  { url: first, what, decode }: ApiList<T>,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  const asked = new Set<string>();
  const service = managementService(api, `list the ${what}`);
  let rounds = 0;
  for (let url: string | null = first; url !== null && !asked.has(url);) {
    const pauseMs = pauseAfter(rounds, () => api.host.random());
    if (pauseMs > 0) await api.host.sleep(pauseMs, api.signal);
    asked.add(url);
    const page: JsonObject = await askObject(api, url, service);
    const before = found.size;
    for (const element of elementsOf(page, what).map(decode)) if (element !== null) found.set(element.id, element);
    const next = linkOf(page, "next");
    url = next === null ? null : resolveNext(next, url, service);
    rounds = found.size > before ? 0 : rounds + 1;
    if (url !== null && rounds >= mostRounds) throw endless(`it gave nothing new ${rounds} times in a row`);
    if (found.size > mostElements) throw endless(`it gave more than ${mostElements} ${what}`);
  }
  return [...found.values()];
}

/** Far more than an organisation can have. */
const mostElements = 100_000;

function endless(why: string): FlowrunError {
  return new FlowrunError("protocol", "the registrations API sends a list without an end", {
    why: `${why}, and a next link with each answer`,
    hint: "try again in a while; if it stays so, tell Adobe support, or name the journal yourself with FLOWRUN_JOURNAL_URL",
  });
}

/** HAL leaves `_embedded` out where there is nothing to embed. */
function elementsOf(page: JsonObject, name: string): readonly unknown[] {
  const embedded = page["_embedded"];
  const list = isObject(embedded) ? embedded[name] : null;
  return Array.isArray(list) ? list : [];
}

/** The media types that the API answers with. */
export const apiTypes = "application/hal+json, application/json";

/**
 * The JSON object at a URL of the API.
 * @throws FlowrunError as `askGateway` does.
 */
function askObject(api: RegistrationsApi, url: string, service: GatewayService): Promise<JsonObject> {
  const read = (answer: Answer) => (answer.status === 200 ? readObject(answer) : null);
  return askGateway(api, { service, url: () => url, accept: apiTypes, read });
}

/** The same, `null` where there is no such thing. */
export function findObject(api: RegistrationsApi, url: string, service: GatewayService): Promise<JsonObject | null> {
  const read = (answer: Answer): Promise<Attempt<JsonObject | null>> | null => {
    if (answer.status !== 404) return answer.status === 200 ? readObject(answer) : null;
    answer.discard();
    return Promise.resolve({ value: null });
  };
  return askGateway<JsonObject | null>(api, { service, url: () => url, accept: apiTypes, read });
}

async function readObject(answer: Answer): Promise<Attempt<JsonObject>> {
  const object = parseObject(new TextDecoder().decode(await answer.body()));
  return object === null ? { trouble: unreadableAnswer } : { value: object };
}

/** An answer that another attempt may bring whole. */
export const unreadableAnswer = unavailable(
  "the registrations API sent an answer that cannot be read",
  "its body is not the JSON that was asked for",
);

/** The API, as messages about it need it; `deed` is what a 403 forbids: "list the registrations". Pure. */
export function managementService({ apiUrl }: Pick<RegistrationsApi, "apiUrl">, deed: string): GatewayService {
  return {
    name: "the registrations API",
    url: apiUrl,
    setting: "apiUrl",
    unreached: "the registrations API could not be reached",
    forbidden: `Adobe does not let this credential ${deed}`,
    missing: {
      message: "there is no such organisation, project or workspace:",
      hint: "log in with the file that the project's 'Download all' gives in Adobe Developer Console: flowrun login --from <file>",
    },
    check: "check the ids and apiUrl: flowrun config list",
  };
}

/** The `href` of one of an object's HAL links. Pure. */
export function linkOf(value: JsonObject, rel: string): string | null {
  const links = value["_links"];
  const link = isObject(links) ? links[rel] : null;
  return isObject(link) ? textOf(link["href"]) : null;
}
