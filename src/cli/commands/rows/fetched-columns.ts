import type { FetchedFile } from "../../../engine/rows/download.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";

/** All columns of files that were fetched. */
export const fetchedColumns: ColumnSet<FetchedFile> = {
  all: [
    { name: "path", title: "PATH", kind: "text", least: 40, value: ({ path }) => path },
    { name: "bytes", title: "BYTES", kind: "bytes", value: ({ bytes }) => bytes },
    { name: "state", title: "STATE", kind: "id", value: ({ state }) => state },
    { name: "batchId", title: "BATCH", kind: "id", value: ({ batchId }) => batchId },
    { name: "folder", title: "FOLDER", kind: "id", value: ({ folder }) => folder },
    { name: "name", title: "NAME", kind: "text", value: ({ name }) => name },
  ],
  usual: ["path", "bytes", "state"],
  wide: ["batchId", "folder", "name"],
  id: null,
  fields: ["type", "schemaVersion", "batchId", "folder", "name", "path", "bytes", "state"],
};
