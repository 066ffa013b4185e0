/** A command of the command line, as its declaration tells it. */
export interface CommandShape {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly commands: readonly CommandShape[];
  readonly options: readonly OptionShape[];
  readonly operands: readonly ValueShape[];
}

/** An option of a command, as far as completion needs to know it. */
export interface OptionShape {
  /** Each spelling: `-o`, `--output`. */
  readonly spellings: readonly string[];
  readonly summary: string;
  /** `null` for a switch. */
  readonly value: ValueShape | null;
}

/** The value that an option or an operand takes. */
export interface ValueShape {
  /** Its name in the help: `format`, `file`. */
  readonly name: string;
  readonly choices: readonly string[];
  /** Whether it takes all the words that are left. */
  readonly isVariadic: boolean;
}

/** The word that may stand where somebody is typing; `word` is the part that has been typed. */
export type Slot =
  | { readonly kind: "command"; readonly word: string; readonly command: CommandShape }
  | { readonly kind: "option"; readonly word: string; readonly command: CommandShape }
  | {
      readonly kind: "value";
      readonly word: string;
      /** Stands before the value in the same word: `--output=`. */
      readonly lead: string;
      readonly value: ValueShape;
      /** Whose value it is: `--output`, or the operand of a command, `cursor show name`. */
      readonly owner: string;
      /** The words of the command whose line it is: `cursor list`. */
      readonly path: string;
      /** The operands of the command that stand before it. */
      readonly operands: readonly string[];
      readonly command: CommandShape;
    }
  | { readonly kind: "nothing" };

/** A command line that is being typed. */
export interface Line {
  readonly slot: Slot;
  /** The options with a value before that word, by their first long spelling. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * Reads a command line up to the word that is being typed, without the program's name; its last word is the one being typed and may be
 * empty. Pure.
 */
export function readLine(words: readonly string[], program: CommandShape): Line {
  const before = words.slice(0, -1);
  const word = words.at(-1) ?? "";
  const state: State = { path: [], command: program, operands: [], waiting: null, onlyOperands: false, isHelp: false };
  const given = new Map<string, string>();
  for (const passed of before) pass(passed, state, given);
  return { slot: slotOf(word, state), given };
}

interface State {
  path: readonly string[];
  command: CommandShape;
  operands: readonly string[];
  /** The option whose value comes next. */
  waiting: OptionShape | null;
  /** After `--`. */
  onlyOperands: boolean;
  /** After `help`, behind which the words of a command stand and nothing of its own. */
  isHelp: boolean;
}

function pass(word: string, state: State, given: Map<string, string>): void {
  if (state.waiting !== null) {
    given.set(nameOf(state.waiting), word);
    state.waiting = null;
    return;
  }
  if (isOption(word, state)) {
    passOption(word, state, given);
    return;
  }
  const next = state.operands.length > 0 ? undefined : findCommand(state.command, word);
  if (next === undefined) {
    state.operands = [...state.operands, word];
    return;
  }
  if (next.name === "help") {
    state.isHelp = true;
    return;
  }
  state.path = [...state.path, next.name];
  state.command = next;
}

function passOption(word: string, state: State, given: Map<string, string>): void {
  if (word === "--") {
    state.onlyOperands = true;
    return;
  }
  const { spelling, value } = split(word);
  const option = findOption(state.command, spelling);
  if (option?.value == null) return;
  if (value === null) state.waiting = option;
  else given.set(nameOf(option), value);
}

function slotOf(word: string, state: State): Slot {
  const { command, waiting, path, operands } = state;
  if (waiting !== null) return valueOf(waiting, word, "", state);
  if (isOption(word, state)) {
    const { spelling, value } = split(word);
    const option = value === null ? undefined : findOption(command, spelling);
    return option === undefined || value === null
      ? { kind: "option", word, command }
      : valueOf(option, value, `${spelling}=`, state);
  }
  if (operands.length === 0 && command.commands.length > 0) return { kind: "command", word, command };
  if (state.isHelp) return { kind: "nothing" };
  const last = command.operands.at(-1);
  const value = command.operands[operands.length] ?? (last?.isVariadic === true ? last : undefined);
  if (value !== undefined) {
    const owner = [...path, value.name].join(" ");
    return { kind: "value", word, lead: "", value, owner, path: path.join(" "), operands, command };
  }
  return word === "" && !state.onlyOperands ? { kind: "option", word, command } : { kind: "nothing" };
}

function valueOf(option: OptionShape, word: string, lead: string, { path, operands, command }: State): Slot {
  const { value } = option;
  if (value === null) return { kind: "nothing" };
  return { kind: "value", word, lead, value, owner: nameOf(option), path: path.join(" "), operands, command };
}

function isOption(word: string, { onlyOperands }: State): boolean {
  return !onlyOperands && word.startsWith("-");
}

function split(word: string): { readonly spelling: string; readonly value: string | null } {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at === -1 ? { spelling: word, value: null } : { spelling: word.slice(0, at), value: word.slice(at + 1) };
}

function findCommand({ commands }: CommandShape, word: string): CommandShape | undefined {
  return commands.find(({ name, aliases }) => name === word || aliases.includes(word));
}

function findOption({ options }: CommandShape, spelling: string): OptionShape | undefined {
  return options.find(({ spellings }) => spellings.includes(spelling));
}

function nameOf({ spellings }: OptionShape): string {
  return spellings.find((spelling) => spelling.startsWith("--")) ?? spellings.join("");
}
