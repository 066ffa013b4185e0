import type { AbsenceWatch } from "./absences.ts";
import type { ReadPlan } from "./read-plan.ts";
import type { Session } from "./session.ts";

/** Who knows which flows do not run; `null` where nobody wants to be told, for whom it is not loaded. */
export async function absencesOf({ absent }: Pick<ReadPlan, "absent">, session: Session): Promise<AbsenceWatch | null> {
  return absent === undefined ? null : (await import("./absences.ts")).watchAbsences(session, absent);
}
