/**
 * How hard the property tests try. FLOWRUN_CASES is how many journals the largest of them makes up; the others go along.
 * CI asks for more than a person who waits for an answer.
 */
export const cases = Number(process.env["FLOWRUN_CASES"] ?? 400);

/** So many cases where the largest test has 400. */
export function casesOf(usual: number): number {
  return Math.max(1, Math.round((usual * cases) / 400));
}
