import { FlowrunError, type FailureDetails } from "../../errors.ts";

/** The other side will not take some runs, however often it is asked; it may take others. */
export class Refused extends FlowrunError {
  /** Whose, by their ids. */
  readonly ids: readonly string[];

  constructor(message: string, { ids, ...details }: FailureDetails & { readonly ids: readonly string[] }) {
    super("protocol", message, details);
    this.ids = ids;
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

/** The other side has had enough, and that is no failure: a command that ends well. It ends the reading. */
export class Ended extends FlowrunError {
  constructor(message: string, details: FailureDetails = {}) {
    super("closed", message, details);
  }
}

/** The line names one destination twice, which may show only once it is open: it is wrong as a whole, and ends. */
export class Twice extends FlowrunError {
  constructor(message: string, details: FailureDetails = {}) {
    super("usage", message, details);
  }
}

/** @param called how one of the records is called that would arrive there twice. Pure. */
export function twice(shown: string, again: string, called: string): Twice {
  const twofold = `every ${called} would arrive there twice`;
  return new Twice(`--to names ${shown} twice`, {
    why: shown === again ? twofold : `${again} is the same: ${twofold}`,
    hint: "leave one of them out",
  });
}
