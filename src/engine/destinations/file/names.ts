import type { Rotation } from "./form.ts";

/** How it is with the file that was added to last. */
export interface LastFile {
  readonly name: string;
  readonly size: number;
  /** Whether somebody took it away. */
  readonly isGone: boolean;
}

/**
 * The name of the file that comes next: `runs.ndjson` itself, `runs-2026-11-29.ndjson` by the day, or
 * `runs.0001.ndjson`, `runs.0002.ndjson` … by size. A file keeps its name for ever, so that nobody who reads it loses it,
 * and a number that was used once is not used again. Pure.
 * @param base the name that was given.
 * @param last `null` where nothing is known of one.
 * @param beside the names in the folder.
 */
export function nextName(
  base: string,
  rotation: Rotation,
  { now, last, beside }: { readonly now: number; readonly last: LastFile | null; readonly beside: readonly string[] },
): string {
  const [, stem = base, end = ""] = /^(.*?)((?:\.[^.]+?)(?:\.gz)?)$/is.exec(base) ?? [];
  switch (rotation.by) {
    case "never":
      return base;
    case "day":
      return `${stem}-${new Date(now).toISOString().slice(0, 10)}${end}`;
    case "size": {
      const numberIn = (name: string): number => {
        const middle =
          name.startsWith(`${stem}.`) && name.endsWith(end) ? name.slice(stem.length + 1, -end.length) : "";
        return /^\d{4,9}$/.test(middle) ? Number(middle) : 0;
      };
      const known = last === null ? 0 : numberIn(last.name);
      const highest = Math.max(1, known, ...beside.map(numberIn));
      const isOver = last !== null && known === highest && (last.isGone || last.size >= rotation.bytes);
      return `${stem}.${String(isOver ? highest + 1 : highest).padStart(4, "0")}${end}`;
    }
  }
}
