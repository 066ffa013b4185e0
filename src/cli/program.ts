import { Command } from "commander";
import type { Host } from "../host.ts";
import { describeEnvironment } from "../adobe/settings/environment.ts";
import { RefusedLine } from "./refused-line.ts";
import { unshield, unshielded } from "./negative-durations.ts";
import type { OutputFormat } from "../render/formats/registry.ts";
import { version } from "../version.ts";
import { say, tell } from "./terminal/tell.ts";
import { declareArchive } from "./commands/archive/declare.ts";
import { declareCompletion } from "./commands/completion/declare.ts";
import { declareCursor } from "./commands/cursor/declare.ts";
import { declareDemo } from "./commands/first-minute/declare.ts";
import { declareDestinations } from "./commands/destinations/declare.ts";
import { declareDoctor } from "./commands/doctor/declare.ts";
import { declareProviders } from "./commands/providers/declare.ts";
import { declareRegistrations } from "./commands/registrations/declare.ts";
import { declareExplain, declareShow } from "./commands/insight/declare.ts";
import { declareFlows } from "./commands/insight/declare-flows.ts";
import { declareListen } from "./commands/listen/declare.ts";
import { declareLytics } from "./commands/lytics/declare.ts";
import { declareSince, declareTail, declareWait } from "./commands/reading/declare.ts";
import { declareReplay } from "./commands/replay/declare.ts";
import { declareRows } from "./commands/rows/declare.ts";
import { declareSetup } from "./commands/setup/declare.ts";
import { declareReport } from "./commands/insight/declare-report.ts";
import { declareStats } from "./commands/insight/declare-stats.ts";
import { declareExitCodes } from "./options/exit-codes.ts";
import { declareVersion } from "./commands/version/declare.ts";

/**
 * The command line. Commands are declared here and loaded when they run: a help text must not cost the whole program.
 * @param line where its first word names a command that reads, no other is declared.
 * @param onFormat hears the format of the output where the environment or the profile says it.
 */
export function createProgram(
  host: Host,
  line: readonly string[] = [],
  onFormat?: (format: OutputFormat) => void,
): Command {
  const [first] = line;
  const program = new Command("flowrun")
    .description(
      "Follow, recover and explain Adobe Experience Platform dataflow runs from the Adobe I/O Events journal.",
    )
    .version(version, "-V, --version")
    .configureOutput({
      writeOut: (text) => void tell(text, host.stdout).catch(() => undefined),
      getOutHelpWidth: () => (host.stdout.isTTY ? host.stdout.columns : 80),
      // What commander would say to stderr arrives as a RefusedLine, too; run-cli.ts says it in flowrun's own form.
      writeErr: () => undefined,
    })
    .showSuggestionAfterError(false)
    .addHelpText("after", "\nTry it without an account:\n  flowrun demo");
  program.hook("preAction", (_, command) => {
    unshield(command);
  });
  program.hook("preAction", (_, command) => openDebugFile(command, line, host));
  program.hook("preAction", (_, command) => tellEnvironment(command, host));
  program.hook("preAction", async (_, command) => {
    const { applyUsual } = await import("./options/usual-options.ts");
    const format = await applyUsual(command, host);
    if (format !== null) onFormat?.(format);
  });
  const named = first === undefined ? undefined : readers.get(first === "logs" ? "since" : first);
  const all = [
    ...readers.values(),
    declareArchive,
    declareDestinations,
    declareSetup,
    declareRegistrations,
    declareProviders,
    declareDemo,
    declareDoctor,
    declareCompletion,
    declareVersion,
  ];
  for (const declare of named === undefined ? all : [named]) declare(program, host);
  declareExitCodes(program);
  refuseByName(program);
  return program;
}

/** Before anything is read or asked: what a command does first may be what fails. */
async function openDebugFile(
  command: Command,
  line: readonly string[],
  { debugFile, nodeVersion }: Host,
): Promise<void> {
  const { debugFile: path } = command.opts<{ debugFile?: string }>();
  if (path === undefined) return;
  await debugFile.open(path);
  debugFile.write(`flowrun ${version} on Node ${nodeVersion}: flowrun ${unshielded(line.join(" "))}`);
}

/** commander tells of a line that it refuses, and not for which command; each says so itself. */
function refuseByName(command: Command): void {
  command.exitOverride((refusal) => {
    throw new RefusedLine(refusal, command);
  });
  command.commands.forEach(refuseByName);
}

/** Says once which variables are not read as they are written, where a command uses any. */
async function tellEnvironment(command: Command, host: Host): Promise<void> {
  const { quiet } = command.opts<{ quiet?: boolean }>();
  const usesThem = command.options.some(({ long }) => long === "--profile");
  if (!usesThem || quiet === true) return;
  const told = describeEnvironment(host.env).map((text) => `warning: ${text}\n`);
  // A stderr that was closed stops nothing.
  host.debugFile.write(told.join(""));
  if (told.length > 0) await say(told.join(""), host.stderr).catch(() => undefined);
}

const readers = new Map<string, (program: Command, host: Host) => void>([
  ["since", declareSince],
  ["tail", declareTail],
  ["wait", declareWait],
  ["listen", declareListen],
  ["stats", declareStats],
  ["flows", declareFlows],
  ["report", declareReport],
  ["show", declareShow],
  ["rows", declareRows],
  ["explain", declareExplain],
  ["replay", declareReplay],
  ["cursor", declareCursor],
  ["lytics", declareLytics],
]);
