import { createTransport } from "../../src/adobe/http/transport.ts";
import { parseAddress } from "../../src/engine/destinations/address.ts";
import { otlp } from "../../src/engine/destinations/otlp.ts";
import { fakeHost, realSleep } from "./host.ts";

/** A process of its own that opens the OTLP destination it is given, and says what it found: Node reads certificates once. */
async function main(address: string): Promise<void> {
  const transport = createTransport({ env: {}, stallMs: 20_000, sleep: realSleep });
  const to = await otlp.open(parseAddress(address, {}), {
    host: { ...fakeHost({ send: transport.send }), sleep: realSleep },
    signal: new AbortController().signal,
    notify: () => undefined,
    reading: { of: "runs", profile: "p", journal: "j", organisation: null, cursor: "default" },
    isKept: false,
  });
  process.stdout.write(to.found);
  await to.close();
  await transport.close();
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stderr.write(String(error));
});
