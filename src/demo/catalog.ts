import { account } from "./account.ts";
import type { DemoBatch, FindBatch } from "./batches.ts";
import { jsonReply, type Call, type Reply } from "./call.ts";

const path = /^\/data\/foundation\/catalog\/batches\/([^/]+)$/;

/** Answers `GET /batches/{id}` of AEP's Catalog, past the gateway; null for any other path. Pure but for `find`. */
export function answerCatalog(call: Call, find: FindBatch, now: number): Reply | null {
  const id = path.exec(call.path)?.[1];
  if (id === undefined) return null;
  if (call.method !== "GET") return jsonReply(405, { title: "MethodNotAllowed", detail: call.method });
  const refusal = refuseTenant(call);
  if (refusal !== null) return refusal;
  const batch = batchFor(call, decodeURIComponent(id), find, now);
  if (batch !== null) return jsonReply(200, { [batch.id]: batch.facts() });
  return jsonReply(404, { title: "NotFoundError", detail: `Batch ${id} was not found in this sandbox` });
}

/** Refuses a request of another organisation, in the words of Platform's APIs; null for the demo's own. Pure. */
export function refuseTenant(call: Call): Reply | null {
  if (call.headers["x-gw-ims-org-id"] === account.imsOrgId) return null;
  return jsonReply(403, { title: "Forbidden", detail: "The organisation of the token is another one" });
}

/** The batch in the sandbox that a request names; null where it has none of that id. */
export function batchFor(call: Call, id: string, find: FindBatch, now: number): DemoBatch | null {
  const batch = find(id, now);
  return batch?.sandbox === (call.headers["x-sandbox-name"] ?? "prod") ? batch : null;
}
