/**
 * How hard the property tests try. FLOWRUN_CASES is how many journals the largest of them makes up; the others go along.
 * They are other ones each time, so many runs of few find what one of many does; who changes what they try asks for more.
 */
export const cases = Number(process.env["FLOWRUN_CASES"] ?? 200);

/** So many cases where the largest test has 400. */
export function casesOf(usual: number): number {
  return Math.max(1, Math.round((usual * cases) / 400));
}
