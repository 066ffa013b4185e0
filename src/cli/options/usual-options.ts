import { Command, InvalidArgumentError, type Option } from "commander";
import { FlowrunError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { usualValues, type UsualValue } from "../../adobe/access/usual-values.ts";
import { cleanValue, kinds } from "../../adobe/settings/clean-value.ts";
import { usualKeys, type UsualKey } from "../../adobe/settings/keys.ts";
import { formats, isFormat, type OutputFormat } from "../../render/formats/registry.ts";
import { declareReading } from "./flags.ts";

/**
 * Gives a parsed command the looks and the patience that its line leaves open and that the environment or the profile has.
 * @returns the format that its rows will have, where somebody else than the line said so.
 * @throws FlowrunError `settings` for a value that the option would not take; it names who gave it.
 */
export async function applyUsual(command: Command, host: Pick<Host, "env" | "dirs">): Promise<OutputFormat | null> {
  if (mends(command)) return null;
  const open = usualKeys.flatMap((key) => {
    const option = optionOf(command, key);
    const isOpen = option !== undefined && command.getOptionValueSource(option.attributeName()) !== "cli";
    return isOpen ? [{ key, option }] : [];
  });
  if (open.length === 0) return null;
  const { profile } = command.opts<{ profile?: string }>();
  const find = await usualValues(profile, host);
  let format: OutputFormat | null = null;
  for (const { key, option } of open) {
    const found = find(key);
    if (found === null) continue;
    const value = parse(key, found.text, (why) => unusable(key, found, why));
    if (key === "output" && !(isFormat(found.text) && suits(found.text, option, command))) continue;
    command.setOptionValueWithSource(option.attributeName(), value, "config");
    if (key === "output" && isFormat(found.text)) format = found.text;
  }
  return format;
}

/** By these a wrong value is mended, which so must not stop them; they print nothing. */
function mends(command: Command): boolean {
  return command.parent?.name() === "config" && ["set", "unset"].includes(command.name());
}

/** Holds a value that is to be saved against the option that it is for. @throws FlowrunError `usage`. */
export function checkUsual(key: UsualKey, text: string): void {
  parse(key, cleanValue(kinds[key], text).text, (why) => {
    const hint = `see what it takes: flowrun since --help`;
    return new FlowrunError("usage", `${key} cannot be ${JSON.stringify(text)}`, { why, hint });
  });
}

/** Every usual option is one of the reading commands', and takes the same values wherever it stands. */
function parse(key: UsualKey, text: string, refuse: (why: string) => FlowrunError): unknown {
  const option = optionOf(declareReading(new Command()), key);
  try {
    return option?.parseArg === undefined ? text : option.parseArg<unknown>(text, undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw refuse(`it stands for --${key}. ${error.message}`);
    if (error instanceof FlowrunError) throw refuse(`it stands for --${key}, and ${error.message}`);
    throw error;
  }
}

function unusable(key: UsualKey, { text, place }: UsualValue, why: string): FlowrunError {
  const isVariable = place.startsWith("FLOWRUN_");
  return new FlowrunError("settings", `${place} cannot be ${JSON.stringify(text)}`, {
    why,
    hint: isVariable
      ? `give it another value, or: unset ${place}`
      : `flowrun config set ${key} <value>, or: flowrun config unset ${key}`,
  });
}

/** Whether a command can print in a format that was not asked for in its line, and whether that goes with the line. */
function suits(format: OutputFormat, option: Option, command: Command): boolean {
  const { columns, headers } = command.opts<{ columns?: unknown; headers?: boolean }>();
  const needsColumns = columns !== undefined || headers === false;
  const isTaken = option.argChoices?.includes(format) ?? false;
  return isTaken && (formats[format].hasColumns || !needsColumns);
}

function optionOf({ options }: Command, key: UsualKey): Option | undefined {
  return options.find(({ long }) => long === `--${key}`);
}
