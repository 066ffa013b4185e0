import { exitCodes, FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { DoctorFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { inOutlet } from "../outlet.ts";
import { printRows } from "../print-rows.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter, type Painter } from "../../../render/text/painter.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { forProfile } from "../../terminal/for-profile.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { discreet, mask } from "../../../mask.ts";
import { lookAtDestinations } from "./destination.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { chooseProfile } from "./settings.ts";

/**
 * Looks at all that a reading depends on: a line for each check as soon as it is made or, in another format, a row for
 * each when all are made; JSON and YAML are one document.
 * @throws FlowrunError of the first failure's kind, when something does not hold.
 */
export async function runDoctor(flags: DoctorFlags, host: Host): Promise<void> {
  const options = resolveOutput(findingColumns, flags, "json");
  if (flags.sendTest === true && flags.to === undefined) throw noDestination();
  const isSheet = wantsSheet(options);
  const patience = { retries: flags.retries, maxWaitMs: parseDuration(flags.maxWait) };
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: flags.verbose ?? 0,
    live: false,
    profile: flags.profile,
  });
  const named = flags.profile ?? null;
  const findings: Finding[] = [];
  // Each line comes as soon as it is known: no pager holds it up.
  await inOutlet({ ...flags, pager: false }, host, async (there) => {
    // It quotes what servers say, as stderr does elsewhere.
    const stdout = discreet(there.stdout);
    const painter = createPainter(decideColour(flags.color, host.env, stdout.isTTY));
    const chosen = await chooseProfile(flags.profile, host);
    const { to = [], sendTest: sendsTest = false } = flags;
    const all =
      to.length === 0
        ? examine({ ...chosen, notify, signal: host.signal, patience }, host)
        : lookAtDestinations(to, { profile: chosen.profile, sendsTest, notify }, host);
    for await (const found of all) {
      const finding = { ...found, remedy: found.remedy === null ? null : forProfile(found.remedy, named) };
      findings.push(finding);
      if (isSheet) await tell(mask(render(finding, painter)), stdout);
    }
    if (isSheet) return;
    const told = { rows: findings, document: document(chosen.profile, findings) };
    await printRows({ options, ...told, color: flags.color }, host, stdout);
  });
  const failures = findings.filter(isFailure);
  const [first] = failures;
  if (first !== undefined) throw unwell(first, failures.length, isSheet && host.stdout.isTTY);
}

function noDestination(): FlowrunError {
  return new FlowrunError("usage", "--send-test goes with --to only", {
    why: "it sends a run that is made up, and nothing says where to",
    hint: "flowrun doctor --to slack+https://… --send-test",
  });
}

type Failure = Finding & { readonly kind: NonNullable<Finding["kind"]> };

function isFailure(finding: Finding): finding is Failure {
  return finding.kind !== null;
}

/** @param isRead whether the checks stand right above it, on the same terminal: then they are not told again. */
function unwell(first: Failure, count: number, isRead: boolean): FlowrunError {
  const what = count === 1 ? "one check" : `${count} checks`;
  if (isRead) {
    return new FlowrunError(first.kind, `doctor: ${what} failed`, {
      why:
        count === 1 ? `the one of the ${first.check}, as it says above` : "as they say above, each with what mends it",
      hint: "mend that, and look again",
    });
  }
  return new FlowrunError(first.kind, `doctor: ${what} failed`, {
    why: `${count === 1 ? "" : "first "}${first.check}: ${first.text}`,
    hint: first.remedy ?? "see the checks that failed, and what each of them asked: --verbose",
    requestId: first.requestId,
  });
}

function document(profile: string, findings: readonly Finding[]): object {
  const first = findings.find(isFailure);
  return {
    type: "flowrun.doctor",
    schemaVersion: 1,
    profile,
    ok: first === undefined,
    exitCode: first === undefined ? 0 : exitCodes[first.kind],
    checks: findings,
  };
}

/** All columns of checks. */
export const findingColumns: ColumnSet<Finding> = {
  all: [
    {
      name: "verdict",
      title: "VERDICT",
      kind: "id",
      value: ({ verdict }) => verdict,
      paint: (text, painter) => (isVerdict(text) ? painter[paints[text]](text) : text),
    },
    { name: "check", title: "CHECK", kind: "id", value: ({ check }) => check },
    { name: "text", title: "TEXT", kind: "text", value: ({ text }) => text },
    { name: "remedy", title: "REMEDY", kind: "text", value: ({ remedy }) => remedy },
    { name: "requestId", title: "REQUEST", kind: "id", value: ({ requestId }) => requestId },
    { name: "kind", title: "KIND", kind: "id", value: ({ kind }) => kind },
  ],
  usual: ["verdict", "check", "text", "remedy"],
  wide: ["requestId", "kind"],
  id: "check",
  // Those of the one document that `--json` is short for here.
  fields: [
    "type",
    "schemaVersion",
    "profile",
    "ok",
    "exitCode",
    ...["check", "verdict", "text", "remedy", "requestId", "kind", "facts"].map((name) => `checks.${name}`),
  ],
};

function isVerdict(text: string): text is Finding["verdict"] {
  return Object.hasOwn(paints, text);
}

const paints = { ok: "green", warning: "yellow", failed: "red", skipped: "cyan" } as const;

/** `ok       token         minted by …`, and below it what mends a failure. */
function render({ verdict, check, text, remedy, requestId }: Finding, painter: Painter): string {
  const mark = painter[paints[verdict]](verdict.padEnd(8));
  const request = requestId === null ? "" : ` (request ${requestId})`;
  const line = `${mark} ${check.padEnd(13)} ${safeText(text)}${request}\n`;
  return remedy === null ? line : `${line}${" ".repeat(23)}fix: ${safeText(remedy)}\n`;
}
