/** JSON Schema (draft 2020-12) out of an interface of ours, so that there is one definition of what is printed. */
import { basename, resolve } from "node:path";
import ts from "typescript";

/** The records that flowrun prints, by the names of their schemas: where each is declared. */
const records = {
  "flow-run": ["record/flow-run.ts", "FlowRun"],
  flow: ["cadence/flow-record.ts", "FlowRecord"],
  absent: ["cadence/flow-record.ts", "AbsentRecord"],
  "failed-row": ["rows/failed-row.ts", "FailedRow"],
  job: ["job/job.ts", "Job"],
  work: ["cadence/work-record.ts", "WorkRecord"],
};

/** The names of the schemas that ship. */
export const schemaNames = Object.keys(records);

/** The schema of that name. */
export function shippedSchema(name) {
  const [file, type] = records[name];
  const path = resolve(import.meta.dirname, "../src/runs", file);
  return schemaOf({ file: path, name: type, id: `urn:flowrun:schema:${name}:1` });
}

/**
 * The schema of an interface of the file. Docstrings become descriptions, the root has its properties itself, other
 * interfaces are definitions; since fields are only ever added, none forbids what it does not know.
 * @param {{ file: string, name: string, id: string }} what
 * @throws Error for a type that it does not know how to say.
 */
export function schemaOf({ file, name, id }) {
  const program = ts.createProgram([file], { strict: true, lib: ["lib.es2023.d.ts"], types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const root = source?.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (root === undefined) throw new Error(`${basename(file)} has no interface ${name}`);
  const definitions = {};
  const { description, ...object } = objectOf(checker.getTypeAtLocation(root));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: id,
    title: name,
    description,
    ...object,
    $defs: Object.fromEntries(Object.entries(definitions).sort(([one], [other]) => (one < other ? -1 : 1))),
  };

  function objectOf(type) {
    const fields = checker.getPropertiesOfType(type);
    const isOptional = (field) => (field.flags & ts.SymbolFlags.Optional) !== 0;
    return {
      ...described(type.symbol),
      type: "object",
      properties: Object.fromEntries(fields.map((field) => [field.name, fieldOf(field)])),
      required: fields.filter((field) => !isOptional(field)).map((field) => field.name),
      additionalProperties: true,
    };
  }

  function fieldOf(field) {
    const type = checker.getTypeOfSymbol(field);
    return { ...described(field), ...schemaOfType(type, field.name) };
  }

  function schemaOfType(type, path) {
    if (type.flags & ts.TypeFlags.Unknown) return {};
    if (type.flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (type.isUnion()) return unionOf(type.types, path);
    if (type.isLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.String) return { type: "string" };
    if (type.flags & ts.TypeFlags.Number) return { type: "number" };
    if (type.flags & ts.TypeFlags.Null) return { type: "null" };
    if (checker.isArrayType(type)) {
      const [items] = checker.getTypeArguments(type);
      return { type: "array", items: schemaOfType(items, `${path}[]`) };
    }
    if (isOfAnything(type)) return { type: "object", additionalProperties: true };
    if (isOwnShape(type)) {
      return type.isClassOrInterface() ? reference(type) : objectOf(type);
    }
    throw new Error(`${path} is ${checker.typeToString(type)}, which has no schema yet`);
  }

  /** An object whose fields are the sender's own. */
  function isOfAnything(type) {
    const info = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    const isAny = info !== undefined && (info.type.flags & ts.TypeFlags.Unknown) !== 0;
    return isAny && checker.getPropertiesOfType(type).length === 0;
  }

  /** An interface or an object of the program's own: nothing else is only fields. */
  function isOwnShape({ symbol }) {
    const isShape =
      symbol !== undefined && (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeLiteral)) !== 0;
    const isPlain = (node) => ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node);
    return isShape && symbol.declarations.every((node) => isPlain(node) && isOwn(node.getSourceFile()));
  }

  function isOwn(sourceFile) {
    return !program.isSourceFileDefaultLibrary(sourceFile) && !program.isSourceFileFromExternalLibrary(sourceFile);
  }

  /** The definition may need itself, so its place is taken before it is made. */
  function reference(type) {
    const { name: defined } = type.symbol;
    if (definitions[defined] === undefined) {
      definitions[defined] = {};
      definitions[defined] = objectOf(type);
    }
    return { $ref: `#/$defs/${defined}` };
  }

  function unionOf(types, path) {
    const some = types.filter((type) => !(type.flags & ts.TypeFlags.Undefined));
    const isNull = (type) => (type.flags & ts.TypeFlags.Null) !== 0;
    const others = some.filter((type) => !isNull(type));
    const orNull = some.some(isNull) ? [null] : [];
    if (others.length > 1 && others.every((type) => type.isLiteral())) {
      return { enum: [...others.map(({ value }) => value), ...orNull] };
    }
    // The compiler takes a boolean for one of true and false.
    const isBoolean = others.length === 2 && others.every((type) => type.flags & ts.TypeFlags.BooleanLiteral);
    if (isBoolean) return { type: orNull.length === 0 ? "boolean" : ["boolean", "null"] };
    const [only] = others;
    if (others.length !== 1) throw new Error(`${path} is one of several shapes, which has no schema yet`);
    const schema = schemaOfType(only, path);
    if (orNull.length === 0) return schema;
    return "type" in schema ? { ...schema, type: [schema.type, "null"] } : { anyOf: [schema, { type: "null" }] };
  }

  function described(symbol) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, " ").trim();
    return text === "" ? {} : { description: text };
  }
}
