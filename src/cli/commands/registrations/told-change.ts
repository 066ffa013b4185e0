import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { mask } from "../../../mask.ts";
import type { PlannedChange } from "../../../adobe/registrations/change.ts";
import { isObject, textOf } from "../../../json.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import type { ListedRegistration } from "./listed.ts";

/** Options of everything that changes something at Adobe. */
export interface ChangeFlags extends ListingFlags {
  readonly dryRun?: boolean;
}

/** Options of what deletes something there. */
export interface DeleteFlags extends ChangeFlags {
  readonly yes?: boolean;
}

/** A change at Adobe, made or only shown. */
export interface ToldChange {
  readonly type: "flowrun.change";
  readonly schemaVersion: 1;
  readonly profile: string;
  readonly did: "create" | "update" | "enable" | "disable" | "delete" | "test";
  /** True where nothing was sent. */
  readonly dryRun: boolean;
  readonly method: PlannedChange["method"];
  readonly url: string;
  readonly contentType: string | null;
  /** As it is sent, but for the secrets in a webhook's URL. */
  readonly body: PlannedChange["body"];
  /** Of the thing that was changed; `null` where it has no id yet, or Adobe did not tell it. */
  readonly id: string | null;
  readonly name: string | null;
  /** The registration as it is after the change; `null` where there is none, or it could not be read. */
  readonly registration: ListedRegistration | null;
}

/** All columns of changes. */
export const changeColumns: ColumnSet<ToldChange> = {
  all: [
    { name: "did", title: "DID", kind: "id", value: ({ did }) => did },
    { name: "id", title: "ID", kind: "id", value: ({ id }) => id },
    { name: "name", title: "NAME", kind: "text", value: ({ name }) => name },
    { name: "state", title: "STATE", kind: "id", value: ({ registration }) => registration?.state ?? null },
    { name: "dryRun", title: "DRY RUN", kind: "flag", value: ({ dryRun }) => dryRun },
    { name: "method", title: "METHOD", kind: "id", value: ({ method }) => method },
    { name: "url", title: "URL", kind: "id", value: ({ url }) => url },
    { name: "body", title: "BODY", kind: "text", value: ({ body }) => (body === null ? null : JSON.stringify(body)) },
  ],
  usual: ["did", "id", "name", "state", "dryRun"],
  wide: ["method", "url", "body"],
  id: "id",
  fields: [
    "type",
    "schemaVersion",
    "profile",
    "did",
    "dryRun",
    "method",
    "url",
    "contentType",
    "body",
    "id",
    "name",
    "registration",
  ],
};

/**
 * Checks the options of how a change is printed, before anything is asked, and gives what prints it: as a text to read
 * (`sheet`, or the request itself where it was only planned), or in any other format as a record.
 * @throws FlowrunError `usage`.
 */
export function changePrinter(
  flags: ChangeFlags,
  host: Host,
): (told: Omit<ToldChange, "type" | "schemaVersion">, sheet: string) => Promise<void> {
  const options = resolveOutput(changeColumns, flags, "json");
  return async (parts, sheet) => {
    const told: ToldChange = { type: "flowrun.change", schemaVersion: 1, ...parts, body: discreetBody(parts.body) };
    if (!wantsSheet(options)) {
      await printRows({ options, rows: [told], document: told, color: flags.color }, host, host.stdout);
      return;
    }
    const text = told.dryRun ? requestText(told) : sheet;
    if (text !== "") await tell(text, host.stdout);
  };
}

function discreetBody(body: PlannedChange["body"]): PlannedChange["body"] {
  const url = isObject(body) ? textOf(body["webhook_url"]) : null;
  return isObject(body) && url !== null ? { ...body, webhook_url: mask(url) } : body;
}

/** The request as it would be sent, but for the headers that every request has. */
function requestText({ method, url, contentType, body }: ToldChange): string {
  const type = contentType === null ? "" : `Content-Type: ${contentType}\n`;
  const content = body === null ? "" : `\n${JSON.stringify(body, null, 2).split("\n").map(safeText).join("\n")}\n`;
  return `${method} ${safeText(url)}\n${type}${content}`;
}

/** Says where nothing was sent. */
export const onlyShown = "this is what would be sent; nothing was changed";

/**
 * Asks before something is deleted, as long as nobody has said `--yes`. Resolves to whether it may be.
 * @throws FlowrunError `usage` where nobody can be asked.
 */
export async function mayDelete(
  what: string,
  loss: string,
  { yes = false }: DeleteFlags,
  host: Host,
): Promise<boolean> {
  if (yes) return true;
  if (host.prompt === null) {
    throw new FlowrunError("usage", `${what} is not deleted without being asked for`, {
      why: `${loss}, and here nobody can be asked`,
      hint: "say --yes, or look first with --dry-run",
    });
  }
  return host.prompt.choose(`Delete ${what}? (${loss})`, [
    { name: "no, keep it", value: false },
    { name: "yes, delete it", value: true },
  ]);
}
