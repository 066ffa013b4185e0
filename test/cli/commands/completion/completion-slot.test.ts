import { describe, expect, it } from "vitest";
import {
  readLine,
  type CommandShape,
  type OptionShape,
  type ValueShape,
} from "../../../../src/cli/commands/completion/completion-slot.ts";

const value = (name: string, isVariadic = false): ValueShape => ({ name, choices: [], isVariadic });
const option = (spellings: readonly string[], name: string | null): OptionShape => ({
  spellings,
  summary: "",
  value: name === null ? null : value(name),
});
const command = (name: string, rest: Partial<CommandShape> = {}): CommandShape => ({
  name,
  aliases: [],
  summary: "",
  commands: [],
  options: [option(["-v", "--verbose"], null), option(["-o", "--output"], "format")],
  operands: [],
  ...rest,
});
const program = command("tool", {
  options: [option(["-h", "--help"], null)],
  commands: [
    command("read", { operands: [value("when")] }),
    command("mark", {
      aliases: ["bookmark"],
      commands: [command("set", { operands: [value("name"), value("where")] }), command("list")],
    }),
    command("join", { operands: [value("file", true)] }),
    command("watch"),
  ],
});

/** The kind of slot, whose value it is, and the command it belongs to. */
function slot(line: string): string {
  const found = readLine(line.split(" "), program).slot;
  switch (found.kind) {
    case "nothing":
      return "nothing";
    case "command":
    case "option":
      return `${found.kind} of ${found.command.name}: ${found.word}`;
    case "value":
      return `value of ${found.owner}: ${found.lead}${found.word}`;
  }
}

describe("the slot where a command line ends", () => {
  it.each([
    ["", "command of tool: "],
    ["re", "command of tool: re"],
    ["--he", "option of tool: --he"],
    ["read ", "value of read when: "],
    ["read 1d", "value of read when: 1d"],
    ["read --out", "option of read: --out"],
    ["read -", "option of read: -"],
    ["read --output ", "value of --output: "],
    ["read -o js", "value of --output: js"],
    ["read --output=js", "value of --output: --output=js"],
    ["read --output=js ", "value of read when: "],
    ["read -v ", "value of read when: "],
    ["read --verbose=x", "nothing"],
    ["read --output json ", "value of read when: "],
    ["read --output -- ", "value of read when: "],
    ["read 1d ", "option of read: "],
    ["read 1d more", "nothing"],
    ["read -- --out", "value of read when: --out"],
    ["read 1d -- ", "nothing"],
    ["read --unknown ", "value of read when: "],
    ["mark ", "command of mark: "],
    ["bookmark s", "command of mark: s"],
    ["mark set ", "value of mark set name: "],
    ["mark set here ", "value of mark set where: "],
    ["mark set list ", "value of mark set where: "],
    ["mark nonsense ", "option of mark: "],
    ["join one two ", "value of join file: "],
    ["watch ", "option of watch: "],
  ])("%j is the %s", (line, expected) => {
    expect(slot(line)).toBe(expected);
  });

  it("remembers the options that were given before it", () => {
    const { given } = readLine(["read", "-o", "csv", "--output=json", "--verbose", ""], program);
    expect([...given]).toEqual([["--output", "json"]]);
  });

  it("is the beginning where there are no words at all", () => {
    expect(readLine([], program).slot).toMatchObject({ kind: "command", word: "" });
  });
});
