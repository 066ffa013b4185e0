import type { Connection } from "../../adobe/access/connect.ts";
import type { Cursor } from "../../adobe/journal/cursor.ts";
import { isSliding } from "../../adobe/journal/when.ts";
import type { World } from "../../host.ts";
import { parseObject } from "../../json.ts";
import { readCursor, writeCursor } from "../../state/cursor-files.ts";
import { advanceCursor, resumptionOf } from "../cursor.ts";
import type { Resumption } from "../sinks/sink.ts";
import type { Candidate, Mark } from "../sources/source.ts";

/** The places of one delivery as text, for a destination that keeps them; each goes on from the one before. */
export interface PlaceWords {
  /** The place after these runs; `null` where it is none that may be kept. */
  readonly advance: (taken: readonly Candidate<unknown>[], mark: Mark) => string | null;
  /** Goes on from a place that was kept. @returns `null` for that of another reading: of another journal, or archive. */
  readonly resume: (text: string) => Resumption | null;
}

/** The places of a journal, or of a list of Lytics' events: cursors, as files have them. */
export function journalPlaces(
  connection: Pick<Connection, "journalName" | "toSaved" | "fromSaved">,
  host: Pick<World, "now">,
): PlaceWords {
  let standing: Cursor | null = null;
  return {
    advance: (taken, mark) => {
      // A place that slides along with the clock would leave out what comes until it is asked for again.
      if (isSliding(mark.next)) return null;
      standing = advanceCursor(standing, taken, mark, connection, host.now());
      return writeCursor(standing);
    },
    resume: (text) => {
      const cursor = readCursor(text);
      if (typeof cursor === "string" || cursor.journal !== connection.journalName) return null;
      standing = cursor;
      return resumptionOf(cursor, connection);
    },
  };
}

/**
 * The places of an archive's rows: the number of the last one, and whose it is.
 * @param archive tells archives apart.
 * @param last the number of its last row: a place behind that is of a copy that had more.
 */
export function rowPlaces(archive: string, last: number): PlaceWords {
  return {
    advance: (_, { next: row }) => JSON.stringify({ archive, row: Number(row) }),
    resume: (text) => {
      const place = parseObject(text);
      const row = place?.["row"];
      return place?.["archive"] === archive && typeof row === "number" && row <= last ? resumptionAt(row) : null;
    },
  };
}

/** How a reading goes on behind a row: every row stands once, so no key need be remembered. Pure. */
export function resumptionAt(row: number): Resumption {
  return { next: String(row), readUntil: 0, movedAt: 0, keys: [] };
}
