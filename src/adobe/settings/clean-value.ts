import type { Notify } from "../../notices.ts";
import { cleanText, withoutComma, type CleanText } from "./clean-text.ts";
import { profileKeys, type ProfileKey, type ProfileValues } from "./keys.ts";

/** The kind of a value, by the characters that may have got around it. */
export type ValueKind = "word" | "list" | "imsUrl" | "journalUrl" | "folder";

/** The kind of each setting. */
export const kinds = {
  clientId: "word",
  clientSecret: "list",
  imsOrgId: "word",
  scopes: "list",
  journalUrl: "journalUrl",
  imsUrl: "imsUrl",
  apiUrl: "word",
  consumerOrgId: "word",
  projectId: "word",
  workspaceId: "word",
  archive: "word",
  lyticsToken: "word",
  lyticsUrl: "word",
  output: "word",
  time: "word",
  color: "word",
  jobs: "word",
  retries: "word",
  "max-wait": "word",
} as const satisfies Record<ProfileKey, ValueKind>;

/**
 * A value as it was meant: the door through which everything gets in that somebody wrote down, be it in the environment,
 * a profile, a flag or a file. What is clean comes back as it is; what is wrong is left for `checkValue`. Pure.
 */
export function cleanValue(kind: ValueKind, text: string): CleanText {
  const once = cleanOnce(kind, text);
  if (once.text === text || kind === "folder") return once;
  // What was taken off may have hidden more of it: quotes in brackets, a comma before a fragment.
  const again = cleanValue(kind, once.text);
  return { text: again.text, how: [...new Set([...once.how, ...again.how])] };
}

function cleanOnce(kind: ValueKind, text: string): CleanText {
  const clean = kind === "list" ? cleanList(text) : cleanText(text);
  if (kind === "journalUrl") return withoutStart(clean);
  // The address that a token is asked of is the one that Adobe's pages show.
  if (kind === "imsUrl") return changed(clean, /\/ims\/token\/v\d+\/*$/, "", "without the path of its tokens");
  if (kind === "folder") return changed(clean, /^~(?=$|[/\\])/, "~", "with your home in place of ~");
  return clean;
}

/** Every value of a profile, cleaned; `notify` hears which is not read as it is written. Empty ones are left out. */
export function cleanValues(values: ProfileValues, nameOf: (key: ProfileKey) => string, notify: Notify): ProfileValues {
  const entries = profileKeys.flatMap((key) => {
    const { text, how } = cleanValue(kinds[key], values[key] ?? "");
    if (how.length > 0) notify({ kind: "warning", text: describeCleaning(nameOf(key), how) });
    return text === "" ? [] : [[key, text] as const];
  });
  return Object.fromEntries(entries);
}

/** `FLOWRUN_CLIENT_ID is read without the quotes around it`. Pure. */
export function describeCleaning(name: string, how: CleanText["how"]): string {
  return `${name} is read ${how.join(" and ")}`;
}

/** The parts, separated by commas: written down as a list of JSON's, or each in quotes, too. */
function cleanList(text: string): CleanText {
  const whole = cleanText(text);
  const inner = /^\[(.*)\]$/s.exec(whole.text)?.[1];
  const parts = (inner ?? whole.text).split(",").map((part) => cleanText(part));
  const brackets = inner === undefined ? [] : ["without the brackets around it"];
  return {
    text: parts
      .map((part) => part.text)
      .filter((part) => part !== "")
      .join(","),
    how: [...new Set([...whole.how, ...brackets, ...parts.flatMap((part) => part.how)])].filter(
      (how) => how !== withoutComma,
    ),
  };
}

/** The parameters of a request for a page of Adobe I/O Events' journal: left in its address, they would lose runs. */
const startWords = ["latest", "limit", "seek", "since"];

/** The journal itself: without where a reading once began, and without a fragment, which no server sees. */
function withoutStart(clean: CleanText): CleanText {
  const [, address = "", query = "", fragment] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(clean.text) ?? [];
  const nameOf = (part: string): string => part.replace(/=.*$/s, "").toLowerCase();
  const parts = query.split("&");
  const kept = parts.filter((part) => !startWords.includes(nameOf(part)));
  const dropped = parts.filter((part) => startWords.includes(nameOf(part))).map(nameOf);
  if (dropped.length === 0 && fragment === undefined) return clean;
  const what = [...dropped.map((name) => `?${name}=`), ...(fragment === undefined ? [] : ["its #…"])];
  const rest = kept.filter((part) => part !== "").join("&");
  return {
    text: rest === "" ? address : `${address}?${rest}`,
    how: [...clean.how, `without ${what.join(", ")}: where a reading begins is said by its command`],
  };
}

function changed(clean: CleanText, pattern: RegExp, by: string, how: string): CleanText {
  return pattern.test(clean.text) ? { text: clean.text.replace(pattern, by), how: [...clean.how, how] } : clean;
}
