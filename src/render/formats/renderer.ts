import type { FlowRun } from "../../runs/record/flow-run.ts";

/**
 * Flow runs as text in one format. `encode` looks at nothing but its run, so that it can be done ahead and out of
 * order; the rest is called in order, and what it returns, put together, is the document.
 */
export interface Renderer {
  /** One run, ready to be laid. */
  readonly encode: (run: FlowRun) => string;
  /** What stands before the first run, also when there is none. */
  readonly open: () => string;
  /** The next runs, in their order; one at least. */
  readonly lay: (encoded: readonly string[]) => string;
  /** What stands after the last run. */
  readonly close: () => string;
  /** True where the layout gains by runs that are laid together. */
  readonly holds: boolean;
  /** How many columns were left out for want of room, so far. */
  readonly hidden: () => number;
}
