import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LinkKnobs } from "../../src/demo/links.ts";
import { flowrun } from "../support/flowrun.ts";
import { openJournal, printed, runEvent, runIds, type JournalOptions } from "../support/journal.ts";

describe("T7 next is followed byte for byte", () => {
  it.each([
    ["with ':' and '.' in its position", false],
    ["with a comma in its position", true],
  ])("%s", async (_, commas) => {
    const journal = await openJournal({ events: 12, commas });
    const { code, stdout } = await journal.run("since oldest --json --limit 4 --jobs 1");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(12));
    const [, ...followed] = journal.asked();
    expect(followed).toHaveLength(3);
    for (const target of followed) {
      expect(target).toMatch(
        commas
          ? /^\/events-fast\/organizations\/[^?]+\?since=heron:[0-9a-f-]{36},heron:[0-9a-z]+\.0\.[0-9a-f]{8}&limit=4$/
          : /^\/events-fast\/organizations\/[^?]+\?since=heron:[0-9a-f-]{36}\.heron:[0-9a-z]+\.0\.[0-9a-f]{8}&limit=4$/,
      );
    }
  });
});

describe("T8 limit is sent once and kept by next", () => {
  it.each([
    ["oldest", /^\/events\/[^?]+\?limit=7$/],
    ["-PT2H", /^\/events\/[^?]+\?seek=-PT2H&limit=7$/],
  ])("since %s", async (when, first) => {
    const journal = await openJournal({ events: 20 });
    const { code, stdout } = await journal.run(`since ${when} --limit 7 --jobs 1 --json`);
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(20));
    const [asked, ...followed] = journal.asked();
    expect(asked).toMatch(first);
    expect(followed).toHaveLength(3);
    for (const target of followed) expect(target.match(/limit=/g)).toHaveLength(1);
  });
});

it("T9 a page shorter than its limit is not the end", async () => {
  const journal = await openJournal({ events: 40, journal: { legacyLimit: true } });
  const { code, stdout } = await journal.run("since oldest --limit 10 --jobs 1 --json");
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(40));
  expect(journal.asked().length).toBeGreaterThan(40 / 10 + 1);
});

it("T9 a page cut at 1.5 MB is not the end either", async () => {
  const large = Array.from({ length: 9 }, (_, n) => ({ ...runEvent(n), padding: "x".repeat(400_000) }));
  const journal = await openJournal({ events: large });
  const { code, stdout } = await journal.run("since oldest --limit 1000 --jobs 1 --json");
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(9));
  expect(journal.asked()).toHaveLength(4);
});

describe("T13 where next may lead", () => {
  it.each<[string, Partial<LinkKnobs>]>([
    ["relative, to /events-fast/, on the request's host", { nextPath: "events-fast", linkHost: "relative" }],
    ["relative, to /events/", { nextPath: "events", linkHost: "relative" }],
    ["absolute, on the same host", { linkHost: "own" }],
  ])("%s", async (_, links) => {
    const journal = await openJournal({ events: 9, journal: links });
    const { code, stdout } = await journal.run("since oldest --limit 3 --jobs 1 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(9));
    for (const target of journal.asked().slice(1)) expect(target).toMatch(`/${links.nextPath ?? "events-fast"}/`);
  });

  it("a host that has no business with the token is named, and asked nothing", async () => {
    const journal = await openJournal({ journal: { linkHost: "foreign" } });
    const { code, stdout, stderr } = await journal.run("since oldest --json --jobs 1 -q");
    expect(code).toBe(5);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({ kind: "protocol", exitCode: 5 });
    expect(stderr).toContain("journal.example.net");
    expect(journal.asked()).toHaveLength(1);
  });

  it.each([
    ["a next link", 200],
    ["a redirect", 302],
  ])("the token is not sent along with %s to another server", async (_, status) => {
    const journal = await openJournal();
    const strays: unknown[] = [];
    const stranger = createServer((request, response) => {
      strays.push(request.headers);
      response.end();
    });
    const door = createServer((_request, response) => {
      const elsewhere = `${originOf(stranger)}/events/organizations/1/integrations/2/3?since=x`;
      response.writeHead(status, { link: `<${elsewhere}>; rel="next"`, location: elsewhere });
      response.end(`{"events":[],"_page":{"last":"x","count":0}}`);
    });
    await listening(stranger);
    await listening(door);
    const env = { ...journal.env, FLOWRUN_JOURNAL_URL: `${originOf(door)}/events/organizations/1/integrations/2/3` };
    const { code, stdout, stderr } = await flowrun(["since", "oldest", "--jobs", "1"], { env });
    expect(code).toBe(5);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/error: .+\n {2}why: .+\n {2}fix: .+\n$/);
    expect(strays).toEqual([]);
  });
});

describe("T14 links are read however they are written", () => {
  it.each<[string, JournalOptions["journal"]]>([
    ["a header line each", { links: "lines" }],
    ["one line, with commas between", { links: "joined" }],
    ["without quotes around the relation", { links: "joined", quotedRel: false }],
  ])("%s", async (_, knobs) => {
    const journal = await openJournal({ events: 9, commas: true, journal: { ...knobs } });
    const { code, stdout } = await journal.run("since oldest --limit 3 --jobs 1 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(9));
    expect(journal.asked()).toHaveLength(4);
  });
});

it("T15 the templates among the links are never asked", async () => {
  const journal = await openJournal({ events: 9, journal: { links: "joined" } });
  expect((await journal.run("since oldest --limit 3 --json")).code).toBe(0);
  expect(journal.asked().filter((target) => /[{}]|%7[bd]/i.test(target))).toEqual([]);
});

it("T30 a _page.last that is not the last event changes nothing: next leads", async () => {
  const journal = await openJournal({ events: 12, faults: [{ fault: { kind: "wrongLast" } }] });
  const { code, stdout } = await journal.run("since oldest --limit 4 --jobs 1 --json");
  expect(code).toBe(0);
  expect(printed({ stdout })).toEqual(runIds(12));
});

type Server = ReturnType<typeof createServer>;

async function listening(server: Server): Promise<void> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function originOf(server: Server): string {
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
}
