import { describe } from "vitest";
import type { Resumption } from "../../../src/engine/sinks/sink.ts";
import { streamSink } from "../../../src/engine/sinks/stream.ts";
import { withCursorFile } from "../../../src/engine/sinks/with-cursor-file.ts";
import { ndjsonRenderer } from "../../../src/render/formats/json.ts";
import { batches, sinkContract, type Crash, type World } from "../../support/sink-contract.ts";

/** A stream that remembers what it took. */
function streamWorld() {
  let text = "";
  return {
    delivered: () => text.split("\n").filter((line) => line !== ""),
    open: (crash: Crash) => streamSink(ndjsonRenderer(), { write: (more) => crash.step(() => void (text += more)) }, 0),
  };
}

describe("a stream", () => {
  sinkContract(streamWorld, { repeats: "batch", steps: batches + 1, isKept: false });
});

describe("a stream with a cursor file", () => {
  function world(): World {
    const stream = streamWorld();
    let saved: Resumption | null = null;
    return {
      delivered: stream.delivered,
      open: (crash) =>
        withCursorFile(stream.open(crash), {
          find: () => Promise.resolve(saved),
          move: (taken, { next }) =>
            crash.step(() => {
              const keys = [...(saved?.keys ?? []), ...taken.map(({ key }) => key)];
              saved = { next, readUntil: 0, movedAt: 0, keys };
            }),
        }),
    };
  }
  sinkContract(world, { repeats: "batch", steps: 2 * batches + 1, isKept: true });
});
