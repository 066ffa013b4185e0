import { describe } from "vitest";
import { eventKey } from "../../../src/engine/archive/run-row.ts";
import { nats } from "../../../src/engine/destinations/nats.ts";
import type { DeliveredRun, Means } from "../../../src/engine/destinations/destination.ts";
import type { Notice } from "../../../src/notices.ts";
import { archived } from "../../support/archived.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { fakeHost } from "../../support/host.ts";
import { hasNats, startNats, whyNoNats } from "../../support/nats.ts";

function run(n: number): DeliveredRun {
  const { key, run } = archived(n);
  return { id: eventKey(key), run };
}

function meansOf(env: Readonly<Record<string, string>> = {}, change: Partial<Means> = {}): Means {
  return {
    host: fakeHost({ env: { HOME: "/nonexistent", ...env } }),
    signal: new AbortController().signal,
    notify: () => undefined,
    reading: { profile: "p", journal: "https://journal.test/1", organisation: null, cursor: "default" },
    isKept: true,
    ...change,
  };
}

describe.skipIf(!hasNats)(`nats${whyNoNats}`, () => {
  destinationContract(
    "nats",
    nats,
    async () => {
      const side = await startNats();
      await side.addStream({ name: "RUNS", subjects: ["aep.runs"] });
      return {
        address: `nats://${side.place}/aep.runs`,
        delivered: async () => (await side.messages("RUNS")).map(({ id }) => id),
        goDown: () => side.kill(),
        comeBack: () => side.start(),
        beSlow: async () => {
          side.hang(500);
        },
        refuse: async (isRefusing) => {
          const subjects = [isRefusing ? "elsewhere" : "aep.runs"];
          await side.manage((manager) => manager.streams.update("RUNS", { subjects }));
        },
        end: () => side.remove(),
      };
    },
    { guarantee: { repeats: "never", keepsPlace: true }, means: ({ env }) => meansOf(env), run },
  );
});
