import { readdirSync, readFileSync } from "node:fs";

/** A page of the documents: the README, or one in docs/. */
export interface DocPage {
  /** From the repository's root: `docs/record.md`. */
  readonly path: string;
  readonly text: string;
}

/** The README, then the pages in docs/ and its folders by name. */
export const docPages: readonly DocPage[] = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => `docs/${name}`),
]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

/** A page by its path. @throws where there is none. */
export function pageAt(path: string): DocPage {
  const page = docPages.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`there is no page ${path}`);
  return page;
}

/** A fenced block, with the heading that it stands under. */
export interface Block {
  readonly language: string;
  readonly heading: string;
  /** Without its fences. */
  readonly text: string;
}

/** The fenced blocks of a page, in its order. Pure. */
export function blocksOf({ text }: DocPage): readonly Block[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(({ index, 1: language = "", 2: block = "" }) => {
    const headings = withoutBlocks(text.slice(0, index)).match(/^#+ .*$/gm) ?? [];
    return { language, heading: headings.at(-1)?.replace(/^#+ /, "") ?? "", text: block };
  });
}

/** A text without its fenced blocks, where a `#` begins a comment and no heading. Pure. */
export function withoutBlocks(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, "");
}
