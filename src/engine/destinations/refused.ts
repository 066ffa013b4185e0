import { FlowrunError, type FailureDetails } from "../../errors.ts";

/** The other side will not take a run, however often it is asked; it may take those after it. */
export class Refused extends FlowrunError {
  /** How many of the batch, from its first that is not safe yet, it is about. */
  readonly runs: number;

  constructor(message: string, { runs = 1, ...details }: FailureDetails & { readonly runs?: number } = {}) {
    super("protocol", message, details);
    this.runs = runs;
  }
}

/** The other side is not to be had at the moment; it may say itself when it is to be asked again. */
export class Away extends FlowrunError {
  /** In milliseconds; `null` where it does not say. */
  readonly waitMs: number | null;

  constructor(
    message: string,
    { waitMs = null, ...details }: FailureDetails & { readonly waitMs?: number | null } = {},
  ) {
    super("unavailable", message, details);
    this.waitMs = waitMs;
  }
}

/** The other side wants no more, and has ended well: so does the reading. */
export class Ended extends FlowrunError {
  constructor(message: string, details: FailureDetails = {}) {
    super("closed", message, details);
  }
}
