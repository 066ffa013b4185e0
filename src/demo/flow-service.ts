import { account } from "./account.ts";
import { jsonReply, type Call, type Reply } from "./call.ts";
import { downstreamFlows, sourceFlows, type Flow } from "./week/cast.ts";

/** Names of the flows whose notifications carry none. */
const unspoken: Readonly<Record<string, string>> = { catalogue: "Product catalogue", service: "Service requests" };

const path = /^\/data\/foundation\/flowservice\/flows\/([^/]+)$/;

/** Answers `GET /flows/{id}` of AEP's Flow Service, past the gateway; null for any other path. Pure. */
export function answerFlow(call: Call): Reply | null {
  const id = path.exec(call.path)?.[1];
  if (id === undefined) return null;
  if (call.headers["x-gw-ims-org-id"] !== account.imsOrgId) return jsonReply(403, { message: "Wrong organisation" });
  const flow = [...sourceFlows, ...downstreamFlows].find((candidate) => candidate.id === id);
  const sandbox = call.headers["x-sandbox-name"] ?? "prod";
  return flow?.sandbox === sandbox
    ? jsonReply(200, { items: [record(flow)] })
    : jsonReply(404, { message: `No flow ${id}` });
}

function record({ id, key, name, sandbox }: Flow): object {
  return { id, name: name ?? unspoken[key] ?? key, state: "enabled", sandboxName: sandbox, imsOrgId: account.imsOrgId };
}
