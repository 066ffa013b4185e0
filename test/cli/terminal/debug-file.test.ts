import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createDebugFile } from "../../../src/cli/terminal/debug-file.ts";
import { keepSecret } from "../../../src/mask.ts";
import { scratch } from "../../support/flowrun.ts";
import { noon } from "../../support/host.ts";

let path: string;
let complaints: string[];

beforeEach(async () => {
  path = join(await scratch(), "ticket.log");
  complaints = [];
});

function fresh() {
  return createDebugFile({ now: () => noon, complain: (text) => complaints.push(text) });
}

describe("a debug file", () => {
  it("has each line as soon as it is written, with the time, for its owner alone", async () => {
    const file = fresh();
    file.write("before it is open: nowhere");
    await file.open(path);
    file.write("> GET https://x\n    > accept: text/plain");
    expect(readFileSync(path, "utf8")).toBe(
      "2026-11-22T12:00:00.000Z > GET https://x\n2026-11-22T12:00:00.000Z     > accept: text/plain\n",
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("goes on behind what it holds", async () => {
    writeFileSync(path, "yesterday\n");
    const file = fresh();
    await file.open(path);
    file.write("today");
    expect(readFileSync(path, "utf8")).toBe("yesterday\n2026-11-22T12:00:00.000Z today\n");
  });

  it("holds no secret", async () => {
    keepSecret("s3cr3t-of-a-debug-file");
    const file = fresh();
    await file.open(path);
    file.write("> GET https://x?token=abcdef&y=s3cr3t-of-a-debug-file");
    expect(readFileSync(path, "utf8")).toMatch(/GET https:\/\/x\?token=\[secret\]&y=\[secret\]\n$/);
  });

  it.each(["", "/nonexistent/x.log", "/"])(
    "of the name '%s' cannot be written, which is told at once",
    async (name) => {
      await expect(fresh().open(name)).rejects.toMatchObject({ kind: "usage" });
    },
  );

  it("that cannot be written any more is complained of once", async () => {
    const file = fresh();
    // Writing to it always fails: no space left on the device.
    await file.open("/dev/full");
    file.write("one");
    file.write("two");
    expect(complaints).toEqual([expect.stringContaining("warning: the debug file cannot be written any more (ENOSPC")]);
    expect(file.isOpen).toBe(false);
  });

  it.runIf(process.getuid?.() !== 0)("that may not be written is told at once", async () => {
    writeFileSync(path, "");
    chmodSync(path, 0o400);
    await expect(fresh().open(path)).rejects.toMatchObject({ kind: "usage" });
  });
});
