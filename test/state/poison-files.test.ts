import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { clearHalfPoison, putPoisonAway } from "../../src/state/poison-files.ts";
import { noon } from "../support/host.ts";
import { scratch } from "../support/flowrun.ts";

const headers = { "x-adobe-event-id": "one", "content-type": "application/json" };
/** As docs/webhooks.md has it. */
const mostPoison = { files: 100, bytes: 64 * 2 ** 20 };
const folderIn = (home: string) => ({ home, below: ["spools", "acme"] });

describe("what cannot be read", () => {
  it("lies as it came, and for nobody else, beside the spool", async () => {
    const home = await scratch();
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0x80]);
    const path = await putPoisonAway(folderIn(home), { headers, body }, noon);
    expect(path.startsWith(join(home, "spools", "acme", "poison", "20261122T120000000Z-"))).toBe(true);
    const head = "x-adobe-event-id: one\r\ncontent-type: application/json\r\n\r\n";
    expect(await readFile(path)).toEqual(Buffer.concat([Buffer.from(head), body]));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
  });

  it("lies there once, however often it comes, and again where somebody took it away", async () => {
    const home = await scratch();
    const put = (text: string, at: number) =>
      putPoisonAway(folderIn(home), { headers, body: Buffer.from(text) }, noon + at);
    const first = await put("a", 0);
    expect(await put("a", 1)).toBe(first);
    const second = await put("b", 2);
    expect((await readdir(join(first, ".."))).map((name) => join(first, "..", name))).toEqual([first, second]);
    await rm(first);
    expect(await put("a", 3)).not.toBe(first);
  });

  it("is bounded in number and in bytes: the oldest gives way, and the newest stays", async () => {
    const home = await scratch();
    const put = (body: Buffer, at: number) => putPoisonAway(folderIn(home), { headers: {}, body }, noon + at);
    const texts = async (): Promise<readonly string[]> => {
      const folder = join(home, "spools", "acme", "poison");
      const names = (await readdir(folder)).sort();
      return Promise.all(names.map(async (name) => (await readFile(join(folder, name), "latin1")).trim().slice(0, 10)));
    };
    for (let n = 0; n < mostPoison.files + 2; n += 1) await put(Buffer.from(`<${String(n)}>`), n);
    const kept = await texts();
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([mostPoison.files, "<2>", "<101>"]);
    await put(Buffer.alloc(mostPoison.bytes - 100, "x"), 1000);
    expect((await texts()).filter((_, at, all) => at === 0 || at === all.length - 1)).toEqual(["<86>", "xxxxxxxxxx"]);
    await put(Buffer.alloc(mostPoison.bytes + 1, "y"), 1001);
    expect(await texts()).toEqual(["yyyyyyyyyy"]);
  });

  it("leaves nothing half written of a process that was killed", async () => {
    const home = await scratch();
    await clearHalfPoison(folderIn(home));
    const path = await putPoisonAway(folderIn(home), { headers, body: Buffer.from("a") }, noon);
    await writeFile(`${path.replace(/[^/]*$/, "20261122T115959000Z-0123456789abcdef.http")}.1-2-3-4.tmp`, "half");
    await clearHalfPoison(folderIn(home));
    expect(await readdir(join(path, ".."))).toEqual([basename(path)]);
  });
});
