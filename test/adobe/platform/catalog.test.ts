import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findBatch } from "../../../src/adobe/platform/catalog.ts";
import { demoBatch, demoPlatform, platformOf } from "../../support/platform.ts";

/** As Adobe's documents have it. */
const sample = JSON.parse(readFileSync("fixtures/platform/catalog-batch.json", "utf8")) as Record<string, object>;
const [id = "", documented = {}] = Object.entries(sample)[0] ?? [];

const answering = (status: number, body: unknown, type = "application/json") =>
  platformOf((_, res) =>
    res.writeHead(status, { "content-type": type }).end(typeof body === "string" ? body : JSON.stringify(body)),
  );

describe("a batch in Catalog", () => {
  test("is read as the documents have it, with the headers that Platform wants", async () => {
    const { api, server } = await demoPlatform([demoBatch({}, documented, { id })]);
    expect(await findBatch(api, id)).toEqual({
      id,
      status: "success",
      format: "parquet",
      hasDiagnostics: true,
      input: 519,
      failed: 5,
      endedAt: 1576741722026,
      errors: [
        { code: "INGEST-1212-400", count: null },
        { code: "INGEST-1401-400", count: 2 },
        { code: "INGEST-1555-400", count: 3 },
      ],
    });
    const asked = server.requests.at(-1);
    expect(asked?.target).toBe(`/data/foundation/catalog/batches/${id}?aggregate=true`);
    expect(asked?.headers).toMatchObject({
      "x-gw-ims-org-id": api.imsOrgId,
      "x-api-key": api.clientId,
      "x-sandbox-name": "prod",
    });
    expect(asked?.headers).not.toHaveProperty("x-ims-org-id");
  });

  test("may come by itself, with little, and with tags as lists", async () => {
    const { api } = await answering(200, { status: "failed", tags: { acp_enableErrorDiagnostics: ["false"] } });
    const unknown = { format: null, input: null, failed: null, endedAt: null, errors: [] };
    expect(await findBatch(api, "01A")).toEqual({ id: "01A", status: "failed", hasDiagnostics: false, ...unknown });
    const { api: other } = await answering(200, { "01A": { metrics: { failedRecordCount: -1 }, errors: [{}, null] } });
    const error = { code: null, count: null };
    expect(await findBatch(other, "01A")).toMatchObject({
      status: null,
      failed: null,
      hasDiagnostics: null,
      errors: [error],
    });
  });

  test.each([
    ["404", 404, { title: "NotFoundError" }],
    ["nothing", 200, {}],
    ["another batch", 200, { "01B": { status: "success" } }],
    ["no object", 200, { "01A": "success" }],
  ])("is not there, or of another sandbox: %s", async (_, status, body) => {
    const { api } = await answering(status, body);
    await expect(findBatch(api, "01A")).rejects.toMatchObject({
      kind: "notFound",
      message: "there is no batch 01A in sandbox 'prod'",
      hint: expect.stringContaining("--sandbox") as string,
    });
  });

  test("nobody is asked about an id that no batch can have", async () => {
    const { api, host } = await answering(200, {});
    await expect(findBatch(api, "..")).rejects.toMatchObject({ kind: "notFound" });
    expect(host.asked).toEqual([]);
  });

  test("403 says what the credential lacks, and in which sandbox", async () => {
    const { api } = await answering(403, { title: "Forbidden", detail: "no permission" });
    await expect(findBatch(api, "01A")).rejects.toMatchObject({
      kind: "forbidden",
      why: expect.stringContaining("no permission") as string,
      hint: expect.stringMatching(
        /Experience Platform API.*product profile.*View Datasets on sandbox 'prod'/,
      ) as string,
    });
    const { api: keyless } = await answering(403, { error_code: "403003", message: "Api Key is invalid" });
    await expect(findBatch(keyless, "01A")).rejects.toMatchObject({
      hint: expect.stringContaining("Experience Platform API") as string,
    });
    const { api: scopeless } = await answering(403, { error_code: "403011", message: "scopes" });
    await expect(findBatch(scopeless, "01A")).rejects.toMatchObject({
      hint: expect.stringContaining("copy the scopes") as string,
    });
  });

  test("what passes is waited out, and what is no JSON is asked for again", async () => {
    let asked = 0;
    const { api, host } = await platformOf((_, res) => {
      asked += 1;
      if (asked === 1) res.writeHead(503, { "retry-after": "7" }).end();
      else if (asked === 2) res.end("<html>");
      else res.end(JSON.stringify({ "01A": { status: "success" } }));
    });
    expect(await findBatch(api, "01A")).toMatchObject({ status: "success" });
    expect(host.sleeps[0]).toBe(7000);
    expect(asked).toBe(3);
  });

  test.each([null, "prod\r\nx-evil: 1", "ünder"])("names no sandbox that is no name: %j", async (sandbox) => {
    const { api, host } = await answering(200, { "01A": { status: "success" } });
    await findBatch({ ...api, sandbox }, "01A");
    expect(Object.keys(host.asked[0]?.headers ?? {})).not.toContain("x-sandbox-name");
  });
});
