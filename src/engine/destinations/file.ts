import { FlowrunError } from "../../errors.ts";
import { renderBytes } from "../../render/text/numbers.ts";
import {
  markOf,
  noMark,
  openDeliveredBook,
  type DeliveredBook,
  type DeliveredFile,
  type KeptPlace,
} from "../../state/delivered-file.ts";
import {
  findGrowingFile,
  growingPath,
  namesBeside,
  fileNameOf,
  openGrowingFile,
  pathBeside,
  type GrowingFile,
} from "../../state/growing-file.ts";
import {
  everyRecord,
  mainRecord,
  recordOf,
  type Delivered,
  type Kind,
  type Means,
  type OpenDestination,
} from "./destination.ts";
import { encodingFor, type FileEncoding } from "./file/encode.ts";
import { fileFormOf, type FileForm } from "./file/form.ts";
import { nextName, type LastFile } from "./file/names.ts";
import { settle } from "./file/settle.ts";

/**
 * A file that records are added to, each once. Before a batch is added, a small file of ours says where it begins, how it is
 * known again, and the place that goes with it; so whoever comes after a crash finds it whole, or cuts its beginning off.
 */
export const file: Kind = {
  check: (address) => {
    fileFormOf(address);
  },
  identify: (address) => {
    const { path } = fileFormOf(address);
    // A folder that is not there is told of when it is opened.
    return growingPath(path).catch(() => path);
  },
  // The columns of a table are those of one kind of record.
  takes: (address, of) => (fileFormOf(address).format === "ndjson" ? everyRecord : [mainRecord(of)]),
  open: async (address, means) => {
    const form = fileFormOf(address);
    const target = await growingPath(form.path);
    const book = await openBook(target, means);
    try {
      return await openSeries({ form, target, book, encoding: await encodingFor(form, means.reading.of), means });
    } catch (error) {
      await book.release();
      throw error;
    }
  },
};

/** All that the writing needs to know. */
interface Series {
  readonly form: FileForm;
  /** The path that was named; the files of a series lie beside it. */
  readonly target: string;
  readonly book: DeliveredBook;
  readonly encoding: FileEncoding;
  readonly means: Means;
}

/** The file that is open, if there is any, and how it ends. */
interface Standing {
  readonly file: GrowingFile | null;
  readonly ends: "nothing" | "a line" | "a part";
  /** All that is known to be in it; no batch is open. */
  readonly known: DeliveredFile;
}

async function openSeries(series: Series): Promise<OpenDestination> {
  const { target, book, means } = series;
  let standing = await resume(series);
  /** Whether a batch has failed, whose traces whoever opens it anew removes. */
  let isTorn = false;
  let isSettled = true;
  /** The delivery under way. */
  let under: Promise<void> = Promise.resolve();
  const size = standing.file === null ? "to be made" : renderBytes(standing.known.length);

  const save = async (known: DeliveredFile): Promise<void> => {
    await book.save(known);
    isSettled = known.batch === null;
  };
  const deliver = async (records: readonly Delivered[], place: string | null): Promise<void> => {
    const kept = place === null ? null : keptPlaceOf(means, place);
    if (records.length === 0) {
      const known = withPlace(standing.known, kept);
      if (kept !== null) await save(known);
      standing = { ...standing, known };
      return;
    }
    standing = await turnOver(series, standing);
    const { ends, known } = standing;
    const pieces = await series.encoding.encode(records.map(recordOf), ends);
    const mark = markOf(pieces);
    const isFirst = standing.file === null;
    await save({ ...known, batch: { mark, kept, isFirst } });
    const file = standing.file ?? (await openGrowingFile(pathBeside(target, known.name)));
    standing = { ...standing, file };
    await file.append(Buffer.concat(pieces)).catch(async (error: unknown) => {
      // Whoever reads it should not see half a line for long.
      await takeBack(file, known.length, isFirst).catch(() => undefined);
      throw error;
    });
    const length = known.length + mark.bytes;
    standing = { file, ends: "a line", known: withPlace({ ...known, length, behind: lastOf(pieces) }, kept) };
  };

  return {
    ...(means.isKept ? {} : { guarantee: "added to; a reading that keeps no place adds its records again each time" }),
    found: `${pathBeside(target, standing.known.name)}, ${size}`,
    ...(means.isKept ? { findPlace: () => Promise.resolve(findKept(standing.known, means)) } : {}),
    deliver: (records, place) => {
      const delivery = deliver(records, place);
      under = delivery.catch(() => {
        isTorn = true;
      });
      return delivery;
    },
    close: async () => {
      await under;
      // Else the next one finds out by itself.
      if (!isTorn && !isSettled) await save(standing.known).catch(() => undefined);
      await standing.file?.close();
      await book.release();
    },
  };
}

/** Goes on from what another process has left, also one that was killed. */
async function resume(series: Series): Promise<Standing> {
  const { target, book, form, means } = series;
  const before = await book.find();
  if (before === null) return enter(series, await chooseName(series, null), []);

  const path = pathBeside(target, before.name);
  let file = (await findGrowingFile(path)) === null ? null : await openGrowingFile(path);
  try {
    const settled = await settle(before, file, form.isPacked);
    const { batch, ...rest } = before;
    let known: DeliveredFile = { ...rest, batch: null };
    if (settled.kind === "unclear") throw unclear(path, batch?.mark.bytes ?? 0);
    if (settled.kind === "unfinished" && file !== null) {
      file = await takeBack(file, before.length, batch?.isFirst === true);
    }
    if (settled.kind === "asLeft" && settled.isBatchIn && batch !== null) {
      const length = before.length + batch.mark.bytes;
      known = withPlace({ ...known, length, behind: { ...batch.mark, pieces: [] } }, batch.kept);
    }
    if (settled.kind === "gone" || settled.kind === "changed") {
      const again = settled.kind === "gone" && batch !== null ? "; the last records before that may come again" : "";
      means.notify({ kind: "warning", text: `${path} was ${wordsOf[settled.kind]} by somebody else${again}` });
      const name =
        settled.kind === "gone" ? await chooseName(series, { name: before.name, size: 0, isGone: true }) : before.name;
      await file?.close();
      const fresh = await enter(series, name, known.places);
      await book.save(fresh.known);
      return fresh;
    }
    // So that what others add now is not taken for the batch.
    if (batch !== null) await book.save(known);
    const standing: Standing = { file, ends: "nothing", known };
    return file === null ? standing : await lookAgain(series, { ...standing, file });
  } catch (error) {
    await file?.close();
    throw error;
  }
}

/**
 * Takes away what there is of a batch. A file that was made for it goes with it: the batch may come to lie in the next one
 * of the series, and an empty file, which is no gzip and no CSV, would stay behind.
 * @returns the file that is left.
 */
async function takeBack(file: GrowingFile, length: number, isFirst: boolean): Promise<GrowingFile | null> {
  if (!isFirst) await file.cut(length);
  else await file.discard();
  return isFirst ? null : file;
}

const wordsOf = { gone: "moved away or emptied", changed: "changed" } as const;

/** Makes sure that the file is the one that the next batch belongs into, and knows its length. */
async function turnOver(series: Series, standing: Standing): Promise<Standing> {
  const { known, file } = standing;
  const isGone = file !== null && !(await file.isInPlace());
  const last: LastFile = { name: known.name, size: known.length, isGone };
  const name = await chooseName(series, last);
  if (name !== known.name || isGone || file === null) {
    await file?.close();
    return enter(series, name, known.places);
  }
  if ((await file.size()) === known.length) return standing;
  return lookAgain(series, { ...standing, file });
}

async function chooseName({ target, form, means }: Series, last: LastFile | null): Promise<string> {
  const beside = form.rotation.by === "size" ? await namesBeside(target) : [];
  return nextName(fileNameOf(target), form.rotation, { now: means.host.now(), last, beside });
}

/** Goes to another file; one that is there is gone on with. */
async function enter(series: Series, name: string, places: readonly KeptPlace[]): Promise<Standing> {
  const path = pathBeside(series.target, name);
  const known: DeliveredFile = { name, length: 0, behind: noMark, places, batch: null };
  if ((await findGrowingFile(path)) === null) return { file: null, ends: "nothing", known };
  const file = await openGrowingFile(path);
  return lookAgain(series, { file, ends: "nothing", known }).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
}

/** Takes the file as it is now: what others have added to it stays, and what is ours comes behind it. */
async function lookAgain({ encoding }: Series, standing: Standing & { readonly file: GrowingFile }): Promise<Standing> {
  const { file, known } = standing;
  const length = await file.size();
  const ends = length === 0 ? "nothing" : await encoding.look(file, length);
  return { file, ends, known: length === known.length ? known : { ...known, length, behind: noMark } };
}

/** A whole batch may be megabytes: its last piece tells whether the file is the same. */
function lastOf(pieces: readonly Uint8Array[]) {
  return { ...markOf(pieces.slice(-1)), pieces: [] };
}

function keptPlaceOf({ reading: { profile, journal, cursor } }: Means, place: string): KeptPlace {
  return { profile, journal, cursor, place };
}

function findKept({ places }: DeliveredFile, { reading }: Means): string | null {
  return places.find((kept) => isOf(kept, reading))?.place ?? null;
}

function withPlace(known: DeliveredFile, kept: KeptPlace | null): DeliveredFile {
  if (kept === null) return known;
  return { ...known, places: [...known.places.filter((other) => !isOf(other, kept)), kept] };
}

type Whose = Pick<KeptPlace, "profile" | "journal" | "cursor">;

function isOf(one: Whose, other: Whose): boolean {
  return one.profile === other.profile && one.journal === other.journal && one.cursor === other.cursor;
}

function unclear(path: string, bytes: number): FlowrunError {
  return new FlowrunError("settings", `${path} is not as it was left`, {
    why: `the last process was killed, and somebody has changed the file since: nobody can tell whether the last ${renderBytes(bytes)} of records are in it`,
    hint: `nothing was cut off; begin a new file, with these records again: mv ${path} ${path}.before`,
  });
}

/** A reading that keeps no place needs no disk of its own either. */
async function openBook(target: string, { host, isKept, notify }: Means): Promise<DeliveredBook> {
  try {
    return await openDeliveredBook(host.dirs.state, target, host);
  } catch (error) {
    if (isKept || !(error instanceof FlowrunError) || error.kind !== "state") throw error;
    notify({ kind: "warning", text: `${error.message}: ${error.why ?? ""}; a crash may leave a part of a line` });
    return {
      path: "",
      find: () => Promise.resolve(null),
      save: () => Promise.resolve(),
      release: () => Promise.resolve(),
    };
  }
}
