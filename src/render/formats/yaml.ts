import { Document, visit } from "yaml";
import { isObject } from "../../json.ts";
import { escapeActive, hasActive } from "../text/safe-text.ts";
import { rowByRow, type Renderer } from "./renderer.ts";

/** `yaml`: one document a row; nothing where there is none. Strings are strings to readers of YAML 1.1 as well. */
export function yamlRenderer<Row>(): Renderer<Row> {
  return rowByRow<Row>(yamlDocument, { document: yamlDocument });
}

/** Any plain data as one document. Pure. */
export function yamlDocument(data: unknown): string {
  return `---\n${tell(data)}`;
}

/** The package takes a kilobyte for each value: what has very many is told in parts, which are put together here. */
const mostAtOnce = 10_000;

function tell(data: unknown): string {
  if (Array.isArray(data) && !isLight(data)) {
    const items: readonly unknown[] = data;
    return group(items, (item) => item)
      .map((part) => ("heavy" in part ? under("- ", tell(part.heavy)) : write(part.light)))
      .join("");
  }
  if (!isObject(data) || isLight(data)) return write(data);
  return group(Object.entries(data), ([, value]) => value)
    .map((part) =>
      "heavy" in part
        ? `${nameAlone(part.heavy[0])}\n${under("  ", tell(part.heavy[1]))}`
        : write(Object.fromEntries(part.light)),
    )
    .join("");
}

function write(data: unknown): string {
  const document = new Document(data, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      // YAML has no bare form for these, and an escape means something in double quotes only.
      if (typeof node.value === "string" && hasActive(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return escapeActive(document.toString({ lineWidth: 0 }));
}

/** A name with what stands between it and its value, but for the value. */
function nameAlone(name: string): string {
  return write({ [name]: 0 }).slice(0, -" 0\n".length);
}

/** A part, moved to the right behind what stands on its first line. */
function under(first: string, part: string): string {
  return first + part.replace(/\n(?=[^\n])/g, `\n${" ".repeat(first.length)}`);
}

/** Neighbours that can be told at once, and those that are too heavy even alone. */
type Part<T> = { readonly light: readonly T[] } | { readonly heavy: T };

function group<T>(all: readonly T[], valueOf: (one: T) => unknown): readonly Part<T>[] {
  const parts: Part<T>[] = [];
  let light: T[] = [];
  let weight = 0;
  const close = (): void => {
    if (light.length > 0) parts.push({ light });
    light = [];
    weight = 0;
  };
  for (const one of all) {
    const own = weightOf(valueOf(one));
    if (weight + own > mostAtOnce) close();
    if (own > mostAtOnce) parts.push({ heavy: one });
    else {
      light.push(one);
      weight += own;
    }
  }
  close();
  return parts;
}

function isLight(data: unknown): boolean {
  return weightOf(data) <= mostAtOnce;
}

/** How many values there are in one, itself included; it stops counting where they are too many to be told at once. */
function weightOf(data: unknown): number {
  const left = [data];
  let count = 0;
  while (left.length > 0 && count <= mostAtOnce) {
    const value = left.pop();
    count += 1;
    if (typeof value !== "object" || value === null) continue;
    for (const inner of Object.values(value).slice(0, mostAtOnce + 1)) left.push(inner);
  }
  return count;
}
