/** One request and one reply of the demo's server, as plain data, so that everything but server.ts is pure. */

/** Which of the three services a request is for. */
export type DemoService = "journal" | "ims" | "api";

/** One request as the demo received it. */
export interface Call {
  readonly method: string;
  /** Path and query, byte for byte as received. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case name to value; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** How a reply goes down the wire; everything but "whole" is a fault. */
export type Delivery =
  | { readonly kind: "whole" }
  | { readonly kind: "reset"; readonly when: "beforeHeaders" | "midBody" }
  | { readonly kind: "hang" }
  | { readonly kind: "drip"; readonly pieces: number; readonly everyMs: number };

/** One reply of the demo, whole, before it is put on the wire. */
export interface Reply {
  readonly status: number;
  /** In the order sent; a name may come several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The parts that a journal's body was joined from, kept for the faults that rearrange it. */
  readonly page?: PageParts;
  /** Absent: whole. */
  readonly delivery?: Delivery;
}

/** The entries and the last position of a journal page. */
export interface PageParts {
  /** Each entry's JSON text. */
  readonly entries: readonly string[];
  /** `_page.last`. */
  readonly last: string;
}

/** A reply with a JSON body. Pure. */
export function jsonReply(status: number, value: unknown, headers: Reply["headers"] = []): Reply {
  return { status, headers: [["Content-Type", "application/json"], ...headers], body: JSON.stringify(value) };
}

/** A reply with a plain or HTML text as its body. Pure. */
export function textReply(status: number, type: "plain" | "html", body: string): Reply {
  return { status, headers: [["Content-Type", `text/${type}`]], body };
}

/** A success of the Events Management API. Pure. */
export function hal(value: object): Reply {
  return { status: 200, headers: [["Content-Type", "application/hal+json"]], body: JSON.stringify(value) };
}

/** A refusal in the Events Management API's own form. Pure. */
export function problem(status: number, reason: string, message: string): Reply {
  return jsonReply(status, { reason, message });
}
