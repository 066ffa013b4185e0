import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** How src speaks: every export says what it is, one name means one thing, and the words are plain. */

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((name) => `src/${name.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

interface Exported {
  readonly path: string;
  readonly name: string;
  readonly hasDocstring: boolean;
}

const exported = files.flatMap(exportsOf);

function exportsOf({ path, text }: { readonly path: string; readonly text: string }): readonly Exported[] {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return statements.filter(isSeen).flatMap((statement) => {
    const hasDocstring = ts.getJSDocCommentsAndTags(statement).length > 0;
    return namesOf(statement).map((name) => ({ path, name, hasDocstring }));
  });
}

/** The body of a function with overloads is seen by nobody: its signatures are. */
function isSeen(statement: ts.Statement, at: number, all: readonly ts.Statement[]): boolean {
  if (!isExported(statement)) return false;
  const before = all[at - 1];
  const isBody = ts.isFunctionDeclaration(statement) && statement.body !== undefined;
  const hasSignature = before !== undefined && ts.isFunctionDeclaration(before) && before.body === undefined;
  return !(isBody && hasSignature && before.name?.text === statement.name?.text);
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

/** The docstrings in src, each with the first line that it is in, without stars. */
const docstrings = files.flatMap(({ path, text }) =>
  [...text.matchAll(/\/\*\*(.*?)\*\//gs)].map(({ 1: inside = "", index }) => ({
    at: `${path}:${text.slice(0, index).split("\n").length}`,
    words: inside.replace(/^\s*\* ?/gm, " ").trim(),
  })),
);

describe("exports", () => {
  it("are looked at, all of them", () => {
    expect(exported.length).toBeGreaterThan(300);
    expect(exported).toContainEqual({ path: "src/runs/record/flow-run.ts", name: "FlowRun", hasDocstring: true });
  });

  it("have a docstring each", () => {
    expect(exported.filter(({ hasDocstring }) => !hasDocstring).map(({ path, name }) => `${path} ${name}`)).toEqual([]);
  });

  it("have a name that no other file exports", () => {
    const paths = new Map<string, Set<string>>();
    for (const { name, path } of exported) paths.set(name, (paths.get(name) ?? new Set()).add(path));
    expect([...paths].filter(([, of]) => of.size > 1).map(([name, of]) => [name, ...of])).toEqual([]);
  });
});

describe("docstrings", () => {
  it("name the thing, rather than begin with What", () => {
    expect(docstrings.length).toBeGreaterThan(500);
    expect(docstrings.filter(({ words }) => words.startsWith("What "))).toEqual([]);
  });

  it("are in plain English", () => {
    expect(docstrings.filter(({ words }) => words.includes("nobody's business"))).toEqual([]);
  });
});

it("no file refers to a page that does not ship", () => {
  const lines = files.flatMap(({ path, text }) => text.split("\n").map((line) => ({ path, line })));
  const shipped = /^docs\/[\w-]+\.md$/;
  const pages = lines.flatMap(({ path, line }) =>
    // A report that somebody asks for by -o is none of ours.
    [...line.matchAll(/(?<!-o |[\w./-])[\w./-]+\.md\b/g)].map(([page]) => ({ path, page })),
  );
  expect(lines.filter(({ line }) => /contract: |contract\//.test(line))).toEqual([]);
  expect(pages.filter(({ page }) => !shipped.test(page) || !readdirSync("docs").includes(page.slice(5)))).toEqual([]);
});
