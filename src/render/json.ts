import type { FlowRun } from "../runs/flow-run.ts";
import type { Renderer } from "./renderer.ts";

/** `ndjson`: one compact object a line, nothing where there is no run. */
export function ndjsonRenderer(): Renderer {
  return {
    encode: (run) => `${compact(run)}\n`,
    open: () => "",
    lay: (encoded) => encoded.join(""),
    close: () => "",
    holds: false,
    hidden: () => 0,
  };
}

/** `json`: one array, streamed, with a run on each line; `[]` where there is none. */
export function jsonRenderer(): Renderer {
  let isEmpty = true;
  return {
    encode: compact,
    open: () => "[",
    lay: (encoded) => {
      const before = isEmpty ? "\n" : ",\n";
      isEmpty = false;
      return before + encoded.join(",\n");
    },
    close: () => (isEmpty ? "]\n" : "\n]\n"),
    holds: false,
    hidden: () => 0,
  };
}

/** The same JSON, with those characters escaped which it may carry bare but a terminal or a line reader acts upon. */
function compact(run: FlowRun): string {
  return JSON.stringify(run).replace(
    active,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** DEL and C1, line and paragraph separators, and what turns the writing direction. */
const active = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
