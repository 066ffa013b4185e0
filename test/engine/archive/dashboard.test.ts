import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgres } from "../../../src/engine/archive/postgres.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { archived, journal } from "../../support/archived.ts";
import { blocksOf, pageAt } from "../../support/docs.ts";
import { realSleep } from "../../support/host.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../../support/postgres.ts";

/** The queries of the dashboard for Grafana, and of the page that tells of it, as Grafana would ask them. */
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly rawSql: string }[] }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}

const dashboard = JSON.parse(readFileSync("docs/grafana-dashboard.json", "utf8")) as Dashboard;

/** Grafana's own words. */
function filled(query: string): string {
  return query
    .replaceAll(/\$__timeFilter\((\w+)\)/g, "$1 > now() - interval '7 days'")
    .replaceAll("$sandbox", "'prod', 'dev'");
}

const queries = [
  ...dashboard.panels.map(({ title, targets }) => [title, targets.map(({ rawSql }) => rawSql).join()] as const),
  ...dashboard.templating.list.map(({ query }) => ["the list of sandboxes", query] as const),
  ...blocksOf(pageAt("docs/destinations.md"))
    .filter(({ language }) => language === "sql")
    .map(({ text }) => ["the page's own", text] as const),
];

describe.skipIf(!hasPostgres)(`the dashboard for Grafana${whyNoPostgres}`, () => {
  let cluster: Cluster;
  let url: string;

  beforeAll(async () => {
    cluster = await startCluster();
    url = await cluster.database();
    const database = await openPostgres(url, { env: {}, sleep: realSleep });
    await setUpSchema(database);
    await database.run("INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, 'https://j.test', 0)", [
      journal,
    ]);
    const failed = { status: "failed", rootCause: { code: "AADSTS7000222", message: "expired" } };
    const sandbox = { sandbox: { id: null, name: "prod" } };
    const at = (n: number) => ({ updatedAt: Date.now() - n * 3_600_000 });
    await addRuns(database, journal, [archived(1, at(3), sandbox), archived(2, at(2), { ...failed, ...sandbox })]);
    await database.close();
  });

  afterAll(() => cluster.stop());

  test.each(queries)("%s", async (_, query) => {
    expect(await cluster.ask(filled(query), new URL(url).pathname.slice(1))).not.toEqual([]);
  });

  test("the view counts a run once, in its hour", async () => {
    const counted = "SELECT count(*), sum(runs), sum(failed) FROM flowrun.runs_by_hour";
    expect(await cluster.ask(counted, new URL(url).pathname.slice(1))).toEqual(["2|2|1"]);
  });
});
