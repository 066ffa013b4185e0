import type { Reply } from "./call.ts";

/** How the `Link` header is written; what the documents leave open is a knob. */
export interface LinkKnobs {
  /** One header line per link, all in one line, or none at all. */
  readonly links: "lines" | "joined" | "none";
  /** Relative to the host, absolute on the host itself, or on a host that has no business with the token. */
  readonly linkHost: "relative" | "own" | "foreign";
  /** `rel="next"` or `rel=next`. */
  readonly quotedRel: boolean;
  /** The path that `next` takes. */
  readonly nextPath: "events" | "events-fast";
  /** `/events-validate/…` or `/events/…/validate`. */
  readonly validatePath: "prefix" | "suffix";
}

/** The journal and the place that the links of an answer lead to. */
export interface LinkTargets {
  readonly journal: string;
  /** The position that `next` reads on from. */
  readonly since: string;
  readonly limit: number | null;
  /** This server's own origin. */
  readonly origin: string;
}

/** The links of every successful answer, positions unencoded as the service writes them. Pure. */
export function renderLinks(knobs: LinkKnobs, { journal, since, limit, origin }: LinkTargets): Reply["headers"] {
  const base = { relative: "", own: origin, foreign: "https://journal.example.net" }[knobs.linkHost];
  const quote = knobs.quotedRel ? '"' : "";
  const render = (path: string, rel: string): string => `<${base}/${path}>; rel=${quote}${rel}${quote}`;
  const validate = knobs.validatePath === "prefix" ? `events-validate/${journal}` : `events/${journal}/validate`;
  const values = [
    render(`events/${journal}`, "events"),
    render(`${knobs.nextPath}/${journal}?since=${since}${limit === null ? "" : `&limit=${limit}`}`, "next"),
    render(`count/${journal}?since=${since}`, "count"),
    render(`events/${journal}?latest=true`, "latest"),
    render(`events/${journal}?since={position}&limit={count}`, "page"),
    render(`events/${journal}?seek={duration}&limit={count}`, "seek"),
    render(`${validate}?since=${since}`, "validate"),
  ];
  if (knobs.links === "none") return [];
  return (knobs.links === "joined" ? [values.join(", ")] : values).map((value) => ["Link", value]);
}
