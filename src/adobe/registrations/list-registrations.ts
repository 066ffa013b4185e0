import { FlowrunError } from "../../errors.ts";
import { askGateway, type GatewayAccess } from "../gateway/ask-gateway.ts";
import { resolveNext } from "../gateway/follow.ts";
import { unavailable, type Attempt } from "../gateway/retrying.ts";
import type { GatewayService } from "../gateway/service.ts";
import type { Answer } from "../../host.ts";
import { mostRounds, pauseAfter } from "../journal/progress.ts";
import { isObject, parseObject, type JsonObject } from "../../json.ts";
import { registrationsUrl, type ConsolePlace } from "./console-place.ts";
import { decodeRegistration, linkOf, type Registration } from "./registration.ts";

/** The Events Management API, and the means to ask it. */
export interface RegistrationsApi extends GatewayAccess {
  /** Where it is, without a slash at the end. */
  readonly apiUrl: string;
}

/**
 * Every registration of the place, page after page as `next` says (the totals in the pages are not to be relied on);
 * a `next` that leads back ends the list.
 * @throws FlowrunError `forbidden`, `unavailable` and the like, when Adobe refuses or cannot be reached; `protocol` when
 * five pages in a row bring no registration that was not there before, or the list has no end.
 */
export async function listRegistrations(api: RegistrationsApi, place: ConsolePlace): Promise<readonly Registration[]> {
  const found = new Map<string, Registration>();
  const asked = new Set<string>();
  let rounds = 0;
  for (let url: string | null = registrationsUrl(api.apiUrl, place); url !== null && !asked.has(url);) {
    const pauseMs = pauseAfter(rounds, () => api.host.random());
    if (pauseMs > 0) await api.host.sleep(pauseMs, api.signal);
    asked.add(url);
    const page: JsonObject = await askPage(api, url);
    const before = found.size;
    for (const registration of decodeList(page)) found.set(registration.id, registration);
    const next = linkOf(page, "next");
    url = next === null ? null : resolveNext(next, url, serviceOf(api));
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
  return askGateway(api, {
    service: serviceOf(api),
    url: () => url,
    accept: "application/hal+json, application/json",
    read: (answer) => (answer.status === 200 ? readPage(answer) : null),
  });
}

function serviceOf({ apiUrl }: RegistrationsApi): GatewayService {
  return {
    name: "the registrations API",
    url: apiUrl,
    setting: "apiUrl",
    unreached: "the registrations API could not be reached",
    forbidden: "Adobe does not let this credential list the registrations",
    missing: {
      message: "there is no such organisation, project or workspace:",
      hint: "log in with the file that the project's 'Download all' gives in Adobe Developer Console: flowrun login --from <file>",
    },
    check: "check the ids and apiUrl: flowrun config list",
  };
}

async function readPage(answer: Answer): Promise<Attempt<JsonObject>> {
  const page = parseObject(new TextDecoder().decode(await answer.body()));
  if (page !== null) return { value: page };
  return {
    trouble: unavailable("the registrations API sent a list that cannot be read", "its body is not a JSON object"),
  };
}

/** HAL leaves `_embedded` out where there is nothing to embed. */
function decodeList(page: JsonObject): readonly Registration[] {
  const embedded = page["_embedded"];
  const list = isObject(embedded) ? embedded["registrations"] : null;
  if (!Array.isArray(list)) return [];
  return list.map(decodeRegistration).filter((registration) => registration !== null);
}
