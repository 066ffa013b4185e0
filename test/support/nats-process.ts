import { writeSync } from "node:fs";
import { parseAddress } from "../../src/engine/destinations/address.ts";
import { nats } from "../../src/engine/destinations/nats.ts";
import { natsMeans, natsRun } from "./nats-runs.ts";

/** A process of its own that delivers runs from the place that it finds on: `<address> <runs> <runs in a batch>`. It says each place once it is safe. */
async function main(text: string, total: number, size: number): Promise<void> {
  const to = await nats.open(parseAddress(text, {}), natsMeans());
  for (let at = Number(await to.findPlace?.()); at < total; at += size) {
    const batch = Array.from({ length: Math.min(size, total - at) }, (_, n) => natsRun(at + n));
    await to.deliver(batch, String(at + batch.length), () => undefined);
    // At once, so that it was said whatever becomes of the process.
    writeSync(1, `${at + batch.length}\n`);
  }
  await to.close();
}

const [, , text = "", total = "0", size = "1"] = process.argv;
void main(text, Number(total), Number(size));
