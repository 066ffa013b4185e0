/**
 * Numbers as a line of blocks, the highest a full one; a dot is 0. More than `width` numbers are added up, neighbours
 * together, so that no peak is lost. `most` is what a full one stands for, where lines are to be compared. Pure.
 */
export function sparkline(values: readonly number[], width: number, most = peak(values, width)): string {
  return squeeze(values, width)
    .map((value) => block(value, most))
    .join("");
}

/** The highest number that a line of that width shows. Pure. */
export function peak(values: readonly number[], width: number): number {
  return Math.max(...squeeze(values, width));
}

/** How many numbers each sign of such a line stands for. Pure. */
export function stride(length: number, width: number): number {
  return Math.max(1, Math.ceil(length / width));
}

/** A bar whose full length is `width` for `most`: its sound part, then its failed part, which is never invisible. Pure. */
export function bar(
  { runs, failed }: { readonly runs: number; readonly failed: number },
  most: number,
  width: number,
): { readonly sound: string; readonly failed: string } {
  const length = runs === 0 ? 0 : Math.max(1, Math.round((runs / most) * width));
  const bad = failed === 0 ? 0 : Math.max(1, Math.round((failed / runs) * length));
  return { sound: "█".repeat(length - bad), failed: "▒".repeat(bad) };
}

const blocks = "▁▂▃▄▅▆▇█";

function block(value: number, most: number): string {
  if (value === 0) return "·";
  return blocks[Math.ceil((value / most) * blocks.length) - 1] ?? "█";
}

function squeeze(values: readonly number[], width: number): readonly number[] {
  const step = stride(values.length, width);
  return Array.from({ length: Math.ceil(values.length / step) }, (_, at) =>
    values.slice(at * step, (at + 1) * step).reduce((sum, value) => sum + value, 0),
  );
}
