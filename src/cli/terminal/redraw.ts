import type { Host } from "../../host.ts";

/**
 * Whether a terminal can have what was written replaced, and somebody sits at it: not one that is `dumb` (TERM), nor that
 * of a build (CI). Only then is there a live line, and are questions asked. Pure.
 */
export function mayRedraw({ TERM, CI = "" }: Host["env"]): boolean {
  return TERM !== "dumb" && ["", "0", "false"].includes(CI.toLowerCase());
}
