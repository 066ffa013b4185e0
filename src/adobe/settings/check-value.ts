import { FlowrunError } from "../../errors.ts";
import type { Notify } from "../../notices.ts";
import { cleanValue, describeCleaning, kinds } from "./clean-value.ts";
import { checkArchive } from "./check-archive.ts";
import { list, type ProfileKey } from "./keys.ts";

/**
 * A value as it is saved and used, without what had got around it.
 * @param name what the message calls it: the key, or the variable it came from.
 * @param notify hears where the value is not used as it is written.
 * @throws FlowrunError `settings` for one that cannot be right; never shows a secret. Pure, but for `notify`.
 */
export function checkValue(key: ProfileKey, text: string, name: string = key, notify?: Notify): string {
  const { text: value, how } = cleanValue(kinds[key], text);
  const checked = checkClean(key, value, name);
  if (how.length > 0) notify?.({ kind: "warning", text: describeCleaning(name, how) });
  return checked;
}

function checkClean(key: ProfileKey, value: string, name: string): string {
  switch (key) {
    case "journalUrl":
      return checkUrl(value, name);
    case "imsUrl":
    case "apiUrl":
    case "lyticsUrl":
      return checkBase(value, name);
    case "archive":
      refusePlaceholder(value, name, true);
      return checkArchive(value, name);
    case "scopes":
    case "clientSecret":
      return words(value)
        .map((part) => checkWord(part, name, key === "clientSecret"))
        .join(",");
    case "lyticsToken":
      return checkWord(value, name, true);
    case "clientId":
    case "imsOrgId":
    case "consumerOrgId":
    case "projectId":
    case "workspaceId":
    // Which of the usual options' values are right, the options themselves know.
    case "output":
    case "time":
    case "color":
    case "jobs":
    case "retries":
    case "max-wait":
      return checkWord(value, name);
  }
}

/** One at least, so that an empty list is found fault with as an empty word is. */
function words(text: string): readonly string[] {
  const parts = list(text);
  return parts.length === 0 ? [""] : parts;
}

/** An address that paths are put after, without the slash at its end. @throws FlowrunError `settings`. Pure. */
export function checkBase(text: string, name: string): string {
  const { search, hash } = new URL(checkUrl(text, name));
  if (search === "" && hash === "") return text.replace(/\/+$/, "");
  throw new FlowrunError("settings", `${name} has a ${search === "" ? "#…" : "?…"} at its end`, {
    why: "a path is put after it",
    hint: `set it to ${text.replace(/[?#].*$/s, "")}`,
  });
}

/**
 * An address that may be asked with a token. Plain http is for loopback only: everything else carries a token or a
 * secret over the wire.
 * @throws FlowrunError `settings` that shows no password. Pure.
 */
function checkUrl(text: string, name: string): string {
  refusePlaceholder(text, name);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new FlowrunError("settings", `${name} is not a URL`, {
      why: `it reads ${quote(withoutUser(text))}`,
      hint: "copy it whole, with https://",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new FlowrunError("settings", `${name} holds a user name or password`, {
      why: "flowrun authenticates with a token, never with the URL",
      hint: "remove everything between :// and @",
    });
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new FlowrunError("settings", `${name} uses plain http for ${url.hostname}`, {
      why: "secrets and tokens go over https; http is accepted for this machine only",
      hint: `use https://${url.host}${url.pathname}`,
    });
  }
  // A URL takes anything, and writes it some other way: the address asked would not be the one that was meant.
  if (!isPlain(text)) throw strange(name, `it reads ${quote(text)}`);
  return text;
}

/** Whether a host is this machine. Pure. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** An access token, by itself. @throws FlowrunError `settings` that never shows it. Pure. */
export function checkAccessToken(text: string, name: string): string {
  if (!/^(?:authorization:\s*)?bearer(?:\s|$)/i.test(text)) return checkWord(text, name, true);
  throw new FlowrunError("settings", `${name} is a header, not a token`, {
    why: "it begins with the word Bearer, which flowrun puts before the token itself",
    hint: "set it to what comes after that word",
  });
}

/**
 * These travel as headers and in paths: a stray line break or quote from a copy-paste would break the request far from
 * here. Never shows a secret.
 * @throws FlowrunError `settings`. Pure.
 */
function checkWord(text: string, name: string, isSecret = false): string {
  refusePlaceholder(text, name, isSecret);
  if (isPlain(text)) return text;
  if (text === "") {
    throw new FlowrunError("settings", `${name} is empty`, {
      why: "there is nothing in it but blanks and commas",
      hint: "copy it again from Adobe Developer Console",
    });
  }
  throw strange(
    name,
    isSecret ? "it has a space, quote, line break or non-ASCII character" : `it reads ${quote(text)}`,
  );
}

/** Printable ASCII, and no quotes: nothing of Adobe's has any. */
function isPlain(text: string): boolean {
  return /^[\x21\x23-\x26\x28-\x5f\x61-\x7e]+$/.test(text);
}

function strange(name: string, why: string): FlowrunError {
  return new FlowrunError("settings", `${name} holds a character that cannot be part of it`, {
    why,
    hint: "copy it again, without spaces, quotes or line breaks",
  });
}

/** A placeholder that somebody, or a program, was to put the value in place of: `<client_id>`, `${SECRET}`, `%SECRET%`, `{{ secret }}`. */
function refusePlaceholder(text: string, name: string, isSecret = false): void {
  if (!/^(?:<[^<>]*>|\$\{[^{}]*\}|\$[A-Za-z_]\w*|%\w+%|\{\{.*\}\})$/s.test(text)) return;
  throw new FlowrunError("settings", `${name} holds a placeholder instead of a value`, {
    why: isSecret ? "it looks like one, and nothing has put the value in its place" : `it reads ${quote(text)}`,
    hint: "set it to the value itself: env files of Docker and systemd replace no variables",
  });
}

/** The part before an @ may be a password. */
function withoutUser(text: string): string {
  return text.replace(/[^/\s]*@/g, "…@");
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
