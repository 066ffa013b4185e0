import type { OnExpired } from "../../../adobe/journal/read-pages.ts";
import type { Start } from "../../../adobe/journal/when.ts";
import type { Candidate } from "../../../engine/sources/source.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import type { HostPort } from "../../options/flags.ts";
import type { AbsenceWish, ReadingOptions } from "../../options/reading-options.ts";
import type { Watch } from "./watch.ts";

/** The options that all commands which print runs share, and each one's own ways. */
export interface ReadPlan {
  readonly options: ReadingOptions;
  /** `last` reads on from the cursor that the options name, and moves it; nothing else touches a cursor. */
  readonly start: Start;
  /** Where runs go instead of stdout, or besides; `null` for stdout alone. */
  readonly delivery: DeliveryOptions | null;
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  /** Ends the reading with this run; `--max` does so anyway. */
  readonly isLast?: (run: Candidate<unknown>) => boolean;
  /** Ends requests and waits; the host's own signal unless a command has a deadline. */
  readonly signal: AbortSignal;
  /** Where it is told how the reading is; nowhere unless somebody wants to ask. */
  readonly admin?: HostPort;
  /** The flows of which it is told where they do not run, by their runs; none where that is left out. */
  readonly absent?: AbsenceWish;
  /** Who tells it there, while that is open. */
  readonly watch?: Watch;
}
