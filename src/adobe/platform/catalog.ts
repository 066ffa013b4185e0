import { FlowrunError } from "../../errors.ts";
import { saidIn } from "../http/words.ts";
import type { RefusedAnswer } from "../gateway/judge.ts";
import { countOf, isObject, objectOf, objectsOf, textOf, wordOf, type JsonObject } from "../../json.ts";
import { pathSegment } from "../../text/path-segment.ts";
import type { BatchFacts } from "../../runs/rows/batch-facts.ts";
import { askPlatform, inSandbox, readPlatformObject, type PlatformApi } from "./api.ts";

/**
 * A batch as Catalog knows it, in the API's sandbox.
 * @throws FlowrunError `notFound` where it has no such batch; `forbidden`, `unavailable` and the like.
 */
export async function findBatch(api: PlatformApi, id: string): Promise<BatchFacts> {
  const segment = pathSegment(id);
  if (segment === null) throw unknownBatch(api, id, "no batch can have such an id");
  const found = await askPlatform(api, {
    name,
    deed: `look up batch ${id}`,
    url: `${api.url}/data/foundation/catalog/batches/${segment}?aggregate=true`,
    accept: "application/json",
    read: (answer) => (answer.status === 200 ? readPlatformObject(answer, name) : null),
    missing: ({ status, words }: RefusedAnswer) => {
      const said = saidIn(words);
      return unknownBatch(api, id, `Catalog answered ${status}${said === null ? "" : `: ${said}`}`, words.requestId);
    },
  });
  // By its id; some answer with the batch itself.
  const batch = Object.hasOwn(found, id) ? found[id] : "status" in found ? found : null;
  if (!isObject(batch)) throw unknownBatch(api, id, "Catalog does not list it");
  return readBatch(id, batch);
}

const name = "Catalog";

function unknownBatch(api: PlatformApi, id: string, why: string, requestId: string | null = null): FlowrunError {
  return new FlowrunError("notFound", `there is no batch ${id}${inSandbox(api)}`, {
    why,
    hint: `it may be of another sandbox: flowrun rows ${id} --sandbox <name>`,
    requestId,
  });
}

/** Catalog calls an error's text `description`; other APIs call it `message`. Pure. */
function readBatch(id: string, batch: JsonObject): BatchFacts {
  const metrics = objectOf(batch["metrics"]);
  const diagnostics = objectOf(batch["tags"])["acp_enableErrorDiagnostics"];
  return {
    id,
    status: textOf(batch["status"]),
    format: textOf(objectOf(batch["inputFormat"])["format"]),
    hasDiagnostics: isTrue(diagnostics),
    input: countOf(metrics["inputRecordCount"]),
    failed: countOf(metrics["failedRecordCount"]),
    endedAt: countOf(batch["completed"]) ?? countOf(batch["updated"]) ?? countOf(batch["created"]),
    errors: objectsOf(batch["errors"]).map((error) => ({
      code: wordOf(error["code"]),
      count: countOf(error["recordCount"]),
    })),
  };
}

/** A tag may be a list of its values, and a value its word; `null` where nobody says. */
function isTrue(tag: unknown): boolean | null {
  const value: unknown = Array.isArray(tag) ? tag[0] : tag;
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : null;
}
