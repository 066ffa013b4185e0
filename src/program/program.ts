import { Command } from "commander";
import type { Host } from "../host.ts";
import { version } from "../version.ts";
import { declareCompletion } from "./completion.ts";
import { declareCursor } from "./cursor.ts";
import { declareDoctor } from "./doctor.ts";
import { declareExplain, declareShow } from "./insight.ts";
import { declareSince, declareTail, declareWait } from "./reading.ts";
import { declareSetup } from "./setup.ts";
import { declareStats } from "./stats.ts";

/** The whole command line. Commands are declared here and loaded when they run: a help text must not cost the whole program. */
export function createProgram(host: Host): Command {
  const program = new Command("flowrun")
    .description(
      "Follow, recover and explain Adobe Experience Platform dataflow runs from the Adobe I/O Events journal.",
    )
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text).catch(() => undefined),
      // What commander would say to stderr arrives as a CommanderError, too; cli.ts says it in flowrun's own form.
      writeErr: () => undefined,
    })
    .showSuggestionAfterError()
    .addHelpText("after", "\nTry it without an account:\n  flowrun since -P1D --profile demo");
  declareSince(program, host);
  declareTail(program, host);
  declareWait(program, host);
  declareStats(program, host);
  declareShow(program, host);
  declareExplain(program, host);
  declareCursor(program, host);
  declareSetup(program, host);
  declareDoctor(program, host);
  declareCompletion(program, host);
  return program;
}
