import { describe, expect, test } from "vitest";
import { account } from "../../src/demo/account.ts";
import type { DemoBatch } from "../../src/demo/batches.ts";
import type { Reply } from "../../src/demo/call.ts";
import { answerCatalog } from "../../src/demo/catalog.ts";
import { answerDataAccess } from "../../src/demo/data-access.ts";
import { storyBatches } from "../../src/demo/story-batches.ts";
import { batchIdOf, writesBatch } from "../../src/demo/week/batch.ts";
import { sourceFlows, type Fate } from "../../src/demo/week/cast.ts";
import { runsOf } from "../../src/demo/week/told-events.ts";
import { call, now } from "./support.ts";

const day = 86_400_000;
const find = storyBatches(now);
const runs = sourceFlows
  .flatMap((flow) => runsOf(flow, { from: now - 7 * day, until: now, present: now }))
  .filter(writesBatch);

/** A batch of the week whose run ended so. */
function batchOf(outcome: Fate): DemoBatch {
  const run = runs.find((one) => one.outcome === outcome);
  const batch = run === undefined ? null : find(batchIdOf(run), now);
  if (batch === null) throw new Error(`no batch of the week is of a run with ${outcome}`);
  return batch;
}

function ask(batch: DemoBatch, path: string, more: Readonly<Record<string, string>> = {}): Reply {
  const headers = { "x-gw-ims-org-id": account.imsOrgId, "x-sandbox-name": batch.sandbox, ...more };
  const target = path.startsWith("/") ? path : `/data/foundation/export/batches/${batch.id}/${path}`;
  const asked = call(target, { headers });
  const reply = answerCatalog(asked, find, now) ?? answerDataAccess(asked, find, now);
  if (reply === null) throw new Error(`nobody answers ${target}`);
  return reply;
}

interface Listing {
  readonly data: readonly {
    readonly name: string;
    readonly length: string;
    readonly _links: { readonly self: { readonly href: string } };
  }[];
}

const listed = (batch: DemoBatch, path: string): Listing["data"] => (JSON.parse(ask(batch, path).body) as Listing).data;

function textOf(batch: DemoBatch, path: string): string {
  return listed(batch, path)
    .map(({ _links }) => ask(batch, new URL(_links.self.href).pathname + new URL(_links.self.href).search).body)
    .join("");
}

interface Facts {
  readonly metrics: { readonly failedRecordCount?: number };
  readonly errors: readonly { readonly code: string; readonly recordCount?: number }[];
  readonly tags: { readonly acp_enableErrorDiagnostics: boolean };
}

function factsOf(batch: DemoBatch): Facts {
  const reply = ask(batch, `/data/foundation/catalog/batches/${batch.id}?aggregate=true`);
  return (JSON.parse(reply.body) as Record<string, Facts>)[batch.id]!;
}

describe("the demo's batches", () => {
  test.each<Fate>(["errorsWithinThreshold", "partialSuccess"])(
    "of %s have a row for each record that failed",
    (fate) => {
      const batch = batchOf(fate);
      const lines = textOf(batch, "meta?path=row_errors").trimEnd().split("\n");
      const facts = factsOf(batch);
      expect(lines).toHaveLength(facts.metrics.failedRecordCount!);
      expect(facts.errors.find(({ code }) => code === "MAPPER-3700-400")?.recordCount).toBe(lines.length);
      expect(JSON.parse(lines[0]!)).toMatchObject({ _errors: [{ code: "MAPPER-3700-400" }] });
      expect(facts.tags.acp_enableErrorDiagnostics).toBe(true);
    },
  );

  test("that nobody could read have lines that are none, and a part in Parquet", () => {
    const batch = batchOf("unreadableRows");
    const lines = textOf(batch, "meta?path=row_errors").trimEnd().split("\n");
    const isJson = lines.map((line) => {
      try {
        return JSON.parse(line) !== null;
      } catch {
        return false;
      }
    });
    expect(new Set(isJson)).toEqual(new Set([true, false]));
    const parts = listed(batch, "failed");
    expect(parts.map(({ name }) => name.replace(/-.*-/, "-"))).toEqual(["_SUCCESS", "part-c000.snappy.parquet"]);
    expect(ask(batch, `failed?path=${parts[1]!.name}`).body).toMatch(/^PAR1[^]*PAR1$/);
  });

  test("without diagnostics have none, and say so", () => {
    const batch = batchOf("errorsWithoutDiagnostics");
    expect(ask(batch, "meta?path=row_errors").status).toBe(404);
    expect(factsOf(batch).errors.map(({ code }) => code)).toEqual(["INGEST-1211-400"]);
    expect(factsOf(batch).tags.acp_enableErrorDiagnostics).toBe(false);
  });

  test("in which all went well have none", () => {
    const batch = batchOf("success");
    expect(ask(batch, "meta?path=row_errors").status).toBe(404);
    expect(ask(batch, "failed").status).toBe(404);
    expect(factsOf(batch)).toMatchObject({ metrics: { failedRecordCount: 0 }, errors: [] });
    expect(listed(batch, "meta?path=input_files").length).toBeGreaterThan(0);
  });

  test("older than a month are known, and their records are not kept", () => {
    const batch = batchOf("partialSuccess");
    const later = now + 31 * day;
    expect(storyBatches(now)(batch.id, later)?.files()).toEqual([]);
    expect(storyBatches(now)(batch.id, later)?.facts()).toMatchObject({ status: "success" });
  });

  test("are the same whenever they are asked for", () => {
    const batch = batchOf("partialSuccess");
    expect(storyBatches(now)(batch.id, now)?.files()).toEqual(batch.files());
  });

  test("are of one sandbox and one organisation", () => {
    const batch = batchOf("success");
    const path = `/data/foundation/catalog/batches/${batch.id}`;
    expect(ask(batch, path, { "x-sandbox-name": "elsewhere" }).status).toBe(404);
    expect(ask(batch, path, { "x-gw-ims-org-id": "other@AdobeOrg" }).status).toBe(403);
    expect(ask(batch, "meta?path=input_files", { "x-gw-ims-org-id": "other@AdobeOrg" }).status).toBe(403);
    expect(ask(batch, "/data/foundation/catalog/batches/01KNOBODYS").status).toBe(404);
  });
});

describe("Data Access", () => {
  test("names another host and a port in its links, as the documents do, and lengths as texts", () => {
    const [first] = listed(batchOf("partialSuccess"), "meta?path=row_errors");
    expect(first?._links.self.href).toMatch(
      /^https:\/\/platform\.adobe\.io:443\/data\/foundation\/export\/batches\/\w+\/meta\?path=row_errors%2F/,
    );
    expect(first?.length).toMatch(/^\d+$/);
  });

  test("gives a range that is asked for", () => {
    const batch = batchOf("partialSuccess");
    const [file] = listed(batch, "meta?path=row_errors");
    const path = `meta?path=row_errors%2F${file!.name}`;
    const whole = ask(batch, path).body;
    expect(String(whole.length)).toBe(file!.length);
    const part = ask(batch, path, { range: "bytes=100-" });
    expect([part.status, part.body]).toEqual([206, whole.slice(100)]);
    expect(ask(batch, path, { range: `bytes=${file!.length}-` }).status).toBe(416);
  });

  test("leaves every other path to others", () => {
    expect(answerDataAccess(call("/data/foundation/export/files/1"), find, now)).toBeNull();
    expect(answerCatalog(call("/data/foundation/catalog/dataSets/1"), find, now)).toBeNull();
  });
});
