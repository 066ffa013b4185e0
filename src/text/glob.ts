/**
 * Whether a text is what a pattern describes, in any case: `*` is any text, `?` one character, the rest is itself. Takes
 * at most time pattern × text, whatever stands in either (a regular expression can take for ever). Pure.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const wanted = pattern.toLowerCase();
  if (!/[*?]/.test(wanted)) return (text) => text.toLowerCase() === wanted;
  return (text) => matches(wanted, text.toLowerCase());
}

/** Greedy, with one way back: to the last `*`, which then takes one character more. */
function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let starred = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p;
      starred = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      starred += 1;
      p = star + 1;
      t = starred;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
