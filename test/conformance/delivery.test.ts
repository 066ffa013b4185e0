import { describe, expect, it } from "vitest";
import { openJournal, printed, runBody, runEvent, runIds, savedCursor } from "../support/journal.ts";

it("T21 kill -9 between printing and saving: every run comes, and only that page's come again", async () => {
  const journal = await openJournal({ events: 40 });
  // The reader dies by its own hand as soon as its first page is out, which is before or while the cursor is saved.
  const first = journal.start("tail --since last --limit 10 --json");
  await first.saw("run-4");
  first.child.kill("SIGKILL");
  const before = printed({ stdout: whole((await first.finished).stdout) });
  const after = printed(await journal.run("since last --limit 10 --json"));
  expect(new Set([...before, ...after])).toEqual(new Set(runIds(40)));
  const again = after.filter((id) => before.includes(id));
  expect(again.length).toBeLessThanOrEqual(10);
  expect(after).toEqual(runIds(after.length, 40 - after.length));
});

describe("T22 what is delivered twice is printed once", () => {
  it("on one page, and across pages", async () => {
    const events = [runEvent(0), runEvent(1), runEvent(0), runEvent(2), runEvent(1), runEvent(3)];
    const journal = await openJournal({ events });
    const { stdout, stderr } = await journal.run("since oldest --limit 4 --json");
    expect(printed({ stdout })).toEqual(runIds(4));
    expect(stderr).toContain("4 runs printed, 0 failed · 6 events, 2 duplicates dropped");
  });

  it("across restarts of a reader with a cursor", async () => {
    const journal = await openJournal({ events: 5 });
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
    journal.add(runEvent(3), runEvent(5), runEvent(0));
    expect(printed(await journal.run("since last --json"))).toEqual(["run-5"]);
  });

  it("the same CloudEvents id of two sources is two events", async () => {
    const event = (n: number, source: string) => ({
      specversion: "1.0",
      type: "source_flow_run_info",
      id: "one-and-the-same",
      source,
      data: runBody(n),
    });
    const journal = await openJournal({ events: [event(0, "urn:one"), event(1, "urn:two"), event(0, "urn:one")] });
    expect(printed(await journal.run("since oldest --json"))).toEqual(runIds(2));
  });

  it("news of a run is another event, not a repeated one", async () => {
    const events = [
      runEvent(0, { eventId: "a", status: "inProgress" }),
      runEvent(0, { eventId: "b", status: "success" }),
    ];
    const journal = await openJournal({ events });
    expect(printed(await journal.run("since oldest --status all --json"))).toEqual(["run-0", "run-0"]);
  });
});

describe("T23 the event id is found under either name", () => {
  const body = { event: { ...runBody(0), header: { _adobeio: { eventCode: "sources_flow_run_success" } } } };
  it.each<[string, object]>([
    ["eventid", { eventid: "e-1" }],
    ["event_id", { event_id: "e-1" }],
    ["both", { eventid: "e-1", event_id: "e-1" }],
  ])("%s", async (_, id) => {
    const journal = await openJournal({
      events: [
        { ...id, ...body },
        { event_id: "e-1", eventid: "e-1", ...body },
      ],
    });
    const { stdout } = await journal.run("since oldest --json");
    expect(stdout.match(/"eventId":"e-1"/g)).toHaveLength(1);
  });
});

it("T21 the cursor is saved once a page, and never before the page is out", async () => {
  const journal = await openJournal({ events: 30 });
  const { stdout } = await journal.run("since last --limit 10 --json -n 15");
  expect(printed({ stdout })).toEqual(runIds(15));
  const { runs } = await savedCursor(journal);
  expect(runs).toBe(15);
  expect(printed(await journal.run("since last --json"))).toEqual(runIds(15, 15));
});

/** Without a last line that was cut by the kill. */
function whole(stdout: string): string {
  return stdout.slice(0, stdout.lastIndexOf("\n") + 1);
}
