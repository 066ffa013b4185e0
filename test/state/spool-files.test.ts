import { appendFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { comparePlaces, openSpoolFiles, type SpoolFiles, type SpoolPlace } from "../../src/state/spool-files.ts";
import { luckOf } from "../support/luck.ts";
import { scratch } from "../support/flowrun.ts";

const start: SpoolPlace = { file: 0, offset: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function opened(home: string, damages: string[] = []): Promise<SpoolFiles> {
  return openSpoolFiles({ home, below: ["spool"] }, (path) => damages.push(path));
}

async function textsIn(files: SpoolFiles, from = start): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let place = from; ;) {
    const entries = await files.read(place);
    const last = entries.at(-1);
    if (last === undefined) return texts;
    texts.push(...entries.map((entry) => new TextDecoder().decode(entry.bytes)));
    place = last.after;
  }
}

const fileIn = (home: string, name = "00000001.spool"): string => join(home, "spool", name);

describe("a spool's files", () => {
  it("give back what was put down, in its order, also to who opens them later", async () => {
    const home = await scratch();
    const files = await opened(home);
    expect(await textsIn(files)).toEqual([]);
    const texts = ["one", "", "two\nlines", "\u0000 ü 🚀", "x".repeat(700_000)];
    const places = await Promise.all(texts.map((text) => files.append(bytes(text))));
    expect([...places].reverse().sort(comparePlaces)).toEqual(places);
    expect(files.end()).toEqual(places.at(-1));
    expect(await textsIn(files)).toEqual(texts);
    expect(await textsIn(files, places[1])).toEqual(texts.slice(2));
    await files.close();
    const again = await opened(home);
    expect(await textsIn(again)).toEqual(texts);
    expect(again.end()).toEqual(places.at(-1));
    await again.close();
  });

  it("have what was whole before a crash, wherever it cut the last entry", async () => {
    const home = await scratch();
    const files = await opened(home);
    await files.append(bytes("whole"));
    const { offset: kept } = files.end();
    await files.append(bytes("cut short"));
    const { offset: length } = files.end();
    await files.close();
    const all = await readFile(fileIn(home));
    for (let at = length - 1; at > kept; at -= 1) {
      await writeFile(fileIn(home), all.subarray(0, at));
      const damages: string[] = [];
      const after = await opened(home, damages);
      expect(await textsIn(after)).toEqual(["whole"]);
      await after.append(bytes("more"));
      expect([await textsIn(after), damages]).toEqual([["whole", "more"], []]);
      await after.close();
    }
  });

  it("say so where bytes of an entry that was whole have changed, and have what stands before and behind it", async () => {
    const home = await scratch();
    const files = await opened(home);
    await files.append(bytes("first"));
    const { offset } = files.end();
    await files.append(bytes("second"));
    await files.append(bytes("third"));
    await files.close();
    const all = await readFile(fileIn(home));
    all[offset + 28] = 0x3f;
    await writeFile(fileIn(home), all);
    const damages: string[] = [];
    const after = await opened(home, damages);
    expect([await textsIn(after), damages]).toEqual([["first", "", "third"], [fileIn(home)]]);
    await after.close();
  });

  it("are let go when all in them has been read, once what must outlive them is kept", async () => {
    const home = await scratch();
    const files = await opened(home);
    const large = "x".repeat(3 * 2 ** 20);
    const places: SpoolPlace[] = [];
    for (let n = 0; n < 8; n += 1) places.push(await files.append(bytes(`${String(n)}${large}`)));
    expect(new Set(places.map(({ file }) => file)).size).toBeGreaterThan(2);
    const kept: number[] = [];
    const keep = (file: number): Promise<void> => Promise.resolve(void kept.push(file));
    const middle = places[4] ?? start;
    await files.release(middle, keep);
    expect(kept).toEqual(Array.from({ length: middle.file - 1 }, (_, n) => n + 1));
    expect((await textsIn(files, middle)).map((text) => text[0])).toEqual(["5", "6", "7"]);
    await files.release(files.end(), () => Promise.reject(new Error("no room")).catch(() => undefined));
    expect(await readdir(join(home, "spool"))).toHaveLength(1);
    expect(files.start().file).toBe(files.end().file);
    await files.append(bytes("after"));
    expect((await textsIn(files, places.at(-1))).map((text) => text.slice(0, 5))).toEqual(["after"]);
    await files.close();
  });

  it("keep a file for which nothing could be kept", async () => {
    const home = await scratch();
    const files = await opened(home);
    for (let n = 0; n < 4; n += 1) await files.append(bytes("x".repeat(5 * 2 ** 20)));
    await expect(files.release(files.end(), () => Promise.reject(new Error("no room")))).rejects.toThrow("no room");
    expect((await textsIn(files)).length).toBe(4);
    await files.close();
  });

  it("have each entry whole or not at all, whatever is cut off behind it", async () => {
    const { below } = luckOf(7);
    const home = await scratch();
    let files = await opened(home);
    const safe: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      const texts = Array.from(
        { length: 1 + below(5) },
        (_, n) => `${String(round)}-${String(n)}${"y".repeat(below(400))}`,
      );
      await Promise.all(texts.map((text) => files.append(bytes(text))));
      safe.push(...texts);
      const { offset } = files.end();
      await files.close();
      // A crash leaves anything behind the last that was safe.
      if (below(2) === 0) await appendFile(fileIn(home), Buffer.alloc(below(60), below(256)));
      else await truncate(fileIn(home), offset);
      files = await opened(home);
      expect(await textsIn(files)).toEqual(safe);
    }
    await files.close();
  });
});
