import type { Notify } from "../../notices.ts";

/** So many of those that are alike are told one by one; there may be a million. */
const mostTold = 20;

/** Warns of the first of many things that are alike, and of the others once. @param more says that there are others. */
export function warnOfFirst(notify: Notify, more: string): (text: string) => void {
  let told = 0;
  return (text) => {
    told += 1;
    if (told <= mostTold) notify({ kind: "warning", text });
    else if (told === mostTold + 1) notify({ kind: "warning", text: more });
  };
}
