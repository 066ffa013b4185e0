import { jsonReply, textReply, type Call, type Reply, type DemoService } from "./call.ts";
import { gatewayReply } from "./gateway.ts";
import { imsError, imsReply } from "./ims.ts";
import { expired, joinPage, notFound } from "./journal.ts";

/** A thing that goes wrong with one answer. The kinds from "duplicate" on change a journal's page and leave a 204 alone. */
export type DemoFault =
  /** Another status with the service's own words for it. `code`: the gateway's six digits. */
  | { readonly kind: "status"; readonly status: number; readonly code?: string; readonly retryAfter?: string }
  | { readonly kind: "reset"; readonly when: "beforeHeaders" | "midBody" }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** The right answer, its body in pieces. */
  | { readonly kind: "drip"; readonly pieces: number; readonly everyMs: number }
  /** The first half of the right body, well-formed as HTTP. */
  | { readonly kind: "truncated" }
  | { readonly kind: "contentType"; readonly value: string }
  /** A 200 whose body is a web page; the headers stay, links and all. */
  | { readonly kind: "html" }
  /** The page's first event twice. */
  | { readonly kind: "duplicate" }
  | { readonly kind: "reorder" }
  /** A 200 with an empty list, its links in place. */
  | { readonly kind: "empty" }
  /** `_page.last` is not the last entry's position. */
  | { readonly kind: "wrongLast" }
  /** `next` is the request itself. */
  | { readonly kind: "stuck" }
  | { readonly kind: "withoutNext" };

/** One line of a script; a request takes the first rule that fits it. */
export interface FaultRule {
  /** Default: the journal. */
  readonly on?: DemoService;
  /** The service's how-manieth requests, counted from 0; absent: all of them. */
  readonly at?: number | readonly number[];
  /** Which of those; absent: all of them. */
  readonly when?: (call: Call) => boolean;
  readonly fault: DemoFault;
}

/** The request that a fault may be for. */
export interface Occasion {
  readonly service: DemoService;
  /** The service's how-manieth request this is, counted from 0. */
  readonly index: number;
  readonly call: Call;
}

/** Answers a request, or spoils its answer where the script says so; `answer` is not asked where a fault replaces it. */
export function spoil(rules: readonly FaultRule[], occasion: Occasion, answer: () => Reply): Reply {
  const fault = rules.find((rule) => fits(rule, occasion))?.fault;
  return fault === undefined ? answer() : applyFault(fault, occasion, answer);
}

function fits({ on = "journal", at, when }: FaultRule, { service, index, call }: Occasion): boolean {
  return on === service && (at === undefined || [at].flat().includes(index)) && (when === undefined || when(call));
}

function applyFault(fault: DemoFault, { service, call }: Occasion, answer: () => Reply): Reply {
  switch (fault.kind) {
    case "status":
      return withRetryAfter(statusReply(service, fault.status, fault.code, call), fault.retryAfter);
    case "hang":
      return { status: 200, headers: [], body: "", delivery: { kind: "hang" } };
    case "reset":
    case "drip":
      return { ...answer(), delivery: fault };
    case "truncated":
      return rewrite(answer(), (body) => body.slice(0, Math.floor(body.length / 2)));
    case "html":
      return { ...rewrite(withType(answer(), "text/html"), () => "<html><body>Signed out</body></html>"), status: 200 };
    case "contentType":
      return withType(answer(), fault.value);
    case "duplicate":
      return rearrange(answer(), (entries) => [...entries.slice(0, 1), ...entries]);
    case "reorder":
      return rearrange(answer(), (entries) => entries.toReversed());
    case "empty":
      return rearrange(answer(), () => []);
    case "wrongLast":
      return rearrange(answer(), (entries) => entries, "heron:not-the-last");
    case "stuck":
      return withNext(answer(), `<${call.target}>; rel="next"`);
    case "withoutNext":
      return withNext(answer(), null);
  }
}

/** Each service's own words with a status; a code makes the gateway the speaker. */
function statusReply(service: DemoService, status: number, code: string | undefined, call: Call): Reply {
  if (code !== undefined) return gatewayReply(code);
  if (service === "ims") return imsStatus(status);
  if (service === "api") return jsonReply(status, { reason: `${status}`, message: "The request could not be served" });
  switch (status) {
    case 401:
      return gatewayReply("401013");
    case 403:
      return gatewayReply("403003");
    case 404:
      return notFound();
    case 410:
      return expired(call.query.get("since") ?? "");
    case 429:
      return gatewayReply("429050");
    case 503:
      return gatewayReply("503010");
    default:
      return textReply(status, "html", `<html><body><h1>${status}</h1></body></html>`);
  }
}

function imsStatus(status: number): Reply {
  if (status === 400) return imsError("invalid_client", "invalid client_secret parameter");
  return imsReply(status, { error: status === 429 ? "too_many_requests" : "server_error" });
}

function withRetryAfter(reply: Reply, retryAfter: string | undefined): Reply {
  return retryAfter === undefined ? reply : { ...reply, headers: [...reply.headers, ["Retry-After", retryAfter]] };
}

function withType(reply: Reply, type: string): Reply {
  return { ...reply, headers: [...reply.headers.filter(([name]) => name !== "Content-Type"), ["Content-Type", type]] };
}

function withNext(reply: Reply, link: string | null): Reply {
  const others = reply.headers.filter(([name, value]) => name !== "Link" || !/rel="?next/.test(value));
  return { ...reply, headers: link === null ? others : [...others, ["Link", link]] };
}

function rewrite(reply: Reply, change: (body: string) => string): Reply {
  return { ...reply, body: change(reply.body) };
}

type Rearranging = (entries: readonly string[]) => readonly string[];

function rearrange(reply: Reply, change: Rearranging, last = reply.page?.last): Reply {
  if (reply.page === undefined || last === undefined) return reply;
  const page = { entries: change(reply.page.entries), last };
  return { ...reply, page, body: joinPage(page) };
}
