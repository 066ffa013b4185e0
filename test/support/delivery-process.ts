import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { file } from "../../src/engine/destinations/file.ts";
import { table } from "../../src/engine/destinations/table.ts";
import { FlowrunError } from "../../src/errors.ts";
import { deliveredRun, meansOf, openDestination, unheard } from "./deliveries.ts";

/**
 * A process of its own that delivers runs to a file or a table, from the place on that it finds there, and says how many are safe.
 * While the other side is away it says so, and tries again. `ballast`: so many characters more in each run.
 */
async function main(address: string, dir: string, total: number, perBatch: number, ballast: number): Promise<void> {
  const day = 86_400_000;
  // A day goes by with every thousand runs.
  let done = 0;
  const means = meansOf({ dir, now: () => Date.UTC(2026, 10, 22) + Math.floor(done / 1000) * day });
  const runs = (from: number) =>
    Array.from({ length: Math.min(perBatch, total - from) }, (_, n) =>
      deliveredRun(from + n, { flowName: "x".repeat(ballast) }),
    );
  for (; done < total;) {
    try {
      const to = await openDestination(address.startsWith("file:") ? file : table, address, means);
      try {
        done = Number((await to.findPlace?.()) ?? 0);
        say(`found ${String(done)}`);
        while (done < total) {
          const some = runs(done);
          await to.deliver(some, String(done + some.length), unheard);
          done += some.length;
          say(`at ${String(done)}`);
        }
      } finally {
        await to.close();
      }
    } catch (error) {
      if (!(error instanceof FlowrunError)) throw error;
      const { kind, message, why, hint } = error;
      say(JSON.stringify({ kind, message, why, hint }));
      if (kind !== "unavailable") return;
      await delay(50);
    }
  }
}

/** At once, so that it was said whatever becomes of the process. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const [, , address = "", dir = "", total = "0", perBatch = "1", ballast = "0"] = process.argv;
void main(address, dir, Number(total), Number(perBatch), Number(ballast));
