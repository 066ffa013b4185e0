import { Option, type Command } from "commander";
import type { Host } from "../../../host.ts";
import { declareCommon } from "../../options/flags.ts";
import { declareOutput } from "../../options/output-options.ts";
import { inOutlet } from "../outlet.ts";
import type { DeleteFlags } from "../registrations/told-change.ts";
import type { ProviderFlags } from "./list.ts";

/** `flowrun providers`: whose events there are, and what keeps a project from being deleted. */
export function declareProviders(program: Command, host: Host): void {
  const providers = program
    .command("providers")
    .summary("the organisation's event providers and their event codes")
    .description(
      "Lists the organisation's event providers, those of a workspace first: one of these keeps its project from being deleted until it is deleted itself.",
    )
    .addHelpText("after", examples);
  declareCommon(
    declareOutput(
      providers
        .command("list", { isDefault: true })
        .alias("ls")
        .description("List them (the default).")
        .addOption(
          new Option("--workspace <id>", "whose providers stand first (default: the profile's)").conflicts("from"),
        )
        .option("--from <file>", "the same, by a project's JSON from Adobe Developer Console")
        .option("--events", "a row for each event code"),
      "here,label,id,workspaceId,eventCodes…",
    ),
  ).action(async (flags: ProviderFlags) =>
    inOutlet(flags, host, async (there) => (await import("./list.ts")).runProviders(flags, there)),
  );
  declareCommon(
    declareOutput(
      providers
        .command("delete <id>")
        .description("Delete a workspace's own provider, so that its project can be deleted; asks first on a terminal.")
        .option("--yes", "delete it without being asked")
        .option("--dry-run", "show the request that would be sent, and change nothing"),
      "did,id,name,state…",
      "short for -o json",
    ),
  ).action(async (id: string, flags: DeleteFlags) =>
    inOutlet(flags, host, async (there) => (await import("./delete.ts")).runProvidersDelete(id, flags, there)),
  );
}

const examples = `
Examples:
  flowrun providers                         whose events there are
  flowrun providers --events                and which
  flowrun providers --from project.json     what keeps this project`;
