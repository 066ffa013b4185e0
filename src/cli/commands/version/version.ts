import type { Host } from "../../../host.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { version } from "../../../version.ts";
import type { VersionFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";

/** Prints the version alone or, in another format than the table, with those of Node and the platform. */
export async function runVersion(flags: VersionFlags, host: Host): Promise<void> {
  const options = resolveOutput(versionColumns, flags, "json");
  const shown = { version, node: host.nodeVersion, platform: host.platform };
  if (wantsSheet(options)) await host.stdout.write(`${version}\n`);
  else await printRows({ options, rows: [shown], document: shown, color: flags.color }, host, host.stdout);
}

/** The versions of what is at work. */
interface Versions {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
}

const versionColumns: ColumnSet<Versions> = {
  all: [
    { name: "version", title: "VERSION", kind: "id", value: ({ version }) => version },
    { name: "node", title: "NODE", kind: "id", value: ({ node }) => node },
    { name: "platform", title: "PLATFORM", kind: "id", value: ({ platform }) => platform },
  ],
  usual: ["version", "node", "platform"],
  wide: [],
  id: "version",
  fields: ["version", "node", "platform"],
};
