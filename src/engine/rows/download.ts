import { FlowrunError } from "../../errors.ts";
import type { PlatformApi } from "../../adobe/platform/api.ts";
import { ExportChanged, readExport } from "../../adobe/platform/export-bytes.ts";
import { listExportFiles, type ExportFile } from "../../adobe/platform/export-files.ts";
import type { Download, DownloadFolder } from "../../state/download-folder.ts";
import type { FailedBatch } from "./failed-batch.ts";

/** A file of a batch on this machine, as `rows --download` prints it. */
export interface FetchedFile {
  readonly type: "flowrun.file";
  readonly schemaVersion: 1;
  readonly batchId: string;
  readonly folder: ExportFile["folder"];
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Fetched just now, gone on with, or here already. */
  readonly state: "fetched" | "resumed" | "present";
}

/** All files of a batch that are worth fetching: those of its rejected records, and what came in with it. */
export async function filesToFetch(api: PlatformApi, { facts, kept }: FailedBatch): Promise<readonly ExportFile[]> {
  return [...kept, ...((await listExportFiles(api, facts.id, "input_files")) ?? [])];
}

/** Fetches one file into a folder: what is here of it already is not fetched again. @throws FlowrunError. */
export async function fetchFile(api: PlatformApi, file: ExportFile, folder: DownloadFolder): Promise<FetchedFile> {
  const { batchId, name } = file;
  const below = [batchId, file.folder];
  const about = { type: "flowrun.file", schemaVersion: 1, batchId, folder: file.folder, name } as const;
  const present = async (): Promise<FetchedFile | null> => {
    const bytes = await folder.size(below, name);
    return bytes === null ? null : { ...about, path: folder.pathOf(below, name), bytes, state: "present" };
  };
  // Before anything is opened: that would leave an empty part beside the file.
  const known = await present();
  if (known !== null) return known;
  const download = await folder.open(below, name);
  try {
    // Another process may have ended it meanwhile.
    const ended = await present();
    if (ended !== null) return ended;
    const state = download.size() > 0 ? "resumed" : "fetched";
    const isWhole = await goOn(api, file, download).catch((error: unknown) => {
      if (state === "resumed" && error instanceof ExportChanged) return false;
      throw error;
    });
    // What was here may have been another file's, or another version's.
    if (!isWhole && state === "resumed") {
      await download.restart();
      if (await goOn(api, file, download)) return await finish("fetched");
    }
    if (!isWhole) throw notWhole(file, download.size());
    return await finish(state);
  } finally {
    await download.close();
  }

  async function finish(state: FetchedFile["state"]): Promise<FetchedFile> {
    await download.finish();
    return { ...about, path: download.path, bytes: download.size(), state };
  }
}

/** Fetches the rest of a file. @returns whether it is as long now as it is said to be. */
async function goOn(api: PlatformApi, file: ExportFile, download: Download): Promise<boolean> {
  const told: { length: number | null; version: string | null } = { length: null, version: download.version() };
  const onLength = (length: number): void => {
    told.length = length;
  };
  const onVersion = (version: string): void => {
    told.version = version;
  };
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(held);
    [held, heldBytes] = [[], 0];
    if (bytes.length === 0) return;
    if (told.version !== download.version()) await download.tellVersion(told.version);
    await download.append(bytes);
  };
  const reading = { from: download.size(), onLength, version: download.version(), onVersion };
  try {
    for await (const piece of readExport(api, file, reading)) {
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes >= writtenAtOnce) await flush();
    }
  } catch (error) {
    if (error instanceof ExportChanged) {
      // Of a file that is no more nothing is gone on with.
      [held, heldBytes] = [[], 0];
      await download.restart();
    }
    throw error;
  } finally {
    // What has come is kept, whatever else ended it.
    await flush();
  }
  // What an answer says of itself counts more than what a list says of it.
  const length = told.length ?? file.length;
  return length === null || length === download.size();
}

const writtenAtOnce = 1_048_576;

function notWhole({ name, batchId, length }: ExportFile, size: number): FlowrunError {
  return new FlowrunError("unavailable", `${name} of batch ${batchId} did not come whole`, {
    why: `${size} bytes came${length === null ? "" : `, and it is listed with ${length}`}`,
    hint: "run the same line again: it goes on where it stopped",
  });
}
