import { describe, expect, test } from "vitest";
import type { PlatformApi } from "../../../src/adobe/platform/api.ts";
import type { ExportFile } from "../../../src/adobe/platform/export-files.ts";
import { openFailedBatch, readFailedRows, type FailedBatch } from "../../../src/engine/rows/failed-batch.ts";
import type { FailedRow } from "../../../src/runs/rows/failed-row.ts";
import { demoBatch, demoPlatform } from "../../support/platform.ts";

const id = "01KTESTBATCH00000000000001";
const line = (code: string, more: object = {}): string => `${JSON.stringify({ ...more, _errors: [{ code }] })}\n`;

async function open(files: Readonly<Record<string, string>>) {
  const { api, server } = await demoPlatform([demoBatch(files)]);
  return { api, server, batch: await openFailedBatch(api, id) };
}

async function rowsOf(api: PlatformApi, batch: FailedBatch, packed: ExportFile[] = []): Promise<readonly FailedRow[]> {
  const rows: FailedRow[] = [];
  const about = { runId: "run-1", onPacked: (file: ExportFile) => packed.push(file) };
  for await (const some of readFailedRows(api, batch, about)) rows.push(...some);
  return rows;
}

describe("a batch's rejected records", () => {
  test("are those of all its files, in their order, with their places", async () => {
    const { api, batch } = await open({
      "meta/row_errors/conversion_errors_0.json": line("A-1-400", { id: 1 }) + line("A-1-400", { id: 2 }),
      "meta/row_errors/parsing_errors_0.json": `${line("B-2-400")}no JSON at all\n`,
    });
    const rows = await rowsOf(api, batch);
    expect(rows.map(({ file, line: at, codes, text }) => [file, at, codes.join(), text])).toEqual([
      ["conversion_errors_0.json", 1, "A-1-400", null],
      ["conversion_errors_0.json", 2, "A-1-400", null],
      ["parsing_errors_0.json", 1, "B-2-400", null],
      ["parsing_errors_0.json", 2, "", "no JSON at all"],
    ]);
    expect(rows[0]).toMatchObject({
      runId: "run-1",
      batchId: id,
      sandbox: "prod",
      from: "row_errors",
      columns: { id: 1 },
    });
  });

  test("rows with errors go before failed parts, these before a sample", async () => {
    const parts = { "failed/_SUCCESS": "", "failed/part-0.json": line("B-2-400") };
    const sample = { "meta/row_errors_sample.json": line("C-3-400") };
    const rows = { "meta/row_errors/errors_0.json": line("A-1-400") };
    const first = await open({ ...rows, ...parts, ...sample });
    expect((await rowsOf(first.api, first.batch)).map(({ from }) => from)).toEqual(["row_errors"]);
    expect(first.batch.kept.map(({ name }) => name)).toEqual(["errors_0.json", "part-0.json"]);
    const second = await open({ ...parts, ...sample });
    expect((await rowsOf(second.api, second.batch)).map(({ from, codes }) => [from, ...codes])).toEqual([
      ["failed", "B-2-400"],
    ]);
    const third = await open(sample);
    expect((await rowsOf(third.api, third.batch)).map(({ from }) => from)).toEqual(["sample"]);
    const none = await open({});
    expect([none.batch.files, none.batch.packed, none.batch.kept]).toEqual([[], [], []]);
  });

  test("Parquet and packed files are none that can be read, whatever they are called", async () => {
    const { api, batch } = await open({
      "failed/part-0.snappy.parquet": "PAR1xPAR1",
      "failed/part-1.json.gz": "?",
      "failed/part-2": `PAR1\nx\nPAR1`,
      "failed/part-3": line("B-2-400"),
    });
    expect(batch.packed.map(({ name }) => name)).toEqual(["part-0.snappy.parquet", "part-1.json.gz"]);
    const packed: ExportFile[] = [];
    expect((await rowsOf(api, batch, packed)).map(({ file }) => file)).toEqual(["part-3"]);
    expect(packed.map(({ name }) => name)).toEqual(["part-2"]);
  });

  test("nobody asks for the next file who has enough of this one", async () => {
    const { api, batch, server } = await open({
      "meta/row_errors/a.json": line("A-1-400"),
      "meta/row_errors/b.json": line("A-1-400"),
    });
    for await (const some of readFailedRows(api, batch, { runId: null, onPacked: () => undefined })) {
      expect(some).toHaveLength(1);
      break;
    }
    expect(server.requests.filter(({ target }) => target.includes("b.json"))).toEqual([]);
  });
});
