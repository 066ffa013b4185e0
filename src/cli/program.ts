import { Command } from "commander";
import type { Host } from "../host.ts";
import { describeEnvironment } from "../adobe/settings/environment.ts";
import { unshield } from "./negative-durations.ts";
import { version } from "../version.ts";
import { say, tell } from "./terminal/tell.ts";
import { declareCompletion } from "./commands/completion/declare.ts";
import { declareCursor } from "./commands/cursor/declare.ts";
import { declareDoctor } from "./commands/doctor/declare.ts";
import { declareExplain, declareShow } from "./commands/insight/declare.ts";
import { declareSince, declareTail, declareWait } from "./commands/reading/declare.ts";
import { declareSetup } from "./commands/setup/declare.ts";
import { declareStats } from "./commands/insight/declare-stats.ts";

/**
 * The command line. Commands are declared here and loaded when they run: a help text must not cost the whole program.
 * @param first the line's first word: where it names a command that reads, no other is declared.
 */
export function createProgram(host: Host, first?: string): Command {
  const program = new Command("flowrun")
    .description(
      "Follow, recover and explain Adobe Experience Platform dataflow runs from the Adobe I/O Events journal.",
    )
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void tell(text, host.stdout).catch(() => undefined),
      getOutHelpWidth: () => (host.stdout.isTTY ? host.stdout.columns : 80),
      // What commander would say to stderr arrives as a CommanderError, too; cli.ts says it in flowrun's own form.
      writeErr: () => undefined,
    })
    .showSuggestionAfterError()
    .addHelpText("after", "\nTry it without an account:\n  flowrun since -P1D --profile demo");
  program.hook("preAction", (_, command) => {
    unshield(command);
  });
  program.hook("preAction", (_, command) => tellEnvironment(command, host));
  const named = first === undefined ? undefined : readers.get(first);
  const all = [...readers.values(), declareSetup, declareDoctor, declareCompletion];
  for (const declare of named === undefined ? all : [named]) declare(program, host);
  return program;
}

/** Says once which variables are not read as they are written, where a command uses any. */
async function tellEnvironment(command: Command, host: Host): Promise<void> {
  const { quiet } = command.opts<{ quiet?: boolean }>();
  const usesThem = command.options.some(({ long }) => long === "--profile");
  if (!usesThem || quiet === true) return;
  const told = describeEnvironment(host.env).map((text) => `warning: ${text}\n`);
  // A stderr that was closed stops nothing.
  if (told.length > 0) await say(told.join(""), host.stderr).catch(() => undefined);
}

const readers = new Map<string, (program: Command, host: Host) => void>([
  ["since", declareSince],
  ["tail", declareTail],
  ["wait", declareWait],
  ["stats", declareStats],
  ["show", declareShow],
  ["explain", declareExplain],
  ["cursor", declareCursor],
]);
