import { archiveOfProfile, type ProfileArchive } from "../../../engine/archive/of-profile.ts";
import { openToRead } from "../../../engine/archive/open.ts";
import type { DeliveredReading } from "../../../engine/destinations/destination.ts";
import { findWanted, type WantedDestination } from "../../../engine/destinations/find-scheme.ts";
import { testRun } from "../../../engine/destinations/test-run.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { lookAtArchive } from "./archive.ts";
import { failed, ok, type Finding } from "./finding.ts";
import { tryTo } from "./try-to.ts";

/** A destination to look at. */
interface DestinationLook {
  /** As `--to` was given. */
  readonly text: string;
  readonly profile: string;
  /** Sends a run that is made up, and says so. */
  readonly sendsTest: boolean;
  readonly notify: Notify;
}

/** Whether runs could be delivered to each of these, one after the other. */
export async function* lookAtDestinations(
  texts: readonly string[],
  look: Omit<DestinationLook, "text">,
  host: Host,
): AsyncGenerator<Finding, void, undefined> {
  for (const text of texts) yield await lookAtDestination({ ...look, text }, host);
}

/** Whether runs could be delivered to an address; none is, but for a test that is asked for. */
async function lookAtDestination(look: DestinationLook, host: Host): Promise<Finding> {
  const outcome = await tryTo(async () => {
    const wanted = findWanted(look.text, host.env);
    if (wanted.kind === "stdout") {
      return withoutTest(ok("destination", "stdout: there is nothing that could be wrong with it"), look);
    }
    const own = await archiveOfProfile(look.profile, host);
    if (wanted.kind === "other") return otherFinding(wanted, own, look, host);
    return withoutTest(await archiveFinding(wanted, own, host), look);
  });
  return "error" in outcome ? failed("destination", outcome.error) : outcome.value;
}

/** Where no test is sent to, and one was asked for, it says so. */
function withoutTest(finding: Finding, { sendsTest }: Pick<DestinationLook, "sendsTest">): Finding {
  if (!sendsTest || finding.verdict === "failed") return finding;
  return { ...finding, text: `${finding.text}; no test run was sent: only what the journal holds goes there` };
}

async function archiveFinding(
  { url }: Extract<WantedDestination, { kind: "archive" }>,
  { profile, journalName }: ProfileArchive,
  host: Host,
): Promise<Finding> {
  if (url === null) return { ...(await lookAtArchive(profile, host)), check: "destination" };
  const archive = await openToRead({ kind: "postgres", url, isSet: true }, journalName, host);
  if (archive === null)
    return ok("destination", "the server answers; there is no archive yet, and the first tail makes it");
  const { database } = archive;
  await database.close();
  return ok("destination", `${database.place}: an archive that can be read`);
}

async function otherFinding(
  { scheme, address }: Extract<WantedDestination, { kind: "other" }>,
  { profile, journalName }: ProfileArchive,
  { sendsTest, notify }: DestinationLook,
  host: Host,
): Promise<Finding> {
  const kind = await scheme.load();
  kind.check(address, host.env);
  const journal = journalName ?? "test:";
  const reading: DeliveredReading = { of: "runs", profile, journal, organisation: null, cursor: "doctor" };
  const to = await kind.open(address, { host, signal: host.signal, notify, reading, isKept: false });
  try {
    const { found, guarantee = scheme.guarantee } = to;
    const facts = { scheme: scheme.name, found, guarantee };
    if (!sendsTest) return ok("destination", `${address.shown}: ${found}; ${guarantee}`, facts);
    const test = testRun(profile, host.now());
    await to.deliver([test], null, () => undefined);
    return ok("destination", `${address.shown}: ${found}; the test run ${test.run.runId} was delivered`, {
      ...facts,
      runId: test.run.runId,
    });
  } finally {
    await to.close();
  }
}
