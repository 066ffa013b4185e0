import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takeNotes } from "../../src/cli/commands/reading/recent-notes.ts";
import { forgetRecent, keepRecent, mostRecent, readRecent, type Recent } from "../../src/state/recent-file.ts";
import { sampleRun } from "../render/sample-runs.ts";
import { scratch } from "../support/flowrun.ts";

const nothing: Recent = { runs: [], flows: [], sandboxes: [] };
const recent: Recent = {
  runs: [{ id: "run-1", status: "failed", flow: "Nightly load", at: "2026-11-22T10:00:00.000Z" }],
  flows: [{ id: "flow-1", name: "Nightly load" }],
  sandboxes: ["prod"],
};

it("is read as it was kept, for its owner alone, and forgotten", async () => {
  const home = await scratch();
  expect(await readRecent(home, "acme")).toEqual(nothing);
  await keepRecent(home, "acme", recent);
  expect(await readRecent(home, "acme")).toEqual(recent);
  expect(await readRecent(home, "other")).toEqual(nothing);
  expect((await stat(join(home, "recent", "acme.json"))).mode & 0o077).toBe(0);
  await forgetRecent(home, "acme");
  expect(await readRecent(home, "acme")).toEqual(nothing);
});

it("is written only where it has changed", async () => {
  const home = await scratch();
  await keepRecent(home, "acme", recent);
  const before = await stat(join(home, "recent", "acme.json"));
  await keepRecent(home, "acme", recent);
  expect((await stat(join(home, "recent", "acme.json"))).ino).toBe(before.ino);
});

it("is nothing where the file is damaged, and no failure where it cannot be written", async () => {
  const home = await scratch();
  await mkdir(join(home, "recent"));
  for (const text of ["", "[]", '{"runs":[{"id":5}],"flows":[null],"sandboxes":[1]}']) {
    await writeFile(join(home, "recent", "acme.json"), text);
    expect(await readRecent(home, "acme")).toEqual(nothing);
  }
  await writeFile(join(home, "file"), "");
  await expect(keepRecent(join(home, "file"), "acme", recent)).resolves.toBeUndefined();
});

it("takes notes of the last runs, the newest first, and goes on with the earlier ones", async () => {
  const { note, before } = takeNotes();
  expect(before(recent)).toBeNull();
  for (let n = 0; n < 1000; n += 1) {
    const updatedAt = new Date(Date.UTC(2026, 10, 22) + n * 1000).toISOString();
    note({ ...sampleRun(), runId: `run-${n}`, flowId: `flow-${n % 3}`, flowName: null, updatedAt });
  }
  note({ ...sampleRun(), runId: "x".repeat(100_000) });
  const notes = before(recent) ?? nothing;
  expect(notes.runs).toHaveLength(mostRecent.runs);
  expect(notes.runs[0]).toEqual({ id: "run-999", status: "success", flow: "flow-0", at: "2026-11-22T00:16:39.000Z" });
  expect(notes.flows.map(({ id }) => id)).toEqual([sampleRun().flowId, "flow-0", "flow-2", "flow-1"]);
  expect(notes.sandboxes).toEqual(["prod"]);
  const home = await scratch();
  await keepRecent(home, "acme", notes);
  expect((await readFile(join(home, "recent", "acme.json"))).length).toBeLessThan(100_000);
});
