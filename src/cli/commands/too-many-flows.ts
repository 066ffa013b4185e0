import type { Notice } from "../../notices.ts";
import { mostFlows } from "../../runs/cadence/count-flows.ts";
import { count } from "../terminal/reporter.ts";

/** Said once by whoever judges whether flows run, where there are more than it remembers. */
export const tooManyFlows: Notice = {
  kind: "warning",
  text: `there are more than ${count(mostFlows, "flow")}, and only the first in the window are judged; choose some: --flow, --sandbox`,
};
