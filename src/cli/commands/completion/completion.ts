import type { Host } from "../../../host.ts";
import { readLine, type CommandShape, type Line, type Slot } from "./completion-slot.ts";
import { scripts, type Shell } from "./completion-scripts.ts";
import { valueSources, type Completion } from "./completion-values.ts";

/** Writes a shell's completion script. */
export async function runCompletion(shell: Shell, host: Host): Promise<void> {
  await host.stdout.write(scripts[shell]);
}

/**
 * Writes what may stand at the end of a command line, a candidate a line: the word, a tab, what it means. Where a file
 * is wanted the only line is `:files`, and the shell knows best. Never asks the network.
 */
export async function runComplete(words: readonly string[], program: CommandShape, host: Host): Promise<void> {
  const line = readLine(words, program);
  if (wantsFile(line.slot)) {
    await host.stdout.write(":files\n");
    return;
  }
  const found = await completions(line, host);
  await host.stdout.write(found.map(({ word, meaning }) => `${word}\t${firstSentence(meaning)}\n`).join(""));
}

/** Inside `--from=pa` a shell would lose the option's name. */
function wantsFile(slot: Slot): boolean {
  return slot.kind === "value" && slot.value.name === "file" && slot.lead === "";
}

async function completions(line: Line, host: Host): Promise<readonly Completion[]> {
  const { slot } = line;
  switch (slot.kind) {
    case "nothing":
      return [];
    case "command":
      return startingWith(slot.word, commandsOf(slot.command, slot.word));
    case "option":
      return startingWith(slot.word, optionsOf(slot.command, slot.word));
    case "value":
      return values(line, slot, host);
  }
}

async function values(
  line: Line,
  { owner, word, lead, value }: Extract<Slot, { kind: "value" }>,
  host: Host,
): Promise<readonly Completion[]> {
  const source = valueSources.get(owner);
  const comma = source?.isList === true ? word.lastIndexOf(",") + 1 : 0;
  const before = lead + word.slice(0, comma);
  const all = source === undefined ? value.choices.map(plain) : await source.find(line, host);
  const used = new Set(word.slice(0, comma).split(","));
  const left = all.filter((candidate) => !used.has(candidate.word));
  return startingWith(word.slice(comma), left).map((candidate) => ({ ...candidate, word: before + candidate.word }));
}

/** Other names of commands only for somebody who has begun one. */
function commandsOf({ commands }: CommandShape, word: string): readonly Completion[] {
  return commands.flatMap(({ name, aliases, summary }) => {
    const begun = aliases.filter((alias) => word !== "" && alias.startsWith(word));
    return [name, ...begun].map((spelling) => ({ word: spelling, meaning: summary }));
  });
}

/** The short spellings only for somebody who has begun one. */
function optionsOf({ options }: CommandShape, word: string): readonly Completion[] {
  const isShort = /^-[^-]/.test(word);
  return options.flatMap(({ spellings, summary }) =>
    spellings
      .filter((spelling) => isShort || spelling.startsWith("--") || spellings.length === 1)
      .map((spelling) => ({ word: spelling, meaning: summary })),
  );
}

function plain(word: string): Completion {
  return { word, meaning: "" };
}

/** In any case where nothing fits exactly: error codes are known in any case. */
function startingWith(start: string, all: readonly Completion[]): readonly Completion[] {
  const exact = all.filter(({ word }) => word.startsWith(start));
  if (exact.length > 0) return exact;
  return all.filter(({ word }) => word.toLowerCase().startsWith(start.toLowerCase()));
}

const longestMeaning = 72;

function firstSentence(text: string): string {
  const sentence = text.replaceAll(/\s+/g, " ").replace(/(?<=[a-z)]{2})\. .*$/, "");
  return sentence.length > longestMeaning ? `${sentence.slice(0, longestMeaning - 1)}…` : sentence;
}
