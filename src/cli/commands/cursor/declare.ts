import type { Command } from "commander";
import { declareCommon, type CommonFlags, type ListingFlags } from "../../options/flags.ts";
import { declareOutput } from "../../options/output-options.ts";
import type { Host } from "../../../host.ts";

/** `flowrun cursor`: the saved positions. */
export function declareCursor(program: Command, host: Host): void {
  const load = () => import("./cursor.ts");
  const cursor = program
    .command("cursor")
    .summary("the saved positions")
    .description("Lists, shows, sets and deletes the saved positions that `since last` reads on from.")
    .addHelpText("after", examples);
  const subcommand = (name: string, description: string): Command =>
    declareCommon(cursor.command(name).description(description));
  declareOutput(subcommand("list", "List the profile's cursors.").alias("ls"), "name,readUntil,expiresAt,runs…").action(
    async (flags: ListingFlags) => (await load()).runCursorList(flags, host),
  );
  declareOutput(subcommand("show [name]", "Show one cursor in full."), "name,position,readUntil…").action(
    async (name: string | undefined, flags: ListingFlags) => (await load()).runCursorShow(name, flags, host),
  );
  subcommand("set <name> <where>", "Put a cursor at `oldest`, at `now` (the journal's end), or after a position.")
    .addHelpText("after", examples)
    .action(async (name: string, where: string, flags: CommonFlags) =>
      (await load()).runCursorSet(name, where, flags, host),
    );
  subcommand("delete <name>", "Forget a cursor.").action(async (name: string, flags: CommonFlags) =>
    (await load()).runCursorDelete(name, flags, host),
  );
}

const examples = `
Examples:
  flowrun cursor list                       where each of them stands
  flowrun cursor show nightly
  flowrun cursor set nightly oldest         read all of it again
  flowrun cursor delete nightly`;
