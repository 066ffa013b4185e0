import { fetchFile, filesToFetch, type FetchedFile } from "../../../engine/rows/download.ts";
import { renderBytes } from "../../../render/text/numbers.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { timeStyleOf } from "../../options/clock.ts";
import { count } from "../../terminal/reporter.ts";
import { openStdout } from "../reading/open-stdout.ts";
import type { FilesWish } from "./rows-options.ts";
import { judgeBatches, openBatches, type RowsOutcome, type RowsSubject, type RowsTelling } from "./tell-rows.ts";

/**
 * Fetches the files that rejected records are in, as they are, and prints where each is, once it is whole.
 * @throws FlowrunError as asking for them does; `state` where one cannot be written: what was fetched stays.
 */
export async function fetchRows(subject: RowsSubject, wish: FilesWish, telling: RowsTelling): Promise<RowsOutcome> {
  const { api } = subject;
  const { flags, host, reporter } = telling;
  const { openDownloadFolder } = await import("../../../state/download-folder.ts");
  const folder = await openDownloadFolder(wish.folder);
  const batches = await openBatches(subject, reporter);
  const options = { ...wish.output, time: timeStyleOf(flags.time), common: flags };
  const sink = await openStdout<FetchedFile>({ options, host, reporter }, false);
  const fetched: FetchedFile[] = [];
  try {
    for (const batch of batches) {
      for (const file of await filesToFetch(api, batch)) {
        reporter.live(`fetching ${safeText(file.name)}`);
        const done = await fetchFile(api, file, folder);
        fetched.push(done);
        await sink.write([sink.encode(done)]);
      }
    }
  } finally {
    // Those that are whole are told of, whatever became of the next one.
    await sink.close();
    reporter.clear();
  }
  const read = batches.map((batch) => ({ batch: { ...batch, packed: [] }, rows: batch.kept.length }));
  const bytes = fetched.reduce((sum, file) => sum + file.bytes, 0);
  const failure = judgeBatches(read, subject, telling);
  return {
    outcome: [`${count(fetched.length, "file")} of ${renderBytes(bytes)} in ${safeText(folder.path)}`],
    failure,
  };
}
