import { FlowrunError } from "../../errors.ts";

/** A condition as written, its words not yet looked up; `at` is where something starts in the text. */
export type Condition =
  | { readonly kind: "any"; readonly parts: readonly Condition[] }
  /** `texts` has each part as it is written. */
  | { readonly kind: "all"; readonly parts: readonly Condition[]; readonly texts: readonly string[] }
  | { readonly kind: "not"; readonly part: Condition }
  | { readonly kind: "constant"; readonly holds: boolean }
  | Comparison;

/** A comparison of two operands, and where its operator stands in the text (from 0). */
export interface Comparison {
  readonly kind: "comparison";
  readonly operator: Operator;
  readonly left: Operand;
  readonly right: Operand;
  readonly at: number;
}

/** An operator of `--where` (docs/conditions.md). */
export type Operator = "==" | "!=" | ">" | ">=" | "<" | "<=" | "=~" | "!~";

/** A text in quotes, a pattern between slashes with its flags, or a bare word: a field, a number, `null`. */
export interface Operand {
  readonly kind: "text" | "pattern" | "word";
  readonly text: string;
  readonly flags: string;
  readonly at: number;
}

/** A condition as it is written, and what it is called where it comes from: `--where`, or `where` in a program. */
export interface WrittenCondition {
  readonly expression: string;
  readonly called: string;
}

/**
 * Reads `comparison`, `!`, `&&`, `||`, `( )`, `true` and `false`; `&&` binds more closely than `||`.
 * @throws FlowrunError `usage` that points at the place. Pure.
 */
export function parseExpression(written: WrittenCondition): Condition {
  const reader = createReader(written);
  const condition = readAny(reader, 0);
  const rest = reader.next();
  if (rest.kind === "end") return condition;
  throw pointAt(written, rest.at, `does not expect ${quoted(rest)} here`, "join conditions with && or ||");
}

/**
 * A usage error that shows the expression with a caret under one place of it. The message goes on where its name ends.
 * Pure.
 */
export function pointAt(
  { expression, called }: WrittenCondition,
  at: number,
  message: string,
  hint: string,
): FlowrunError {
  // Each character stays one character, so that the caret stands where it should.
  const shown = expression.replace(/\p{Cc}/gu, " ");
  return new FlowrunError("usage", `${called} ${message}`, { why: `${shown}\n${" ".repeat(whyIndent + at)}^`, hint });
}

/** cli.ts writes `  why: ` in front of the first line. */
const whyIndent = 7;

/** Nobody writes that many brackets, and each takes a piece of the stack. */
const deepest = 100;

interface Token extends Omit<Operand, "kind"> {
  readonly kind: Operand["kind"] | "sign" | "end";
}

interface Reader {
  readonly written: WrittenCondition;
  /** How far the text is read. */
  position(): number;
  /** Takes the next token. */
  next(): Token;
  /** Takes the next token if it is this sign. */
  takes(sign: string): boolean;
}

const signs = ["==", "!=", ">=", "<=", "=~", "!~", "&&", "||", ">", "<", "!", "(", ")"] as const;
const operators: readonly string[] = ["==", "!=", ">", ">=", "<", "<=", "=~", "!~"] satisfies readonly Operator[];

const tokenPattern =
  /\s*(?:(?<sign>==|!=|>=|<=|=~|!~|&&|\|\||[><!()])|"(?<double>(?:[^"\\]|\\[^])*)"|'(?<single>(?:[^'\\]|\\[^])*)'|\/(?<pattern>(?:[^/\\[]|\\[^]|\[(?:[^\]\\]|\\[^])*\])+)\/(?<flags>[a-z]*)|(?<word>-?[\p{L}\p{N}_][\p{L}\p{N}_.]*))/uy;

function createReader(written: WrittenCondition): Reader {
  const { expression } = written;
  let position = 0;
  const peek = (): { readonly token: Token; readonly after: number } => {
    tokenPattern.lastIndex = position;
    const groups = tokenPattern.exec(expression)?.groups;
    const after = tokenPattern.lastIndex;
    const at = position + (/^\s*/.exec(expression.slice(position))?.[0].length ?? 0);
    if (groups !== undefined) return { token: tokenFrom(groups, at), after };
    if (at === expression.length) return { token: { kind: "end", text: "", flags: "", at }, after: at };
    throw unreadable(written, at);
  };
  return {
    written,
    position: () => position,
    next: () => {
      const { token, after } = peek();
      position = after;
      return token;
    },
    takes: (sign) => {
      const { token, after } = peek();
      const isIt = token.kind === "sign" && token.text === sign;
      if (isIt) position = after;
      return isIt;
    },
  };
}

function tokenFrom(groups: Readonly<Record<string, string | undefined>>, at: number): Token {
  const { sign, double, single, pattern, flags = "", word = "" } = groups;
  if (sign !== undefined) return { kind: "sign", text: sign, flags, at };
  if (pattern !== undefined) return { kind: "pattern", text: pattern, flags, at };
  const text = double ?? single;
  // A backslash makes the next character a plain one.
  if (text !== undefined) return { kind: "text", text: text.replace(/\\([^])/g, "$1"), flags, at };
  return { kind: "word", text: word, flags, at };
}

function unreadable(written: WrittenCondition, at: number): FlowrunError {
  const character = String.fromCodePoint(written.expression.codePointAt(at) ?? 0);
  const fail = (message: string, hint: string): FlowrunError => pointAt(written, at, message, hint);
  switch (character) {
    case '"':
    case "'":
      return fail("holds a text that does not end", `close it with ${character}`);
    case "/":
      return fail("holds a pattern that does not end", "write it between slashes: flowName =~ /crm/i");
    case "=":
      return fail("does not know '='", "compare with ==, match with =~");
    case "&":
    case "|":
      return fail(`does not know '${character}'`, `write it twice: ${character}${character}`);
    default:
      return fail(`does not expect '${character}' here`, `it knows ${signs.join(" ")}, fields and values`);
  }
}

function readAny(reader: Reader, depth: number): Condition {
  const parts = [readAll(reader, depth)];
  while (reader.takes("||")) parts.push(readAll(reader, depth));
  return alone(parts) ?? { kind: "any", parts };
}

function readAll(reader: Reader, depth: number): Condition {
  const parts: Condition[] = [];
  const texts: string[] = [];
  do {
    const begin = reader.position();
    parts.push(readOne(reader, depth));
    texts.push(reader.written.expression.slice(begin, reader.position()).trim());
  } while (reader.takes("&&"));
  return alone(parts) ?? { kind: "all", parts, texts };
}

function alone(parts: readonly Condition[]): Condition | null {
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : null;
}

function readOne(reader: Reader, depth: number): Condition {
  const { written } = reader;
  const token = reader.next();
  const isNot = token.kind === "sign" && token.text === "!";
  const isGroup = token.kind === "sign" && token.text === "(";
  if (!isNot && !isGroup) return readComparison(reader, operandFrom(token, written));
  if (depth >= deepest) {
    throw pointAt(written, token.at, "nests too deeply", `${deepest} levels of ! and ( ) are the most`);
  }
  if (isNot) return { kind: "not", part: readOne(reader, depth + 1) };
  const inner = readAny(reader, depth + 1);
  const closing = reader.next();
  if (closing.kind === "sign" && closing.text === ")") return inner;
  throw pointAt(written, closing.at, `expects ) instead of ${quoted(closing)}`, "close what ( opened");
}

function readComparison(reader: Reader, left: Operand): Condition {
  const operator = operators.find((sign) => reader.takes(sign));
  if (isOperator(operator)) {
    const right = operandFrom(reader.next(), reader.written);
    return { kind: "comparison", operator, left, right, at: left.at };
  }
  if (left.kind === "word" && (left.text === "true" || left.text === "false")) {
    return { kind: "constant", holds: left.text === "true" };
  }
  const { at } = reader.next();
  throw pointAt(
    reader.written,
    at,
    `expects a comparison after ${quoted(left)}`,
    `one of ${operators.join(" ")}, as in records.failed > 100`,
  );
}

function isOperator(sign: string | undefined): sign is Operator {
  return sign !== undefined && operators.includes(sign);
}

function operandFrom(token: Token, written: WrittenCondition): Operand {
  const { kind, text, flags, at } = token;
  if (kind !== "sign" && kind !== "end") return { kind, text, flags, at };
  throw pointAt(
    written,
    at,
    `expects a field or a value instead of ${quoted(token)}`,
    'compare a field with a value: status == "failed"',
  );
}

function quoted({ kind, text }: Pick<Token, "kind" | "text">): string {
  return kind === "end" ? "its end" : `'${text}'`;
}
