import type { World } from "../host.ts";
import type { StopSignal } from "./options.ts";

/** The world for as long as a reading takes. */
export interface ReadingWorld extends World {
  close(): Promise<void>;
}

/** How a reading goes, once it is begun. */
export interface WorldlyReading<Opened extends { readonly close: () => Promise<void> }, T> {
  /** Ends it; it throws the signal's reason then. */
  readonly stop: StopSignal | undefined;
  readonly openWorld: () => ReadingWorld;
  readonly open: (world: World, signal: AbortSignal) => Promise<Opened>;
  readonly read: (opened: Opened, world: World, signal: AbortSignal) => AsyncIterable<T>;
}

/** Opens a world and something in it, reads, and closes both, however that ends; nothing is opened before it is begun. */
export async function* inWorld<Opened extends { readonly close: () => Promise<void> }, T>({
  stop,
  openWorld,
  open,
  read,
}: WorldlyReading<Opened, T>): AsyncGenerator<T, void, undefined> {
  stop?.throwIfAborted();
  const world = openWorld();
  const over = new AbortController();
  const signal = stop === undefined ? over.signal : AbortSignal.any([stop, over.signal]);
  try {
    const opened = await open(world, signal);
    try {
      yield* read(opened, world, signal);
      stop?.throwIfAborted();
    } finally {
      over.abort();
      await opened.close();
    }
  } catch (error) {
    // What breaks off because it was told to stop tells nothing else.
    stop?.throwIfAborted();
    throw error;
  } finally {
    await world.close();
  }
}
