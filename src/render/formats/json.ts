import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Renderer } from "./renderer.ts";
import { escapeActive } from "../text/safe-text.ts";

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

function compact(run: FlowRun): string {
  return escapeActive(JSON.stringify(run));
}
