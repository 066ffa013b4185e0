import { describe, expect, it } from "vitest";
import { openJournal, printed, runEvent, runIds } from "../support/journal.ts";

it("T10 since ends at the first 204", async () => {
  const journal = await openJournal({ events: 3 });
  const { code, stdout } = await journal.run("since oldest --json --jobs 1");
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(3));
  expect(journal.server.requests.at(-1)?.status).toBe(204);
  expect(journal.asked()).toHaveLength(2);
});

it("T10 an empty journal is no failure, and prints nothing", async () => {
  const journal = await openJournal({ events: 0 });
  const runs = await Promise.all([
    journal.run("since oldest"),
    journal.run("since -P1D --json"),
    journal.run("since oldest --jobs 1 -o ndjson"),
  ]);
  for (const { code, stdout } of runs) expect([code, stdout]).toEqual([0, ""]);
});

describe("T11 a 204 is waited out as long as it says", () => {
  it("so many seconds", async () => {
    const journal = await openJournal({ journal: { retryAfter: "2" } });
    const tail = journal.start("tail --json");
    await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBe(2);
    tail.child.kill("SIGTERM");
    const [first, second] = journal.server.requests.filter(({ service }) => service === "journal");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1900);
  });

  it("until a date", async () => {
    const date = new Date(Date.now() + 4000).toUTCString();
    const journal = await openJournal({ journal: { retryAfter: date } });
    const tail = journal.start("tail --json");
    await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    tail.child.kill("SIGTERM");
    const again = journal.server.requests.filter(({ service }) => service === "journal")[1];
    expect(again?.at).toBeGreaterThanOrEqual(Date.parse(date) - 100);
  });

  it("ten seconds where it says nothing, or nothing sensible", async () => {
    const words = ["soon", null, "-3", "0"];
    const journals = await Promise.all(words.map((retryAfter) => openJournal({ journal: { retryAfter } })));
    const tails = journals.map((journal) => journal.start("tail --json"));
    for (const journal of journals) {
      await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBe(1);
    }
    // Short of ten seconds, and more than a rule that backs off would ever wait after one answer.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(journals.map((journal) => journal.asked().length)).toEqual([1, 1, 1, 1]);
    for (const { child } of tails) child.kill("SIGINT");
    for (const { finished } of tails) expect((await finished).code).toBe(130);
  });
});

it("T12 a 204 without links keeps the place: what comes then is not missed", async () => {
  const journal = await openJournal({ events: 4, journal: { links: "none" } });
  // Without links each page is followed by since=<its last position>, and each 204 by the same question again.
  const tail = journal.start("tail --since oldest --json");
  await tail.saw("run-3");
  await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  journal.add(runEvent(4), runEvent(5));
  await tail.saw("run-5");
  tail.child.kill("SIGINT");
  expect(printed(await tail.finished)).toEqual(runIds(6));
});

it("T12 tail from the end keeps its moment where a 204 names no next place", async () => {
  const journal = await openJournal({ events: 4, journal: { links: "none" } });
  const tail = journal.start("tail --json");
  await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBe(1);
  journal.add(runEvent(4));
  await tail.saw("run-4");
  tail.child.kill("SIGINT");
  expect(printed(await tail.finished)).toEqual(["run-4"]);
});
