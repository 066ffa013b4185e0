/** The library's types as one file: what tsc says of the modules, as far as the face for programs shows it. */
import { dirname, relative, resolve } from "node:path";
import ts from "typescript";

/**
 * The declarations that an entry exports, and what those need, docstrings kept. It stands alone, so that the same text
 * serves ES modules and CommonJS.
 * @param {string} entry a source file.
 * @throws Error where tsc does, or where two declarations would have one name.
 */
export function declarationsOf(entry) {
  const emit = emitter();
  const modules = new Map();
  const wanted = new Map();
  const publicNames = new Set();
  for (const [name, from] of exportsOf(entry)) {
    publicNames.add(name);
    collect(name, from);
  }
  const texts = [...wanted.values()].map(({ name, comment, text }) =>
    [comment, publicNames.has(name) ? `export ${text}` : text].filter((part) => part !== "").join("\n"),
  );
  // Without this, a declaration file exports everything in it.
  return `${[...texts, "export {};"].join("\n")}\n`;

  /** Every name that a module exports, and the module that declares it. */
  function exportsOf(path) {
    return moduleAt(path).exported.map(([name, from]) => [name, from ?? path]);
  }

  function collect(name, path) {
    const { declared, imported } = moduleAt(path);
    const from = imported.get(name);
    if (from !== undefined) {
      collect(name, from);
      return;
    }
    const declaration = declared.get(name);
    // A global, a type parameter, the name of a field.
    if (declaration === undefined) return;
    const known = wanted.get(name);
    if (known !== undefined && known.path !== path) {
      throw new Error(`${name} is declared in ${relative("", known.path)} and in ${relative("", path)}: rename one`);
    }
    if (known !== undefined) return;
    wanted.set(name, { path, name, comment: declaration.comment, text: declaration.text });
    for (const other of declaration.names) collect(other, path);
  }

  function moduleAt(path) {
    if (!modules.has(path)) modules.set(path, emit(path));
    return modules.get(path);
  }
}

/** Source file → what it declares. A module is looked at by itself, since all that is exported says its types. */
function emitter() {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, "");
  const emitted = { noEmit: false, noCheck: true, declaration: true, emitDeclarationOnly: true, outDir: "dist" };
  const alone = { ...options, ...emitted, noResolve: true, types: [] };
  const host = ts.createCompilerHost(alone, true);
  const parsed = new Map();
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...rest) => {
    if (!parsed.has(path)) parsed.set(path, parse(path, ...rest));
    return parsed.get(path);
  };
  return (path) => {
    const program = ts.createProgram([path], alone, host);
    let text = null;
    const { diagnostics } = program.emit(program.getSourceFile(path), (_, written) => {
      text = written;
    });
    const [first] = diagnostics;
    if (first !== undefined) throw new Error(ts.flattenDiagnosticMessageText(first.messageText, "\n"));
    if (text === null) throw new Error(`${relative("", path)} has no declarations`);
    return readModule(text, path);
  };
}

function readModule(text, path) {
  const declared = new Map();
  const imported = new Map();
  const exported = [];
  for (const node of ts.createSourceFile("module.d.ts", text, ts.ScriptTarget.ES2022, true).statements) {
    const from = node.moduleSpecifier === undefined ? undefined : pathOf(node.moduleSpecifier.text, path);
    if (ts.isImportDeclaration(node)) {
      for (const name of namesOf(node.importClause?.namedBindings)) imported.set(name, from);
    } else if (ts.isExportDeclaration(node)) {
      for (const name of namesOf(node.exportClause)) exported.push([name, from]);
    } else {
      const own = ts.isVariableStatement(node)
        ? node.declarationList.declarations.map(({ name }) => name.text)
        : [node.name?.text];
      const isExported = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isExport);
      for (const name of own) {
        declared.set(name, { ...textOf(node), names: identifiersIn(node) });
        if (isExported) exported.push([name, undefined]);
      }
    }
  }
  return { declared, imported, exported };
}

const isExport = ({ kind }) => kind === ts.SyntaxKind.ExportKeyword;

/** A source file as tsc is told of it: `.ts` and `.js` mean the same; a package's module has no path. */
function pathOf(specifier, from) {
  return specifier.startsWith(".") ? resolve(dirname(from), specifier.replace(/[.]js$/, ".ts")) : undefined;
}

function namesOf(bindings) {
  return (bindings?.elements ?? []).map(({ name, propertyName }) => {
    if (propertyName !== undefined) throw new Error(`${propertyName.text} goes by another name: ${name.text}`);
    return name.text;
  });
}

/** A declaration with the comments before it, without `export`, after what would have stood between. */
function textOf(node) {
  const source = node.getSourceFile();
  const [comment = { pos: node.getStart(), end: node.getStart() }] = (
    ts.getLeadingCommentRanges(source.text, node.pos) ?? []
  ).slice(-1);
  const text = source.text.slice(node.getStart(), node.end).replace(/^export (?:declare )?/, "declare ");
  const plain = text.replace(/^declare (?=interface |type )/, "");
  return { comment: source.text.slice(comment.pos, comment.end), text: plain };
}

function identifiersIn(node) {
  const names = new Set();
  const visit = (child) => {
    if (ts.isImportTypeNode(child)) throw new Error(`${child.getText()} has to be imported by name`);
    if (ts.isIdentifier(child)) names.add(child.text);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return names;
}
