import { RE2JS } from "re2js";
import type { FlowrunError } from "../../errors.ts";
import type { Criterion, RunFilter } from "./criterion.ts";
import {
  parseExpression,
  pointAt,
  type Comparison,
  type Condition,
  type Operand,
  type WrittenCondition,
} from "./expression.ts";
import { nearest } from "../../text/nearest.ts";
import { jobWords, runWords, type RecordWords } from "./record-words.ts";
import { valuesAt, type FieldKind, type FieldValue } from "../record/fields.ts";

/** How words of time are read, which the domain leaves to the journal's room; `null` for what is none. */
export interface TimeWords {
  /** A length of time (`30m`, `PT5M`), in milliseconds. */
  readonly duration: (word: string) => number | null;
  /** A date or time, in epoch milliseconds. */
  readonly instant: (word: string) => number | null;
}

/** A condition over the fields of a kind of record (`--where`, docs/conditions.md), ready to be asked. */
export interface Where<R> {
  /**
   * The records that a condition asks for. Nothing of it is run as code, and patterns are matched by RE2, in time that grows
   * with the text's length only. A comparison with an unknown (`null`) is false, but for `== null` and `!= null`; a field in
   * a list is compared element by element, and one that fits is enough.
   * @throws FlowrunError `usage` that points at a wrong field, value or sign. Pure.
   */
  readonly filter: (expression: string, times: TimeWords, called?: string) => RunFilter<R>;
  /** The same as filters that must all hold, one for each part that && joins, so that each can be told by itself. */
  readonly criteria: (expression: string, times: TimeWords, called?: string) => readonly Criterion<R>[];
}

/** Conditions over records of which these words are known. Pure. */
function whereOn<R>(words: RecordWords<R>): Where<R> {
  return {
    filter: (expression, times, called = "--where") => {
      const source = { expression, times, called, words };
      return compile(parseExpression(source), source);
    },
    criteria: (expression, times, called = "--where") => {
      const source = { expression, times, called, words };
      const condition = parseExpression(source);
      // All of it first: a mistake is told of the whole.
      const isKept = compile(condition, source);
      if (condition.kind !== "all") return [conditionCriterion(expression.trim(), condition, isKept, words)];
      return condition.parts.map((part, index) =>
        conditionCriterion(condition.texts[index] ?? expression, part, compile(part, source), words),
      );
    },
  };
}

/** Conditions over flow runs. */
export const whereRuns = whereOn(runWords);

/** Conditions over events of Lytics. */
export const whereJobs = whereOn(jobWords);

function conditionCriterion<R>(
  text: string,
  condition: Condition,
  fits: RunFilter<R>,
  words: RecordWords<R>,
): Criterion<R> {
  const named = namedField(condition, words);
  const told = `'${text}'`;
  return {
    option: "where",
    looksAt: pathsIn(condition, words),
    wanted: [{ told, word: named?.word ?? text, fits }],
    isEachTold: false,
    things: named === null ? null : [`value of ${named.field}`, `values of ${named.field}`],
    thingsOf: named === null ? () => [] : (run) => named.valuesOf(run).map((label) => ({ key: label, label })),
  };
}

function pathsIn<R>(condition: Condition, words: RecordWords<R>): readonly string[] {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.parts.flatMap((part) => pathsIn(part, words));
    case "not":
      return pathsIn(condition.part, words);
    case "constant":
      return [];
    case "comparison":
      return [condition.left, condition.right].flatMap(({ kind, text }) =>
        kind === "word" && words.kindAt(text) !== null ? [text] : [],
      );
  }
}

/** The field and the text of `field == "text"`, where a text that nothing has may be misspelt. */
function namedField<R>(condition: Condition, words: RecordWords<R>) {
  if (condition.kind !== "comparison" || condition.operator !== "==") return null;
  const sides = [condition.left, condition.right];
  const field = sides.find(({ kind, text }) => kind === "word" && words.kindAt(text) === "text")?.text;
  const word = sides.find(({ kind }) => kind === "text")?.text;
  if (field === undefined || word === undefined) return null;
  const read = readerOf(field, words);
  return { field, word, valuesOf: (run: R) => read(run).filter((value) => typeof value === "string") };
}

interface Source<R> extends WrittenCondition {
  readonly times: TimeWords;
  readonly words: RecordWords<R>;
}

function readerOf<R>(path: string, { more }: RecordWords<R>): (run: R) => readonly FieldValue[] {
  const shown = more[path];
  if (shown !== undefined) return (run) => [shown(run)];
  const steps = path.split(".");
  return (run) => valuesAt(run, steps);
}

function compile<R>(condition: Condition, source: Source<R>): RunFilter<R> {
  switch (condition.kind) {
    case "all": {
      const tests = condition.parts.map((part) => compile(part, source));
      return (run) => tests.every((test) => test(run));
    }
    case "any": {
      const tests = condition.parts.map((part) => compile(part, source));
      return (run) => tests.some((test) => test(run));
    }
    case "not": {
      const test = compile(condition.part, source);
      return (run) => !test(run);
    }
    case "constant":
      return () => condition.holds;
    case "comparison":
      return compileComparison(condition, source);
  }
}

/** One side of a comparison, ready to be asked. */
interface Side<R> {
  readonly kind: FieldKind | "number" | "null";
  readonly values: (run: R) => readonly FieldValue[];
}

function compileComparison<R>(comparison: Comparison, source: Source<R>): RunFilter<R> {
  const { operator, left, right } = comparison;
  if (operator === "=~" || operator === "!~") return compileMatch(comparison, source);
  const sides = { left: sideOf(left, source), right: sideOf(right, source) };
  const one = timed(sides.left, sides.right, left, source);
  const other = timed(sides.right, sides.left, right, source);
  checkKinds(one, other, comparison, source);
  if (one.kind === "null") return nullTest(operator === "==", other);
  if (other.kind === "null") return nullTest(operator === "==", one);
  const holds = relations[operator];
  const deciding = decidingOf[operator];
  return (run) => {
    const others = deciding(other.values(run).filter((value) => value !== null));
    if (others instanceof Set) return one.values(run).some((a) => a !== null && others.has(a));
    return one.values(run).some((a) => a !== null && others.some((b) => holds(a, b)));
  };
}

type Known = Exclude<FieldValue, null>;

/**
 * Of the values on the right those that decide whether any fits: one or two, or a set to look them up in. Two fields with
 * a hundred thousand elements each would be ten thousand million pairs.
 */
const decidingOf: Readonly<
  Record<keyof typeof relations, (values: readonly Known[]) => readonly Known[] | Set<Known>>
> = {
  "==": (values) => (values.length < 2 ? values : new Set(values)),
  "!=": (values) => [...values.slice(0, 1), ...values.filter((value) => value !== values[0]).slice(0, 1)],
  ">": least,
  ">=": least,
  "<": greatest,
  "<=": greatest,
};

function least(values: readonly Known[]): readonly Known[] {
  return values.length < 2 ? values : [values.reduce((one, other) => (other < one ? other : one))];
}

function greatest(values: readonly Known[]): readonly Known[] {
  return values.length < 2 ? values : [values.reduce((one, other) => (other > one ? other : one))];
}

const relations: Readonly<Record<"==" | "!=" | ">" | ">=" | "<" | "<=", (a: Known, b: Known) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

function nullTest<R>(wantsNull: boolean, { values }: Side<R>): RunFilter<R> {
  return (run) => values(run).some((value) => (value === null) === wantsNull);
}

function sideOf<R>(operand: Operand, source: Source<R>): Side<R> {
  if (operand.kind === "text") return constant("text", operand.text);
  if (operand.kind === "pattern") {
    throw fail(operand, "matches a pattern with =~ or !~ only", source.words.examples.pattern, source);
  }
  return literalFrom(operand.text, source.times) ?? fieldFrom(operand, source);
}

function constant(kind: Side<never>["kind"], value: FieldValue): Side<unknown> {
  const values = [value];
  return { kind, values: () => values };
}

const numberPattern = /^-?\d+(?:\.\d+)?(?:e\d+)?$/i;
const sizePattern = /^(\d+(?:\.\d+)?)(?:([kmgtp])(i?))?b$/i;

/** A number, a size, a length of time, `true`, `false` or `null`; nothing for the name of a field. */
function literalFrom(word: string, times: TimeWords): Side<unknown> | null {
  if (word === "null") return constant("null", null);
  if (word === "true" || word === "false") return constant("flag", word === "true");
  if (numberPattern.test(word)) return constant("number", Number(word));
  const [isSize, amount = "", prefix = "", binary = ""] = sizePattern.exec(word) ?? [];
  if (isSize !== undefined) {
    const power = " kmgtp".indexOf(prefix.toLowerCase() || " ");
    return constant("bytes", Number(amount) * (binary === "" ? 1000 : 1024) ** power);
  }
  // A field's name may look like a length of time to a generous reader, but none begins with a digit or is upper case.
  const ms = /^(?:\d|P[\dT])/.test(word) ? times.duration(word) : null;
  return ms === null ? null : constant("duration", ms);
}

function fieldFrom<R>(operand: Operand, source: Source<R>): Side<R> {
  const { text } = operand;
  const { words } = source;
  const kind = words.kindAt(text);
  if (kind === null) throw noField(operand, source);
  if (kind === "group") {
    const inside = words.paths().filter((path) => path.startsWith(`${text}.`));
    throw fail(operand, `cannot compare '${text}', which holds fields`, `name one of ${inside.join(", ")}`, source);
  }
  const read = readerOf(text, words);
  if (kind !== "time") return { kind, values: read };
  return {
    kind,
    values: (run) => read(run).map((time) => (time === null ? null : Date.parse(String(time)))),
  };
}

function noField<R>(operand: Operand, source: Source<R>): FlowrunError {
  const { text } = operand;
  const wanted = text.toLowerCase();
  const known = source.words.paths();
  const likely = nearest(text, known);
  const alike = likely === null ? known.filter((path) => path.toLowerCase().endsWith(`.${wanted}`)) : [likely];
  const hint =
    alike.length > 0
      ? `did you mean ${alike.slice(0, 4).join(" or ")}?`
      : `fields are ${known.slice(0, 12).join(", ")}…; a text stands in quotes: "${text}"`;
  return fail(operand, `does not know the field '${text}'`, hint, source);
}

/** A text beside a time is read as one, so that `"2026-11-20T08:00Z"` and `"2026-11-20"` compare as they should. */
function timed<R>(side: Side<R>, other: Side<R>, operand: Operand, source: Source<R>): Side<R> {
  if (other.kind !== "time" || side.kind !== "text" || operand.kind !== "text") return side;
  const at = source.times.instant(operand.text);
  if (at !== null) return constant("time", at);
  throw fail(operand, "does not know this time", 'write "2026-11-20" or "2026-11-20T08:00Z"', source);
}

function checkKinds<R>(one: Side<R>, other: Side<R>, { operator, left, right }: Comparison, source: Source<R>): void {
  const hints = hintsFrom(source.words);
  const isNull = one.kind === "null" || other.kind === "null";
  if (isNull && operator !== "==" && operator !== "!=") {
    const at = one.kind === "null" ? left : right;
    throw fail(at, "compares with null by == and != only", hints.null, source);
  }
  const flag = [one, other].findIndex(({ kind }) => kind === "flag");
  if (flag !== -1 && one.kind === other.kind && operator !== "==" && operator !== "!=") {
    throw fail(left, "compares true and false by == and != only", hints.flag, source);
  }
  if (isNull || one.kind === other.kind) return;
  const kinds = [one.kind, other.kind];
  const isNumeric = kinds.every((kind) => kind !== "text" && kind !== "time" && kind !== "flag");
  if (isNumeric && kinds.includes("number")) return;
  throw fail(
    right,
    `cannot compare ${nameOf(left, one)} with ${nameOf(right, other)}`,
    hints[left.kind === "word" && source.words.kindAt(left.text) !== null ? one.kind : other.kind],
    source,
  );
}

const kindNames = {
  text: "a text",
  time: "a time",
  count: "a count",
  bytes: "a size",
  duration: "a length of time",
  flag: "true or false",
  number: "a number",
  null: "null",
} as const satisfies Record<Side<never>["kind"], string>;

function hintsFrom({ examples }: Pick<RecordWords<never>, "examples">): Readonly<Record<Side<never>["kind"], string>> {
  return {
    text: `a text stands in quotes: ${examples.text}`,
    time: `a time stands in quotes: ${examples.time}`,
    count: `a count is compared with a number: ${examples.count}`,
    bytes: "a size is compared with a number or a size: bytes.output > 10MB",
    duration: "a length of time is compared with milliseconds or a duration: durationMs > 30m",
    flag: "true and false are compared with a field that is one of them: new == true",
    number: `a number is compared with a number: ${examples.count}`,
    null: `for example: ${examples.unknown}`,
  };
}

function nameOf<R>({ kind, text }: Operand, side: Side<R>): string {
  return `${kind === "text" ? JSON.stringify(text) : text} (${kindNames[side.kind]})`;
}

function compileMatch<R>({ operator, left, right }: Comparison, source: Source<R>): RunFilter<R> {
  if (right.kind !== "pattern") {
    throw fail(right, `expects a pattern after ${operator}`, `write it between slashes: ${operator} /crm/i`, source);
  }
  const { kind, values } = sideOf(left, source);
  if (kind !== "text") {
    throw fail(left, "matches patterns against texts only", source.words.examples.pattern, source);
  }
  const pattern = compilePattern(right, source);
  const wantsMatch = operator === "=~";
  return (run) => values(run).some((text) => text !== null && pattern.test(String(text)) === wantsMatch);
}

function compilePattern<R>(operand: Operand, source: Source<R>): RE2JS {
  const { text, flags } = operand;
  if (flags !== "" && flags !== "i") {
    throw fail(operand, `does not know the flags '${flags}'`, "i is the only one: /crm/i", source);
  }
  try {
    return RE2JS.compile(RE2JS.translateRegExp(text), flags === "i" ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = "patterns are RE2's: no look-around and no back-references (github.com/google/re2/wiki/Syntax)";
    throw fail(operand, `cannot use the pattern: ${reason}`, hint, source);
  }
}

function fail(operand: Operand, message: string, hint: string, source: WrittenCondition): FlowrunError {
  return pointAt(source, operand.at, message, hint);
}
