import type { Connection } from "../../adobe/access/connect.ts";
import type { Cursor } from "../../adobe/journal/cursor.ts";
import { isSliding } from "../../adobe/journal/when.ts";
import type { World } from "../../host.ts";
import { parseObject } from "../../json.ts";
import { readCursor, writeCursor } from "../../state/cursor-files.ts";
import { advanceCursor, resumptionOf } from "../cursor.ts";
import type { Resumption } from "../sinks/sink.ts";
import type { Candidate, Mark } from "../sources/source.ts";

/** How the places of a reading are put down as text, for destinations that keep them, and read back. */
export interface PlaceWords {
  /** The place after these runs; `null` where it is none that may be kept. */
  readonly advance: (before: string | null, taken: readonly Candidate<unknown>[], mark: Mark) => string | null;
  /** @returns `null` for the place of another reading: of another journal, or of another archive. */
  readonly resume: (text: string) => Resumption | null;
}

/** The places of a journal: cursors, as files have them. */
export function journalPlaces(connection: Connection, host: Pick<World, "now">): PlaceWords {
  const cursorIn = (text: string | null): Cursor | null => {
    const cursor = text === null ? "none" : readCursor(text);
    return typeof cursor === "string" || cursor.journal !== connection.journalName ? null : cursor;
  };
  return {
    advance: (before, taken, mark) => {
      // A place that slides along with the clock would leave out what comes until it is asked for again.
      if (isSliding(mark.next)) return null;
      return writeCursor(advanceCursor(cursorIn(before), taken, mark, connection, host.now()));
    },
    resume: (text) => {
      const cursor = cursorIn(text);
      return cursor === null ? null : resumptionOf(cursor, connection);
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
    advance: (_, __, { next: row }) => JSON.stringify({ archive, row: Number(row) }),
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
