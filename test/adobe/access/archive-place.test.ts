import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findArchivePlace } from "../../../src/adobe/access/archive-place.ts";
import { mask } from "../../../src/mask.ts";

test("the environment's archive goes before the profile's, and there may be none", () => {
  expect(findArchivePlace({}, {})).toBeNull();
  expect(findArchivePlace({}, { archive: "/saved.db" })).toEqual({ address: "/saved.db", shown: "/saved.db" });
  const env = { FLOWRUN_ARCHIVE: '"archive.db"' };
  expect(findArchivePlace(env, { archive: "/saved.db" })).toEqual({ address: "archive.db", shown: "archive.db" });
});

test("a tilde that no shell has replaced is the user's home", () => {
  const path = join(homedir(), "flowrun-test/archive.db");
  expect(findArchivePlace({}, { archive: "~/flowrun-test/archive.db" })).toEqual({ address: path, shown: path });
});

test("a saved password is there for whoever connects, and stands in no text that leaves", () => {
  const address = "postgresql://flowrun:battery-staple@db/runs";
  expect(findArchivePlace({}, { archive: address })).toEqual({
    address,
    shown: "postgresql://flowrun:***@db/runs",
  });
  expect(mask("FATAL: battery-staple")).toBe("FATAL: [secret]");
});

test("a relative path in the profile is refused by its key", () => {
  expect(() => findArchivePlace({}, { archive: "archive.db" })).toThrow(/^archive is not an absolute path$/);
});
