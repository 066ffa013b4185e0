import type { Command } from "commander";
import { declareCommon, type CursorFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";

/** `flowrun cursor`: the saved positions. */
export function declareCursor(program: Command, host: Host): void {
  const load = () => import("./cursor.ts");
  const cursor = program
    .command("cursor")
    .summary("the saved positions")
    .description("Lists, shows, sets and deletes the saved positions that `since last` reads on from.");
  const subcommand = (name: string, description: string): Command =>
    declareCommon(cursor.command(name).description(description));
  subcommand("list", "List the profile's cursors.")
    .option("--json", "one JSON object a line")
    .action(async (flags: CursorFlags) => (await load()).runCursorList(flags, host));
  subcommand("show [name]", "Show one cursor in full.")
    .option("--json", "one JSON object")
    .action(async (name: string | undefined, flags: CursorFlags) => (await load()).runCursorShow(name, flags, host));
  subcommand(
    "set <name> <where>",
    "Put a cursor at `oldest`, at `now` (the journal's end), or after a position.",
  ).action(async (name: string, where: string, flags: CursorFlags) =>
    (await load()).runCursorSet(name, where, flags, host),
  );
  subcommand("delete <name>", "Forget a cursor.").action(async (name: string, flags: CursorFlags) =>
    (await load()).runCursorDelete(name, flags, host),
  );
}
