import { demoName } from "./chosen-profile.ts";

/** Events that were read of the demo's journal one after the other, a month of them; times are epoch milliseconds. */
export interface DemoPage {
  readonly entries: readonly { readonly position: string; readonly event: unknown }[];
  readonly recordedFrom: number | null;
  readonly recordedAt: number | null;
  readonly askedAt: number;
  readonly atEnd: boolean;
  /** From when on it has all that was recorded; `null` where it goes on from the page before. */
  readonly from: number | null;
  /** Where reading goes on, as a cursor keeps it. */
  readonly next: string;
}

/** The events that an archive of the demo has by now (epoch milliseconds); the demo is loaded when it is asked for. */
export async function readDemoMonth(now: number): Promise<readonly DemoPage[]> {
  const { monthPages } = await import("../../demo/month.ts");
  return monthPages(now).map((page) => ({ ...page, next: demoName + page.next }));
}
