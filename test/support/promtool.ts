import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scratch } from "./flowrun.ts";

/** Whether Prometheus' own checker is there. */
export const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
/** For the name of what is skipped without it. */
export const whyNoPromtool = hasPromtool ? "" : " (promtool is not installed here: apt-get install prometheus)";

/** What it says of a page of metrics, its advice on names as well; nothing of one that is good. */
export function faultsOfMetrics(page: string): string {
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: page, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

/** What it says of alerting rules; nothing of good ones. */
export async function faultsOfRules(yaml: string): Promise<string> {
  const path = join(await scratch(), "rules.yml");
  await writeFile(path, yaml);
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", path], { encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}
