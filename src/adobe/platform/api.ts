import { FlowrunError } from "../../errors.ts";
import { askGateway, type GatewayAccess } from "../gateway/ask-gateway.ts";
import { unavailable, type Attempt } from "../gateway/retrying.ts";
import type { RefusedAnswer } from "../gateway/judge.ts";
import type { GatewayService } from "../gateway/service.ts";
import { saidIn } from "../http/words.ts";
import type { Answer } from "../../host.ts";
import { parseObject, type JsonObject } from "../../json.ts";

/** Experience Platform's own APIs, and the means to ask them about one sandbox. */
export interface PlatformApi extends GatewayAccess {
  /** Where they are, without a slash at the end. */
  readonly url: string;
  /** Whose data is asked for, by its name; `null` leaves it to Platform, which takes the default one. */
  readonly sandbox: string | null;
}

/** One of Platform's APIs, and the right that it takes to ask it. */
export interface PlatformService {
  /** How a sentence calls it: "Catalog". */
  readonly name: string;
  /** The deed that a 403 forbids: "look up batch 01K…". */
  readonly deed: string;
}

/** The right, by its name in Platform, that a role must have to see what is asked for, and on which sandbox. */
export interface PlatformRight {
  readonly right: "View Datasets" | "View Sources";
  /** `null` for the default one. */
  readonly sandbox: string | null;
}

/** A question to one of Platform's APIs. */
export interface PlatformQuestion<T> extends PlatformService {
  readonly url: string;
  readonly accept: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As of a `GatewayQuestion`. */
  readonly read: (answer: Answer) => Promise<Attempt<T>> | null;
  /** Tells a refusal of 404 or 410 in the API's own terms. */
  readonly missing: (refused: RefusedAnswer) => FlowrunError;
}

/**
 * Asks one of Platform's APIs until it answers, as `askGateway` does, in the sandbox that is meant.
 * @throws FlowrunError likewise; `forbidden` with what the credential lacks.
 */
export function askPlatform<T>(api: PlatformApi, question: PlatformQuestion<T>): Promise<T> {
  const { name, deed, url, accept, headers = {}, read, missing } = question;
  const service: GatewayService = {
    name,
    url: api.url,
    organisation: "x-gw-ims-org-id",
    setting: "platformUrl",
    unreached: `${name} could not be reached`,
    forbidden: `Adobe does not let this credential ${deed}${inSandbox(api)}`,
    missing: { message: `${name} has nothing at`, hint: "check FLOWRUN_PLATFORM_URL" },
    check: "check FLOWRUN_PLATFORM_URL and the sandbox",
  };
  const refuse = (refused: RefusedAnswer): FlowrunError | null => {
    if (refused.status === 403) return forbidden(refused, service, { right: "View Datasets", sandbox: api.sandbox });
    return refused.status === 404 || refused.status === 410 ? missing(refused) : null;
  };
  return askGateway(api, {
    service,
    url: () => url,
    accept,
    headers: { ...sandboxHeader(api.sandbox), ...headers },
    read,
    refuse,
  });
}

/** The header that names a sandbox: names come from events, too, and what is no word must not break a request. Pure. */
export function sandboxHeader(sandbox: string | null): Readonly<Record<string, string>> {
  return sandbox !== null && isSandboxName(sandbox) ? { "x-sandbox-name": sandbox.toLowerCase() } : {};
}

/** Whether a sandbox can have that name. Pure. */
export function isSandboxName(text: string): boolean {
  return /^[\w-]{1,256}$/.test(text);
}

/** ` in sandbox 'prod'`, for a sentence. Pure. */
export function inSandbox({ sandbox }: Pick<PlatformApi, "sandbox">): string {
  return sandbox === null ? "" : ` in sandbox '${sandbox}'`;
}

/** The gateway's codes that do not blame what the credential may do. */
const ofTheToken = new Set(["403000", "403010", "403011", "403020"]);

/** Whether a refusal blames the token, and not what the credential may do. Pure. */
function blamesToken({ words }: RefusedAnswer): boolean {
  return ofTheToken.has(words.code ?? "");
}

/** The failure where the credential lacks the API in its project, or a right; `null` where the token is to blame. Pure. */
export function forbidden(
  refused: RefusedAnswer,
  service: GatewayService,
  { right, sandbox }: PlatformRight,
): FlowrunError | null {
  if (blamesToken(refused)) return null;
  const { words } = refused;
  const said = saidIn(words);
  const which = sandbox === null ? "that sandbox" : `sandbox '${sandbox}'`;
  return new FlowrunError("forbidden", service.forbidden, {
    why: `${service.name} answered 403${said === null ? "" : `: ${said}`}`,
    hint: [
      "it takes both: the Experience Platform API in the credential's project, with a product profile (Adobe Developer Console → your project → Add to project → API → Experience Platform API)",
      `and a role with ${right} on ${which} that has this API credential (Experience Platform → Permissions → Roles); another one: --sandbox <name>`,
    ].join("; "),
    requestId: words.requestId,
    suspects: ["accessToken", "clientId", "imsOrgId"],
  });
}

/** The JSON object that an answer holds; another attempt may bring one that can be read. */
export async function readPlatformObject(answer: Answer, name: string): Promise<Attempt<JsonObject>> {
  const object = parseObject(new TextDecoder().decode(await answer.body()));
  if (object !== null) return { value: object };
  return {
    trouble: unavailable(`${name} sent an answer that cannot be read`, "its body is not the JSON that was asked for"),
  };
}
