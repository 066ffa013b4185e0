/** By this at its head each page of flowrun's is known again … */
const pageMark = '<meta name="generator" content="flowrun';
/** … and by this at its foot each Markdown. */
const markdownMark = "Made by flowrun ";

/** Whether a file is a report of flowrun's, by its beginning and its end. Pure. */
export function isReport(ends: string): boolean {
  return ends.includes(pageMark) || ends.includes(markdownMark);
}
