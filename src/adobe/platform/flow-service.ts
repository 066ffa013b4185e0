import type { TokenSource } from "../auth/token.ts";
import { sendWithToken } from "../gateway/ask-gateway.ts";
import { describeNetworkFailure, isMistake, readServerWords } from "../http/words.ts";
import type { Answer, Host } from "../../host.ts";
import { isObject, parseObject, textOf, type JsonObject } from "../../json.ts";
import type { Notify } from "../../notices.ts";
import { pathSegment } from "../../text/path-segment.ts";
import { sandboxHeader } from "./api.ts";

/** Flow Service, one of Experience Platform's APIs, and the means to ask it. */
export interface FlowService {
  readonly host: Pick<Host, "send">;
  /** Ends the request when it aborts. */
  readonly signal: AbortSignal;
  readonly notify: Notify;
  /** Where Experience Platform's APIs are, without a slash at the end. */
  readonly url: string;
  readonly clientId: string;
  readonly imsOrgId: string;
  readonly tokens: TokenSource;
}

/** A flow's name (`null` where there is no such flow, or it has none), or why it could not be asked for. */
export type NameAnswer = { readonly name: string | null } | { readonly trouble: string };

/**
 * Asks once for a flow's name in its sandbox, and does not ask about an id that no flow can have. A name is a courtesy,
 * so whatever goes wrong is told in the answer.
 * @throws only what is a mistake of our own, which is no trouble of Flow Service's.
 */
export async function askFlowName(service: FlowService, flowId: string, sandbox: string | null): Promise<NameAnswer> {
  const segment = pathSegment(flowId);
  if (segment === null) return { name: null };
  try {
    return await readAnswer(await askOnce(service, segment, sandbox));
  } catch (error) {
    if (isMistake(error)) throw error;
    return { trouble: `Flow Service could not be asked: ${describeNetworkFailure(error)}` };
  }
}

async function askOnce(service: FlowService, segment: string, sandbox: string | null): Promise<Answer> {
  const { clientId, imsOrgId, tokens } = service;
  const url = `${service.url}/data/foundation/flowservice/flows/${segment}`;
  const headers = {
    "x-api-key": clientId,
    "x-gw-ims-org-id": imsOrgId,
    ...sandboxHeader(sandbox),
    accept: "application/json",
  };
  const flowService = { name: "Flow Service", url: service.url };
  return sendWithToken(service, await tokens.current(), { service: flowService, url, headers });
}

async function readAnswer(answer: Answer): Promise<NameAnswer> {
  const { status, headers } = answer;
  const body = await answer.body();
  if (status === 404) return { name: null };
  if (status === 200) return readName(parseObject(new TextDecoder().decode(body)));
  const { code, text } = readServerWords(headers, body, status);
  const said = text ?? code;
  return { trouble: `Flow Service answered ${String(status)}${said === null ? "" : `: ${said}`}` };
}

/** A flow comes alone in a list (`items`), and bare from some. */
function readName(body: JsonObject | null): NameAnswer {
  if (body === null) return { trouble: "Flow Service sent an answer that cannot be read" };
  const { items } = body;
  const flow: unknown = Array.isArray(items) ? items[0] : body;
  return { name: isObject(flow) ? textOf(flow["name"]) : null };
}
