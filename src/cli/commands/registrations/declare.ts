import { Option, type Command } from "commander";
import type { Host } from "../../../host.ts";
import { deliveries } from "../../../adobe/registrations/draft.ts";
import { declareCommon, type CommonFlags, type ListingFlags } from "../../options/flags.ts";
import { declareOutput, words } from "../../options/output-options.ts";
import { inOutlet } from "../outlet.ts";
import type { DraftFlags } from "./change.ts";
import type { SampleFlags } from "./sample.ts";
import type { ChangeFlags, DeleteFlags } from "./told-change.ts";
import type { TraceFlags } from "./trace.ts";

/** `flowrun registrations`: what the project listens to, and how that fares. */
export function declareRegistrations(program: Command, host: Host): void {
  const registrations = program
    .command("registrations")
    .summary("the project's event registrations: list, make, test, trace")
    .description(
      "Lists the project's event registrations, makes, changes and deletes them, has Adobe deliver a sample, shows what became of the last deliveries, or makes one the profile's journal.",
    )
    .addHelpText("after", registrationExamples);
  declareLooks(registrations, host);
  declareChanges(registrations, host);
  declareDeliveries(registrations, host);
}

/** The commands that change nothing at Adobe. */
function declareLooks(registrations: Command, host: Host): void {
  declareCommon(
    declareOutput(
      registrations.command("list", { isDefault: true }).alias("ls").description("List them (the default)."),
      "used,name,id,deliveryType,state…",
    ),
  ).action(async (flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await import("./list.ts")).runRegistrations(flags, there)),
  );
  declareCommon(
    declareOutput(
      registrations
        .command("show <id>")
        .description("Show one in full: its state (Active, Unstable, Disabled), what that means, and what helps."),
      "name,state,webhookUrl…",
      "short for -o json",
    ),
  ).action(async (id: string, flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await import("./show.ts")).runRegistrationsShow(id, flags, there)),
  );
  declareCommon(registrations.command("use <id>").description("Read this registration's journal from now on."))
    .addHelpText("after", registrationExamples)
    .action(async (id: string, flags: CommonFlags) => (await import("./list.ts")).runRegistrationsUse(id, flags, host));
}

function declareChanges(registrations: Command, host: Host): void {
  const load = () => import("./change.ts");
  declareChange(
    declareDraft(
      registrations.command("create").description("Make one: a journal to read, or a webhook that Adobe posts to."),
      "what it is to be called: 3 to 255 characters",
    ),
  )
    .addHelpText("after", draftExamples)
    .action(async (flags: DraftFlags) =>
      inOutlet(flags, host, async (there) => (await load()).runRegistrationsCreate(flags, there)),
    );
  declareChange(
    declareDraft(
      registrations
        .command("update <id>")
        .description(
          "Change one. It is sent whole; what no option names stays. Its webhook is asked a challenge again.",
        ),
      "another name",
    ),
  ).action(async (id: string, flags: DraftFlags) =>
    inOutlet(flags, host, async (there) => (await load()).runRegistrationsUpdate(id, flags, there)),
  );
  for (const enabled of [true, false]) {
    const [word, does] = enabled
      ? (["enable <id>", "Switch it on again."] as const)
      : (["disable <id>", "Switch it off: nothing is delivered any more."] as const);
    declareChange(registrations.command(word).description(does)).action(async (id: string, flags: ChangeFlags) =>
      inOutlet(flags, host, async (there) => (await load()).runRegistrationsSwitch(id, enabled, flags, there)),
    );
  }
  declareChange(
    registrations
      .command("delete <id>")
      .description("Delete it, and its journal with it; asks first on a terminal.")
      .option("--yes", "delete it without being asked"),
  ).action(async (id: string, flags: DeleteFlags) =>
    inOutlet(flags, host, async (there) => (await load()).runRegistrationsDelete(id, flags, there)),
  );
}

function declareDeliveries(registrations: Command, host: Host): void {
  declareChange(
    registrations
      .command("test <id>")
      .description("Have Adobe deliver a sample event to it.")
      .option("--event <code>", "which of its events (default: a flow run's, where it listens to any)"),
  ).action(async (id: string, flags: SampleFlags) =>
    inOutlet(flags, host, async (there) => (await import("./sample.ts")).runRegistrationsTest(id, flags, there)),
  );
  declareCommon(
    declareOutput(
      registrations
        .command("trace <id>")
        .description(
          "Show its last deliveries, oldest first: time, status, how long it took, event, the receiver's answer. Adobe keeps a hundred good and a hundred bad ones of seven days.",
        )
        .option("--failed", "only those that failed"),
      "at,status,elapsedMs,eventCode,answer…",
    ),
  ).action(async (id: string, flags: TraceFlags) =>
    inOutlet(flags, host, async (there) => (await import("./trace.ts")).runRegistrationsTrace(id, flags, there)),
  );
}

/** Of everything that changes something at Adobe. */
function declareChange(command: Command): Command {
  return declareCommon(
    declareOutput(
      command.option("--dry-run", "show the request that would be sent, and change nothing"),
      "did,id,name,state…",
      "short for -o json",
    ),
  );
}

function declareDraft(command: Command, name: string): Command {
  const isNew = command.name() === "create";
  return command
    .addOption(new Option("--name <name>", name).makeOptionMandatory(isNew))
    .option("--description <text>", "what it is for")
    .addOption(
      new Option(
        "--delivery <kind>",
        `webhook posts an event a request, webhook_batch up to 20, journal waits to be read${isNew ? " (default: journal)" : ""}`,
      ).choices(deliveries),
    )
    .option("--webhook-url <url>", "where Adobe posts to: https")
    .option("--events <which>", `sources, or exact event codes${isNew ? " (default: sources)" : ""}`, words)
    .option("--provider <id>", "whose events they are, where several have them: flowrun providers");
}

const registrationExamples = `
Examples:
  flowrun registrations                     which there are, and which is read
  flowrun registrations use 6a1f0c3e-58d4-4b7a-a2c9-0e7d9b41f385
  flowrun registrations create --name 'Dataflow runs'
  flowrun registrations trace d20b74e9-1c6f-4f58-a90d-3b5ae8c7f614 --failed`;

const draftExamples = `
Examples:
  flowrun registrations create --name 'Dataflow runs'
  flowrun registrations create --name 'On call' --delivery webhook \\
      --webhook-url https://hooks.example.com/aep
  flowrun registrations create --name Try --dry-run`;
