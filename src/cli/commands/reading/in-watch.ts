import type { ReadPlan } from "./read-plan.ts";
import type { Sessions } from "./session.ts";

/** Does the work of a plan; where somebody may ask how it is, while he is answered. */
export async function inWatch<R>(plan: ReadPlan, sessions: Sessions, work: (plan: ReadPlan) => Promise<R>): Promise<R> {
  if (plan.admin === undefined) return work(plan);
  const { watchReading } = await import("./watch-reading.ts");
  const watch = await watchReading(plan.admin, sessions, plan.signal);
  try {
    return await work({ ...plan, watch });
  } finally {
    await watch.close();
  }
}
