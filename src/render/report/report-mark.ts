/** Stands at the head of each page of flowrun's … */
export const pageMark = '<meta name="generator" content="flowrun';
/** … and at the foot of each Markdown. */
export const markdownMark = "Made by flowrun ";

/** Whether a file is a report of flowrun's, by its beginning and its end. Pure. */
export function isReport(ends: string): boolean {
  return ends.includes(pageMark) || ends.includes(markdownMark);
}
