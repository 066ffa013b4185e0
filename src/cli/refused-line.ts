import type { Command, CommanderError } from "commander";
import { unshielded } from "./negative-durations.ts";

/** A command line that commander refuses, and the command that it was read for. */
export class RefusedLine extends Error {
  override readonly name = "RefusedLine";
  readonly refusal: CommanderError;
  readonly command: Command;

  constructor(refusal: CommanderError, command: Command) {
    super(unshielded(refusal.message));
    this.refusal = refusal;
    this.command = command;
  }
}
