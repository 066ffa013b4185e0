import { cutText } from "../text/cut-text.ts";
import { safeText } from "../text/safe-text.ts";

/**
 * The one door by which anything enters a page. `markup` makes markup; what is put into it is text and stays text, except
 * for markup that came through the same door. So nobody can forget to escape, and nothing else makes `Markup`.
 */
export type Markup = Escaped;

/** All that may stand in a page: text, numbers, markup, a list of these, or nothing. */
export type Content = string | number | Markup | null | readonly Content[];

class Escaped {
  // A private field: an object that only looks like markup is none.
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  static textOf(markup: Escaped): string {
    return markup.#text;
  }
}

/**
 * Markup from a template: its own words are taken as they are, and what is put in is made text. Attributes must stand in
 * double quotes, in which text cannot get out of them.
 */
export function markup(words: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = words[0] ?? "";
  contents.forEach((content, index) => {
    text += textOf(content) + (words[index + 1] ?? "");
  });
  return new Escaped(text);
}

/** The finished page. */
export function renderMarkup(markup: Markup): string {
  return Escaped.textOf(markup);
}

function textOf(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  if (content instanceof Escaped) return Escaped.textOf(content);
  return content.map(textOf).join("");
}

/** No text of a page is longer; an event's may be megabytes. */
const longest = 4000;

/** Control characters and what turns the writing direction are made visible first. */
function escapeText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const safe = safeText(cut);
  return plain.test(safe) ? safe : safe.replace(active, (character) => entities[character] ?? character);
}

const plain = /^[^&<>"'`]*$/;
const active = /[&<>"'`]/g;
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** A text that a person is to read, in one line and no wider than so many letters. Pure. */
export function oneLine(text: string, most: number): string {
  const line = text.slice(0, longest).replace(/\s+/g, " ").trim();
  return cutText(line, most);
}
