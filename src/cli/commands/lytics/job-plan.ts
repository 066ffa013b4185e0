import type { Start } from "../../../adobe/journal/when.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import type { LyticsOptions } from "./lytics-options.ts";

/** Which events of Lytics are read, and where they go. */
export interface JobPlan {
  readonly options: LyticsOptions;
  /** `last` reads on from the cursor that the options name, and moves it; nothing else touches a cursor. */
  readonly start: Start;
  readonly follow: boolean;
  /** Where events go instead of stdout, or besides; `null` for stdout alone. */
  readonly delivery: DeliveryOptions | null;
}
