import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lockSpool, spoolFolder } from "../../src/state/spool-lock.ts";
import { scratch } from "../support/flowrun.ts";

const host = { sleep: () => Promise.resolve() };

it("is one process's at a time, and names it", async () => {
  const folder = spoolFolder(await scratch(), "acme");
  const lock = await lockSpool(folder, host);
  await expect(lockSpool(folder, host)).rejects.toMatchObject({
    kind: "usage",
    message: expect.stringContaining("receives for this profile already") as string,
  });
  await lock.release();
  await (await lockSpool(folder, host)).release();
});

it("says what to do where the disk takes no lock", async () => {
  const folder = spoolFolder(await scratch(), "acme");
  await mkdir(join(folder.home, ...folder.below, "spool.lock"), { recursive: true });
  await expect(lockSpool(folder, host)).rejects.toMatchObject({
    kind: "state",
    message: expect.stringContaining("spool.lock cannot be locked") as string,
    hint: expect.stringContaining("FLOWRUN_HOME") as string,
  });
});
