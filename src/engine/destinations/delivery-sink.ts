import { eventKey } from "../archive/run-row.ts";
import type { MarkStore } from "../sinks/with-cursor-file.ts";
import type { Resumption, Sink } from "../sinks/sink.ts";
import type { Candidate, Mark } from "../sources/source.ts";
import { deliveredOf, type DeliveredRecord } from "./destination.ts";
import type { PatientDestination } from "./patient.ts";
import type { PlaceWords } from "./places.ts";

/** Where a delivery keeps its place: over there, if the destination does so, else in a store of ours; nowhere for `null`. */
export interface Keeping {
  readonly words: PlaceWords;
  /** Opened when it is known that the destination keeps no place. */
  readonly openStore: () => Promise<MarkStore>;
  /** Where a delivery began whose destination keeps its place and has none yet. */
  readonly findBegin?: () => Promise<Resumption | null>;
  /** Told of a place over there that is of no use, and why, as the end of a sentence. */
  readonly onForeign: () => void;
}

/** A destination as a sink of records, with the place to read on from. */
export function deliverySink(to: PatientDestination, keeping: Keeping | null): Sink<DeliveredRecord> {
  let place: string | null = null;
  let opening: Promise<MarkStore | null> | null = null;
  /** `null` where the destination keeps the place itself. */
  const storeOf = ({ openStore }: Keeping): Promise<MarkStore | null> =>
    (opening ??= (async () => ((await to.keepsPlace()) ? null : openStore()))());

  /** Opens it in any case, so that what is wrong, and what it promises, is told at the start. */
  const find = async (): Promise<Resumption | null> => {
    if (keeping === null) {
      await to.keepsPlace();
      return null;
    }
    const store = await storeOf(keeping);
    if (store !== null) return store.find();
    const kept = await to.findPlace();
    const found = kept === null ? null : keeping.words.resume(kept);
    if (found !== null) {
      place = kept;
      return found;
    }
    if (kept !== null) keeping.onForeign();
    return (await keeping.findBegin?.()) ?? null;
  };
  const take = async (batch: readonly Candidate<DeliveredRecord>[], mark: Mark): Promise<void> => {
    const records = batch.map(({ key, encoded }) => deliveredOf(eventKey(key), encoded));
    const store = keeping === null ? null : await storeOf(keeping);
    if (keeping === null || store !== null) {
      if (records.length > 0) await to.deliver(records, null);
      await store?.move(batch, mark);
      return;
    }
    const next = keeping.words.advance(batch, mark);
    if (next === null && records.length === 0) return;
    await to.deliver(records, next ?? place);
    place = next ?? place;
  };
  return { take, find, close: () => to.close() };
}
