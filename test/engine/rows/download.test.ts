import { readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listExportFiles, type ExportFile } from "../../../src/adobe/platform/export-files.ts";
import { fetchFile, filesToFetch } from "../../../src/engine/rows/download.ts";
import { openFailedBatch } from "../../../src/engine/rows/failed-batch.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { openDownloadFolder, type DownloadFolder } from "../../../src/state/download-folder.ts";
import { scratch } from "../../support/flowrun.ts";
import { demoBatch, demoPlatform, platformOf } from "../../support/platform.ts";

const id = "01KTESTBATCH00000000000001";
const text = "a rejected record\n".repeat(200_000);

async function world(files: Readonly<Record<string, string>> = { "meta/row_errors/errors_0.json": text }) {
  const home = await scratch();
  const { api, server } = await demoPlatform([demoBatch(files)]);
  const [file] = (await listExportFiles(api, id, "row_errors")) ?? [];
  return { home, api, server, folder: await openDownloadFolder(join(home, "rows")), file: file! };
}

/** A folder on a disk with so much room. */
function withRoom(folder: DownloadFolder, room: number): DownloadFolder {
  let left = room;
  return {
    ...folder,
    open: async (below, name) => {
      const file = await folder.open(below, name);
      return {
        ...file,
        append: async (bytes) => {
          const fits = bytes.subarray(0, left);
          left -= fits.length;
          await file.append(fits);
          if (fits.length < bytes.length) throw new FlowrunError("state", "there is no more room");
        },
      };
    },
  };
}

describe("a file that is fetched", () => {
  test("is the file as it is, and is not fetched twice", async () => {
    const { home, api, server, folder, file } = await world();
    const fetched = await fetchFile(api, file, folder);
    expect(fetched).toMatchObject({ type: "flowrun.file", batchId: id, folder: "row_errors", state: "fetched" });
    expect(fetched.bytes).toBe(text.length);
    expect((await readFile(fetched.path, "utf8")) === text).toBe(true);
    const asked = server.requests.length;
    expect(await fetchFile(api, file, folder)).toEqual({ ...fetched, state: "present" });
    expect(server.requests).toHaveLength(asked);
    // Nothing lies beside it, either.
    expect(await readdir(join(home, "rows", id, "row_errors"))).toEqual([file.name]);
  });

  test("on a disk that fills is gone on with where it stopped", async () => {
    const { api, server, folder, file } = await world();
    await expect(fetchFile(api, file, withRoom(folder, 1_500_000))).rejects.toThrow("no more room");
    expect(await folder.size([id, "row_errors"], file.name)).toBeNull();
    const fetched = await fetchFile(api, file, folder);
    expect(fetched.state).toBe("resumed");
    expect((await readFile(fetched.path, "utf8")) === text).toBe(true);
    expect(server.requests.at(-1)?.headers["range"]).toBe("bytes=1500000-");
  });

  test("is begun again where what lies there is no part of it", async () => {
    const { home, api, folder, file } = await world();
    const path = join(home, "rows", id, "row_errors", `.${file.name}.part`);
    await (await folder.open([id, "row_errors"], file.name)).close();
    await writeFile(path, `${text}and more`);
    const fetched = await fetchFile(api, file, folder);
    expect(fetched).toMatchObject({ state: "fetched", bytes: text.length });
    expect((await readFile(fetched.path, "utf8")) === text).toBe(true);
  });

  test("that was cut off quietly is no whole one", async () => {
    const half = text.slice(0, 1000);
    let whole = false;
    const { api } = await platformOf((req, res) => {
      // Without a length, an answer may end anywhere.
      res.write(whole ? text.slice(Number(/\d+/.exec(req.headers.range ?? "0")?.[0])) : half);
      res.end();
    });
    const folder = await openDownloadFolder(await scratch());
    const url = `${api.url}/data/foundation/export/batches/${id}/meta?path=x`;
    const file: ExportFile = { batchId: id, folder: "row_errors", name: "x", length: text.length, url };
    await expect(fetchFile(api, file, folder)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await folder.size([id, "row_errors"], "x")).toBeNull();
    whole = true;
    // The server knows of no ranges, and sends all of it.
    expect(await fetchFile(api, file, folder)).toMatchObject({ bytes: text.length });
  });

  test("that changes on the way leaves nothing that could be gone on with", async () => {
    let asked = 0;
    const { api } = await platformOf((_, res) => {
      asked += 1;
      res.writeHead(200, { "content-length": String(text.length), etag: `"${String(Math.min(asked, 2))}"` });
      if (asked === 1) res.write(text.slice(0, 1000), () => setTimeout(() => res.destroy(), 10));
      else res.end(text.toUpperCase());
    });
    const folder = await openDownloadFolder(await scratch());
    const url = `${api.url}/data/foundation/export/batches/${id}/meta?path=x`;
    const file: ExportFile = { batchId: id, folder: "row_errors", name: "x", length: text.length, url };
    await expect(fetchFile(api, file, folder)).rejects.toMatchObject({ kind: "unavailable" });
    const fetched = await fetchFile(api, file, folder);
    expect(fetched.state).toBe("fetched");
    expect((await readFile(fetched.path, "utf8")) === text.toUpperCase()).toBe(true);
  });

  test("of which another process had a part of another version is begun again, though it is as long", async () => {
    let version = text;
    const asked: (string | undefined)[] = [];
    const { api } = await platformOf((req, res) => {
      asked.push(req.headers.range);
      const from = Number(/\d+/.exec(req.headers.range ?? "0")?.[0]);
      const length = String(text.length);
      const etag = version === text ? '"one"' : '"two"';
      const range = { "content-range": `bytes ${String(from)}-${String(text.length - 1)}/${length}` };
      res.writeHead(from > 0 ? 206 : 200, { etag, ...(from > 0 ? range : { "content-length": length }) });
      res.end(version.slice(from));
    });
    const home = await scratch();
    const url = `${api.url}/data/foundation/export/batches/${id}/meta?path=x`;
    const file: ExportFile = { batchId: id, folder: "row_errors", name: "x", length: text.length, url };
    const part = async (): Promise<void> => {
      const full = withRoom(await openDownloadFolder(home), 1_500_000);
      await expect(fetchFile(api, file, full)).rejects.toThrow("no more room");
    };
    await part();
    const beside = join(home, id, "row_errors", ".x.version");
    expect([await readFile(beside, "utf8"), (await stat(beside)).mode & 0o777]).toEqual(['"one"', 0o600]);
    version = text.toUpperCase();
    const fetched = await fetchFile(api, file, await openDownloadFolder(home));
    expect(fetched.state).toBe("fetched");
    expect((await readFile(fetched.path, "utf8")) === version).toBe(true);
    expect(asked).toEqual([undefined, "bytes=1500000-", undefined]);
    expect(await readdir(join(home, id, "row_errors"))).toEqual(["x"]);
    // The same version is gone on with.
    await rm(fetched.path);
    await part();
    expect((await fetchFile(api, file, await openDownloadFolder(home))).state).toBe("resumed");
    expect((await readFile(fetched.path, "utf8")) === version).toBe(true);
  });

  test("is as long as its answer says, whatever the list says", async () => {
    const { api, folder, file } = await world();
    expect(await fetchFile(api, { ...file, length: 1337 }, folder)).toMatchObject({ bytes: text.length });
    const empty = await world({ "meta/row_errors/empty.json": "" });
    expect(await fetchFile(empty.api, empty.file, empty.folder)).toMatchObject({ bytes: 0, state: "fetched" });
  });
});

test("all that is kept of a batch is fetched: rows, parts, and what came in", async () => {
  const files = {
    "meta/row_errors/errors_0.json": "{}\n",
    "failed/_SUCCESS": "",
    "failed/part-0.parquet": "PAR1",
    "meta/input_files/fileMetaData1.json": "{}\n",
    "meta/row_errors_sample.json": "{}\n",
  };
  const { api } = await world(files);
  const listed = await filesToFetch(api, await openFailedBatch(api, id));
  expect(listed.map(({ folder, name }) => `${folder}/${name}`)).toEqual([
    "row_errors/errors_0.json",
    "failed/part-0.parquet",
    "input_files/fileMetaData1.json",
  ]);
});
