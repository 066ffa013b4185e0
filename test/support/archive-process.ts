import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openEmbedded } from "../../src/engine/archive/embedded.ts";
import { FlowrunError } from "../../src/errors.ts";
import { addPage, countPages, makeTables } from "./archive-pages.ts";

/**
 * A process of its own with an archive: `write <path> [pages]` says each page once it was told that it is safe, `hold`
 * stays in a transaction, `read` says how many pages there are, `who` says who it is. A failure is a line of JSON.
 */
async function main(work: string, path: string, pages: number): Promise<void> {
  const database = await openEmbedded(path, {
    mode: work === "read" ? "read" : "create",
    host: { sleep: (ms) => delay(ms) },
  });
  switch (work) {
    case "read":
      say((await countPages(database)).join(" "));
      break;
    case "who":
      say(JSON.stringify(await database.self()));
      break;
    case "hold":
      await database.transaction(async () => {
        say("held");
        await delay(600_000);
      });
      break;
    default:
      await makeTables(database);
      for (let n = 0; n < pages; n += 1) say(`page ${await addPage(database)}`);
  }
  await database.close();
}

/** At once, so that it was said whatever becomes of the process. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const [, , work = "", path = "", pages = "Infinity"] = process.argv;
main(work, path, Number(pages)).catch((error: unknown) => {
  if (!(error instanceof FlowrunError)) throw error;
  const { kind, message, why, hint } = error;
  say(JSON.stringify({ kind, message, why, hint }));
});
