import type { TokenSource } from "../auth/token.ts";
import { describeNetworkFailure, readServerWords } from "../http/words.ts";
import type { Host } from "../../host.ts";
import { isObject, parseObject, textOf, type JsonObject } from "../../json.ts";
import type { Notify } from "../../notices.ts";
import { pathSegment } from "../../text/path-segment.ts";

/** What it takes to ask Flow Service (contract: flow-runs, §5). */
export interface FlowService {
  readonly host: Pick<Host, "send">;
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

/** Asks once for a flow's name in its sandbox; of an id that no flow can have, nobody. Never throws. */
export async function askFlowName(service: FlowService, flowId: string, sandbox: string | null): Promise<NameAnswer> {
  const { host, signal, notify, tokens } = service;
  const segment = pathSegment(flowId);
  if (segment === null) return { name: null };
  const url = `${service.url}/data/foundation/flowservice/flows/${segment}`;
  try {
    const token = await tokens.current();
    notify({ kind: "asking", method: "GET", url });
    const headers = {
      authorization: `Bearer ${token.accessToken.reveal()}`,
      "x-api-key": service.clientId,
      "x-gw-ims-org-id": service.imsOrgId,
      // Events come from outside, and what is no word must not break the request's headers.
      ...(sandbox !== null && /^[\w-]{1,256}$/.test(sandbox) ? { "x-sandbox-name": sandbox.toLowerCase() } : {}),
      accept: "application/json",
    };
    const answer = await host.send({ method: "GET", url, headers }, signal);
    const body = await answer.body();
    if (answer.status === 404) return { name: null };
    if (answer.status === 200) return readName(parseObject(new TextDecoder().decode(body)));
    const { code, text } = readServerWords(answer.headers, body, answer.status);
    const said = text ?? code;
    return { trouble: `Flow Service answered ${String(answer.status)}${said === null ? "" : `: ${said}`}` };
  } catch (error) {
    return { trouble: `Flow Service could not be asked: ${describeNetworkFailure(error)}` };
  }
}

/** A flow comes alone in a list (contract: flow-runs, §5.1), and bare from some. */
function readName(body: JsonObject | null): NameAnswer {
  if (body === null) return { trouble: "Flow Service sent an answer that is not whole" };
  const { items } = body;
  const flow: unknown = Array.isArray(items) ? items[0] : body;
  return { name: isObject(flow) ? textOf(flow["name"]) : null };
}
