import type { ChangeWord } from "../../runs/figures/changes.ts";
import { renderBytes, renderCount, renderDuration, roundCount } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";

/** By how much a count changed: `NEW` and `gone` in a word, `=` where it did not, `?` where that is not known. Pure. */
export function changeTold(change: ChangeWord | null, difference: number | null): string {
  if (change === "new") return "NEW";
  return change === "gone" ? change : change === "fewer" && difference === null ? "fewer" : countChange(difference);
}

/** `+1,234`, `-5`, `=`; `?` where it is not known. Pure. */
export function countChange(difference: number | null): string {
  return signed(difference, renderCount);
}

/** `+1m 20s`. Pure. */
export function durationChange(difference: number | null): string {
  return signed(difference, renderDuration);
}

/** `-1.2 MB`. Pure. */
export function bytesChange(difference: number | null): string {
  return signed(difference, renderBytes);
}

/** `-3.8 pp`: percentage points, to the tenth and never `0.0`. Pure. */
export function pointsChange(points: number | null): string {
  return signed(points, (size) => `${size < 0.05 ? "<0.1" : size.toFixed(1)} pp`);
}

/** `+1.2k` for `+1,234`: a change of counts in fewer words, for want of room. Pure. */
export function roundChange(text: string): string {
  return /^[+-]/.test(text) ? text.slice(0, 1) + roundCount(text.slice(1)) : text;
}

/** A change in red where there is more of it, in green where there is less. Pure. */
export function paintRise(text: string, painter: Painter): string {
  return /^\+./.test(text) ? painter.red(text) : /^-./.test(text) ? painter.green(text) : text;
}

/** A change in red where there is less of it, in green where there is more. Pure. */
export function paintFall(text: string, painter: Painter): string {
  return /^-./.test(text) ? painter.red(text) : /^\+./.test(text) ? painter.green(text) : text;
}

function signed(difference: number | null, render: (size: number) => string): string {
  if (difference === null) return "?";
  return difference === 0 ? "=" : `${difference > 0 ? "+" : "-"}${render(Math.abs(difference))}`;
}
