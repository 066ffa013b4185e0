import { endlessPatience } from "../../../adobe/access/connect.ts";
import { journalReadOn, openCursor } from "../../../engine/cursor.ts";
import { reconcile } from "../../../engine/receive/reconcile.ts";
import { whenThereIsRoom } from "../../../engine/receive/when-room.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { renderDuration } from "../../../render/text/numbers.ts";
import type { Receiving } from "./receiving.ts";

/** How what was received is compared with the journal. */
export interface Comparing {
  /** Told when all that the journal has was compared. */
  readonly onCompared: () => void;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Compares what is received with the journal until the signal aborts, whatever becomes of that. */
export async function compare(
  { everyMs, signal, onCompared }: Comparing,
  { identity, spool, start, reporter, room }: Receiving,
  host: Host,
): Promise<void> {
  const { connection } = identity;
  if (connection === null) return;
  const { notify } = reporter;
  const journal = { ...connection.journal(endlessPatience), signal };
  const tell: Notify = (notice) => {
    // Where it begins is this command's own business.
    if (notice.kind !== "remark") notify(notice);
  };
  const open = () => openCursor(listenCursor, journalReadOn(connection), host, tell);
  const cursor = await whenThereIsRoom(open, { ...room, signal, onFull: () => Promise.resolve() });
  try {
    for (;;) {
      try {
        await reconcile({ spool, journal, cursor, start, everyMs, host, signal, onDone: onCompared });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof FlowrunError) || error.kind === "bug") throw error;
        // What comes in is none the worse for a journal that does not let anybody in.
        const { message, why, hint } = error;
        const again = `asked again in ${renderDuration(everyMs)}`;
        const text = [`what the webhook missed is not known: ${message}`, why, hint, again].filter(
          (word) => word !== null,
        );
        notify({ kind: "warning", text: text.join(" · ") });
        await host.sleep(everyMs, signal);
      }
    }
  } finally {
    await cursor.release();
  }
}

const listenCursor = "listen";
