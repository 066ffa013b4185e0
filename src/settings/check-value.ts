import { FlowrunError } from "../errors.ts";
import { list, type ProfileKey } from "./keys.ts";

/**
 * A value as it is saved and used, without the blanks around it.
 * @param name what the message calls it: the key, or the variable it came from.
 * @throws FlowrunError `settings` for one that cannot be right; never shows a secret. Pure.
 */
export function checkValue(key: ProfileKey, text: string, name: string = key): string {
  const value = text.trim();
  switch (key) {
    case "journalUrl":
      return checkUrl(value, name);
    case "imsUrl":
    case "apiUrl":
      return checkUrl(value, name).replace(/\/+$/, "");
    case "scopes":
    case "clientSecret":
      return words(value)
        .map((part) => checkWord(part, name, key === "clientSecret"))
        .join(",");
    case "clientId":
    case "imsOrgId":
    case "consumerOrgId":
    case "projectId":
    case "workspaceId":
      return checkWord(value, name);
  }
}

/** One at least, so that an empty list is found fault with as an empty word is. */
function words(text: string): readonly string[] {
  const parts = list(text);
  return parts.length === 0 ? [""] : parts;
}

/** Plain http is for loopback only: everything else carries a token or a secret over the wire. */
export function checkUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new FlowrunError("settings", `${name} is not a URL`, {
      why: `it reads ${JSON.stringify(text.slice(0, 200))}`,
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
  return text;
}

/** Whether a host is this machine. Pure. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * These travel as headers and in paths: a stray line break or quote from a copy-paste would break the request far from
 * here. Never shows a secret.
 * @throws FlowrunError `settings`. Pure.
 */
export function checkWord(text: string, name: string, isSecret = false): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  if (text === "") {
    throw new FlowrunError("settings", `${name} is empty`, {
      why: "there is nothing in it but blanks and commas",
      hint: "copy it again from Adobe Developer Console",
    });
  }
  throw new FlowrunError("settings", `${name} holds a character that cannot be part of it`, {
    why: isSecret
      ? "it has a space, line break or non-ASCII character"
      : `it reads ${JSON.stringify(text.slice(0, 200))}`,
    hint: "copy it again, without spaces, quotes or line breaks",
  });
}
