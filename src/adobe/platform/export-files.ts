import { FlowrunError } from "../../errors.ts";
import type { Attempt } from "../gateway/retrying.ts";
import type { RefusedAnswer } from "../gateway/judge.ts";
import { isWebPage, readServerWords, saidIn, type ServerWords } from "../http/words.ts";
import type { Answer } from "../../host.ts";
import { isObject, objectOf, objectsOf, parseObject, textOf, wordOf, type JsonObject } from "../../json.ts";
import { pathSegment } from "../../text/path-segment.ts";
import { askPlatform, inSandbox, readPlatformObject, type PlatformApi } from "./api.ts";

/** Data Access keeps a batch's failed records in files below these. */
export type ExportFolder = "row_errors" | "failed" | "input_files";

/** A file that Data Access keeps of a batch. */
export interface ExportFile {
  readonly batchId: string;
  /** `sample` for the one file of a few failed records. */
  readonly folder: ExportFolder | "sample";
  readonly name: string;
  /** In bytes; `null` where the listing does not tell. */
  readonly length: number | null;
  /** On the API's own host, whatever host the listing named. */
  readonly url: string;
}

/** How a sentence calls it. */
const dataAccess = "Data Access";

/** As many as Data Access lists at once. */
const listedAtOnce = 100;

/** Far more than a batch can have. */
const mostFiles = 100_000;

/**
 * The files of a batch below one folder, page after page as `next` says (the counts in the pages are not to be relied on);
 * a link that leads back ends the list.
 * @returns `null` where there is no such folder, so that the batch has none of them.
 * @throws FlowrunError `forbidden`, `unavailable` and the like; `protocol` for links to somewhere else, and a list without an end.
 */
export async function listExportFiles(
  api: PlatformApi,
  batchId: string,
  folder: ExportFolder,
): Promise<readonly ExportFile[] | null> {
  const found = new Map<string, ExportFile>();
  const asked = new Set<string>();
  for (let url: string | null = folderUrl(api, batchId, folder); url !== null && !asked.has(url);) {
    asked.add(url);
    const page: JsonObject | null = await askListing(api, batchId, url);
    if (page === null) return found.size === 0 ? null : [...found.values()];
    const before = found.size;
    const entries = objectsOf(page["data"]);
    for (const entry of entries) {
      const file = readEntry(entry, { api, batchId, folder });
      if (file !== null) found.set(file.name, file);
    }
    if (found.size > mostFiles) throw endless(batchId, `it gave more than ${mostFiles} files`);
    const isNews = found.size > before;
    const next = hrefOf(page, "next");
    // A page of files that have all been listed before is the last one, whatever stands in it.
    if (!isNews) url = null;
    else if (next !== null) url = ownUrl(api, batchId, next);
    // Full, and without a word of a next one: that is asked for all the same.
    else url = entries.length < listedAtOnce ? null : folderUrl(api, batchId, folder, found.size);
  }
  return [...found.values()];
}

/** The file of a few failed records, by the two names that Adobe's documents have for it; `null` where there is none. */
export async function findSampleFile(api: PlatformApi, batchId: string): Promise<ExportFile | null> {
  for (const name of ["row_errors_sample.json", "row_error_samples.json"]) {
    const file: ExportFile = { batchId, folder: "sample", name, length: null, url: metaUrl(api, batchId, name) };
    const isThere = await askPlatform<boolean>(api, {
      ...wordsFor(api, batchId),
      url: file.url,
      accept: anything,
      read: (answer) => {
        if (answer.status === 404) return readMissing(answer, api, batchId, false);
        if (answer.status !== 200) return null;
        answer.discard();
        return Promise.resolve({ value: true });
      },
    });
    if (isThere) return file;
  }
  return null;
}

/** Bodies may be JSON lines, Parquet or whatever was ingested. */
export const anything = "*/*";

/** How questions about a batch's files are told where they are refused. Pure. */
export function wordsFor(api: PlatformApi, batchId: string) {
  return {
    name: dataAccess,
    deed: `read the failed records of batch ${batchId}`,
    missing: ({ status, words }: RefusedAnswer) => retired(api, batchId, status, words),
  };
}

function askListing(api: PlatformApi, batchId: string, url: string): Promise<JsonObject | null> {
  return askPlatform<JsonObject | null>(api, {
    ...wordsFor(api, batchId),
    url,
    accept: "application/json",
    read: (answer) => {
      if (answer.status === 404) return readMissing(answer, api, batchId, null);
      return answer.status === 200 ? readPlatformObject(answer, dataAccess) : null;
    },
  });
}

/** Data Access's own 404 says that there is no such path; one of the gateway or a web server, that there is no API. */
async function readMissing<T>(answer: Answer, api: PlatformApi, batchId: string, none: T): Promise<Attempt<T>> {
  const body = await answer.body();
  const words = readServerWords(answer.headers, body, 404);
  const text = new TextDecoder().decode(body).trim();
  const isItsOwn = text === "" || parseObject(text) !== null || /\bpath\b/i.test(text);
  if (isItsOwn && !isWebPage(answer.headers, body) && !/^404\d{3}$/.test(words.code ?? "")) return { value: none };
  throw retired(api, batchId, 404, words);
}

function retired(api: PlatformApi, batchId: string, status: number, words: ServerWords): FlowrunError {
  const said = saidIn(words);
  return new FlowrunError("unavailable", `Data Access does not give out the files of batch ${batchId} any more`, {
    why: `it answered ${status}${said === null ? "" : `: ${said}`}${inSandbox(api)}; Adobe's guide calls this API deprecated`,
    hint: "look at the run in Experience Platform → Sources → Dataflows, which shows up to 100 failed records; FLOWRUN_PLATFORM_URL says who was asked",
    requestId: words.requestId,
  });
}

function endless(batchId: string, why: string): FlowrunError {
  return new FlowrunError("protocol", `Data Access lists the files of batch ${batchId} without an end`, {
    why,
    hint: "try again in a while; if it stays so, tell Adobe support",
  });
}

function readEntry(
  entry: JsonObject,
  { api, batchId, folder }: { readonly api: PlatformApi; readonly batchId: string; readonly folder: ExportFolder },
): ExportFile | null {
  const name = textOf(entry["name"]);
  // The mark that all has been written; it holds nothing.
  if (name === null || name === "_SUCCESS") return null;
  const href = hrefOf(entry, "self");
  const path = folder === "failed" ? name : `${folder}/${name}`;
  const usual = folder === "failed" ? fileUrl(api, batchId, "failed", path) : metaUrl(api, batchId, path);
  return {
    batchId,
    folder,
    name,
    length: lengthIn(entry["length"]),
    url: href === null ? usual : ownUrl(api, batchId, href),
  };
}

/** It is told as a text. */
function lengthIn(value: unknown): number | null {
  const word = wordOf(value) ?? "";
  return /^\d{1,15}$/.test(word) ? Number(word) : null;
}

function folderUrl(api: PlatformApi, batchId: string, folder: ExportFolder, start = 0): string {
  const paging = `limit=${listedAtOnce}${start === 0 ? "" : `&start=${start}`}`;
  const base = `${exportBase(api)}/batches/${segmentOf(batchId)}`;
  return folder === "failed" ? `${base}/failed?${paging}` : `${base}/meta?path=${folder}&${paging}`;
}

function metaUrl(api: PlatformApi, batchId: string, path: string): string {
  return fileUrl(api, batchId, "meta", path);
}

function fileUrl(api: PlatformApi, batchId: string, part: "meta" | "failed", path: string): string {
  return `${exportBase(api)}/batches/${segmentOf(batchId)}/${part}?path=${encodeURIComponent(path)}`;
}

function exportBase({ url }: Pick<PlatformApi, "url">): string {
  return `${url}/data/foundation/export`;
}

function segmentOf(batchId: string): string {
  const segment = pathSegment(batchId);
  if (segment !== null) return segment;
  throw new FlowrunError("notFound", "no batch can have such an id", {
    why: "it cannot stand in an address",
    hint: "flowrun show <run id> lists a run's batches",
  });
}

/** The address of one of an object's links, as it is written. */
function hrefOf(value: JsonObject, rel: string): string | null {
  const link = objectOf(value["_links"])[rel];
  return isObject(link) ? textOf(link["href"]) : null;
}

/**
 * The address on the API's own host of what a link points to: links come with other hosts and ports, and the token goes to
 * one host alone.
 * @throws FlowrunError `protocol` for a link to anything but the files of the same batch; nothing has been sent to it. Pure.
 */
function ownUrl(api: PlatformApi, batchId: string, href: string): string {
  const asked = folderUrl(api, batchId, "failed");
  const { pathname, search } = URL.canParse(href, asked) ? new URL(href, asked) : { pathname: "", search: "" };
  const base = `/data/foundation/export/batches/${segmentOf(batchId)}/`;
  if (pathname === `${base}meta` || pathname === `${base}failed`) return `${api.url}${pathname}${search}`;
  throw new FlowrunError("protocol", `a link of Data Access leads away from batch ${batchId}, and was not followed`, {
    why: `it reads ${JSON.stringify(href.slice(0, 200))}; only files of the batch that was asked about are read`,
    hint: "check FLOWRUN_PLATFORM_URL, and any proxy between here and Adobe",
    examine: true,
  });
}
