import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findSampleFile, listExportFiles } from "../../../src/adobe/platform/export-files.ts";
import { demoBatch, demoPlatform, platformOf } from "../../support/platform.ts";

const id = "01EFZ7W203PEKSAMVJC3X99VHQ";
const base = `/data/foundation/export/batches/${id}`;
const fixture = (name: string): string =>
  readFileSync(`fixtures/platform/${name}.json`, "utf8").replaceAll("{BATCH_ID}", id);

const answering = (...bodies: readonly unknown[]) => {
  let at = 0;
  return platformOf((_, res) => {
    const body = bodies[Math.min(at++, bodies.length - 1)];
    res.end(typeof body === "string" ? body : JSON.stringify(body));
  });
};

const entry = (name: string, href?: string) => ({
  name,
  length: "5",
  ...(href === undefined ? {} : { _links: { self: { href } } }),
});

describe("the files of a batch", () => {
  test("are listed as the documents have them, each on the API's own host", async () => {
    const { api, url, host } = await answering(fixture("row-errors-listing"));
    expect(await listExportFiles(api, id, "row_errors")).toEqual([
      {
        batchId: id,
        folder: "row_errors",
        name: "conversion_errors_0.json",
        length: 1162,
        url: `${url}${base}/meta?path=row_errors%2Fconversion_errors_0.json`,
      },
      {
        batchId: id,
        folder: "row_errors",
        name: "parsing_errors_0.json",
        length: 153,
        url: `${url}${base}/meta?path=row_errors%2Fparsing_errors_0.json`,
      },
    ]);
    expect(host.asked.map((ask) => ask.url)).toEqual([`${url}${base}/meta?path=row_errors&limit=100`]);
  });

  test("the mark that all has been written is none of the failed parts", async () => {
    const { api } = await answering(fixture("failed-listing"));
    const files = await listExportFiles(api, id, "failed");
    expect(files?.map(({ name, length }) => [name, length])).toEqual([
      ["part-00000-44c7b669-5e38-43fb-b56c-a0686dabb982-c000.json", 1800],
    ]);
  });

  test("come page after page as next says, whatever the counts say, each once", async () => {
    const next = (path: string) => ({ _links: { next: { href: `https://platform-int.adobe.io:443${path}` } } });
    const { api, url, host } = await answering(
      { data: [entry("a"), entry("b")], _page: { count: 0 }, ...next(`${base}/failed?start=2`) },
      {
        data: [entry("b"), entry("c"), {}, null, entry("")],
        _page: { count: 99 },
        ...next(`${base}/failed?limit=100`),
      },
    );
    const files = await listExportFiles(api, id, "failed");
    expect(files?.map((file) => file.name)).toEqual(["a", "b", "c"]);
    expect(files?.[0]?.url).toBe(`${url}${base}/failed?path=a`);
    // The second next leads back to the first page.
    expect(host.asked.map((ask) => ask.url)).toEqual([
      `${url}${base}/failed?limit=100`,
      `${url}${base}/failed?start=2`,
    ]);
  });

  test("a full page without a next one is asked beyond, once more", async () => {
    const many = Array.from({ length: 250 }, (_, n) => [`meta/row_errors/errors_${String(n)}.json`, "x"]);
    const { api, server } = await demoPlatform([
      demoBatch(Object.fromEntries(many) as Record<string, string>, {}, { id }),
    ]);
    expect(await listExportFiles(api, id, "row_errors")).toHaveLength(250);
    expect(server.requests.filter(({ service }) => service === "api")).toHaveLength(3);
    const full = { data: Array.from({ length: 100 }, (_, n) => entry(`f${String(n)}`)) };
    const { api: other, host } = await answering(full);
    expect(await listExportFiles(other, id, "row_errors")).toHaveLength(100);
    expect(host.asked.map((ask) => new URL(ask.url).searchParams.get("start"))).toEqual([null, "100"]);
  });

  test("a list of ever new pages is no list", async () => {
    let page = 0;
    const { api } = await platformOf((_, res) => {
      page += 1;
      const data = Array.from({ length: 2000 }, (_entry, n) => entry(`${String(page)}-${String(n)}`));
      res.end(JSON.stringify({ data, _links: { next: { href: `${base}/failed?start=${String(page)}` } } }));
    });
    await expect(listExportFiles(api, id, "failed")).rejects.toMatchObject({ kind: "protocol" });
    expect(page).toBeLessThan(60);
  });

  test.each([
    "https://evil.example/steal?path=x",
    "/data/foundation/export/batches/01OTHERBATCH/meta?path=row_errors%2Fx",
    `${base}/meta/../../01OTHERBATCH/meta?path=x`,
    `${base}/%2e%2e/01OTHERBATCH/meta`,
    `${base}/..%2F01OTHERBATCH/meta`,
    `${base}/files?path=x`,
    "http://[",
    "mailto:someone",
  ])("a link away from the batch is refused, and nothing is sent there: %s", async (href) => {
    const { api, host } = await answering({ data: [entry("x.json", href)] });
    await expect(listExportFiles(api, id, "row_errors")).rejects.toMatchObject({ kind: "protocol" });
    expect(host.asked).toHaveLength(1);
    const { api: other } = await answering({ data: [entry("x.json")], _links: { next: { href } } });
    await expect(listExportFiles(other, id, "row_errors")).rejects.toMatchObject({ kind: "protocol" });
  });

  test("a foreign host is only where a link says the file is: the token goes to our own", async () => {
    const { api, url } = await answering({
      data: [entry("x", `https://evil.example${base}/meta?path=row_errors%2Fx`)],
    });
    const files = await listExportFiles(api, id, "row_errors");
    expect(files?.[0]?.url).toBe(`${url}${base}/meta?path=row_errors%2Fx`);
  });

  test.each([
    ["its own words", 404, '{"title":"NotFoundError","detail":"path not found: meta/row_errors"}', "application/json"],
    ["plain words", 404, "The path is not found.", "text/plain"],
    ["no words", 404, "", "text/plain"],
  ])("there are none: %s", async (_, status, body, type) => {
    const { api } = await platformOf((_req, res) => res.writeHead(status, { "content-type": type }).end(body));
    expect(await listExportFiles(api, id, "row_errors")).toBeNull();
  });

  test.each([
    ["a web page", 404, "<html><body>Not Found</body></html>", "text/html"],
    ["the gateway", 404, '{"error_code":"404000","message":"Resource not found"}', "application/json"],
    ["a web server", 404, "no such service", "text/plain"],
    ["410", 410, '{"message":"Gone"}', "application/json"],
  ])("an API that is not there any more is told as such: %s", async (_, status, body, type) => {
    const { api } = await platformOf((_req, res) => res.writeHead(status, { "content-type": type }).end(body));
    await expect(listExportFiles(api, id, "row_errors")).rejects.toMatchObject({
      kind: "unavailable",
      why: expect.stringMatching(new RegExp(`answered ${String(status)}.*deprecated`)) as string,
    });
  });

  test("a sample has either of two names, or there is none", async () => {
    const older = demoBatch({ "meta/row_error_samples.json": "{}\n" }, {}, { id });
    const { api } = await demoPlatform([older, demoBatch({}, {}, { id: "01KEMPTYBATCH0000000000000" })]);
    expect(await findSampleFile(api, id)).toMatchObject({ folder: "sample", name: "row_error_samples.json" });
    expect(await findSampleFile(api, "01KEMPTYBATCH0000000000000")).toBeNull();
    const newer = demoBatch({ "meta/row_errors_sample.json": "{}\n" }, {}, { id });
    const { api: other } = await demoPlatform([newer]);
    expect(await findSampleFile(other, id)).toMatchObject({ name: "row_errors_sample.json" });
  });
});
