import { parseObject, textOf } from "../../json.ts";
import type { PlaceWords } from "../destinations/places.ts";
import type { MarkStore } from "../sinks/with-cursor-file.ts";
import type { Resumption, Sink } from "../sinks/sink.ts";
import { readPlace, writePlace, type Spool } from "./spool.ts";

type Kept = Pick<Spool, "id" | "placeOf" | "move">;

/** The places of a spool as text, for a destination that keeps them: whose they are, and where. */
export function spoolPlaces({ id }: Kept): PlaceWords {
  return {
    advance: (_, { next: place }) => JSON.stringify({ spool: id, place }),
    resume: (text) => {
      const value = parseObject(text);
      const place = readPlace(value?.["place"]);
      return place === null || textOf(value?.["spool"]) !== id ? null : resumptionAt(writePlace(place));
    },
  };
}

/** A reader's place, kept beside what it reads. */
export function spoolStore(spool: Kept, reader: string): MarkStore {
  return {
    find: () => {
      const place = spool.placeOf(reader);
      return Promise.resolve(place === null ? null : resumptionAt(writePlace(place)));
    },
    move: async (_, { next }) => {
      const place = readPlace(next);
      if (place !== null) await spool.move({ [reader]: place });
    },
  };
}

/**
 * A sink whose place the spool knows as well, whoever keeps it: what everybody has had is let go, and nothing before.
 */
export function knownToSpool<T>(sink: Sink<T>, spool: Kept, reader: string): Sink<T> {
  const store = spoolStore(spool, reader);
  return {
    ...sink,
    take: async (batch, mark) => {
      await sink.take(batch, mark);
      const place = spool.placeOf(reader);
      if (place === null || writePlace(place) !== mark.next) await store.move(batch, mark);
    },
  };
}

/** Every event stands once in a spool, so no key need be remembered. */
function resumptionAt(next: string): Resumption {
  return { next, readUntil: 0, movedAt: 0, keys: [] };
}
