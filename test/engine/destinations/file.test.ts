import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFile,
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventKey } from "../../../src/engine/archive/run-row.ts";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import { file } from "../../../src/engine/destinations/file.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Notice } from "../../../src/notices.ts";
import { buildProgram, type BuiltProgram } from "../../support/built.ts";
import { deliveredRun, deliveredRuns, meansOf, openDestination, unheard } from "../../support/deliveries.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { launch, records, scratch, type Running } from "../../support/flowrun.ts";
import { failedJob, jobsIn } from "../../support/jobs.ts";
import { luckOf } from "../../support/luck.ts";
import { canMount, whyNoMount } from "../../support/machine.ts";

let built: BuiltProgram;
beforeAll(async () => {
  built = await buildProgram("delivery-process");
});
afterAll(() => built.remove());

type Words = readonly (string | number)[];

function deliverTo(address: string, dir: string, ...more: Words): Running {
  return launch(process.execPath, [built.path, address, dir, ...more.map(String)], { env: {} });
}

/** The ids of the runs in a series of files, in the order of their names. */
async function idsIn(folder: string, isOurs?: (name: string) => boolean) {
  return records(await textIn(folder, isOurs)).map(({ key }) => eventKey(String(key)));
}

async function textIn(folder: string, isOurs = (name: string) => /\.(?:ndjson|csv)(?:\.gz)?$/.test(name)) {
  const names = (await readdir(folder)).filter(isOurs).sort();
  return (await Promise.all(names.map((name) => textOf(join(folder, name))))).join("");
}

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

function idsOf(count: number, from = 0): readonly string[] {
  return deliveredRuns(count, from).map(({ id }) => id);
}

async function failureOf(doing: Promise<unknown>): Promise<FlowrunError> {
  const error = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlowrunError);
  const failure = error as FlowrunError;
  expect(failure.why).toMatch(/./);
  expect(failure.hint).toMatch(/./);
  return failure;
}

/** A folder for files, and one for what flowrun keeps. */
async function places() {
  const folder = await scratch();
  const data = join(folder, "data");
  await mkdir(data);
  return { data, dir: join(folder, "state"), path: join(data, "runs.ndjson") };
}

function warningsIn(notices: readonly Notice[]): readonly string[] {
  return notices.flatMap((notice) => (notice.kind === "warning" ? [notice.text] : []));
}

for (const name of ["runs.ndjson", "runs.ndjson.gz", "runs.csv", "runs.ndjson?rotate=1kB"]) {
  destinationContract(
    `file:${name}`,
    file,
    async () => {
      const root = await mkdtemp(join(tmpdir(), "flowrun-file-"));
      const disk = join(root, "disk");
      await mkdir(disk);
      const mount = canMount && spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", disk]).status === 0;
      const path = join(disk, name.replace(/\?.*/, ""));
      return {
        address: `file:${join(disk, name)}`,
        env: { root },
        delivered: async () => {
          if (!name.endsWith("csv")) return idsIn(disk, (each) => each !== "filler");
          const [header, ...lines] = (await readFile(path, "utf8").catch(() => "")).trim().split("\n");
          if (header !== "") expect(header).toMatch(/^run,updatedAt,status,/);
          return lines.map((line) => deliveredRun(Number(/^run-(\d+)/.exec(line)?.[1])).id);
        },
        deliveredJobs: async () => {
          const text = await textIn(disk, (each) => each !== "filler");
          if (name.endsWith("csv")) expect(text).toMatch(/^at,verb,subjectType,subjectId,/);
          return jobsIn(text.split("\n"));
        },
        ...(mount
          ? {
              goDown: async () => {
                const filler = await open(join(disk, "filler"), "w");
                const fill = async (): Promise<void> => {
                  for (;;) await filler.write(new Uint8Array(4096));
                };
                await fill().catch(() => undefined);
                await filler.close();
              },
              comeBack: () => rm(join(disk, "filler")),
            }
          : {}),
        refuse: async (isRefusing) => {
          const first = name.includes("rotate") ? path.replace(".ndjson", ".0001.ndjson") : path;
          await (isRefusing ? mkdir(first) : rm(first, { recursive: true }));
        },
        bury: async () => {
          // Copies, on which no process has a lock.
          for (const each of await readdir(disk)) {
            await copyFile(join(disk, each), join(root, "copy"));
            await rm(join(disk, each));
            await copyFile(join(root, "copy"), join(disk, each));
          }
          for (const each of await readdir(join(root, "state", "delivered"))) {
            if (each.endsWith(".lock")) await rm(join(root, "state", "delivered", each));
          }
        },
        end: async () => {
          if (mount) spawnSync("umount", ["-l", disk]);
          await rm(root, { recursive: true, force: true });
        },
      };
    },
    {
      guarantee: { repeats: "never", keepsPlace: true },
      means: ({ env }) => meansOf({ dir: join(env?.["root"] ?? "", "state") }),
      // More than what is left of a disk's last block, packed or not.
      run: (n) => deliveredRun(n, { flowName: randomBytes(4096).toString("base64url") }),
    },
  );
}

describe("exactly once", () => {
  for (const [name, ballast] of [
    ["runs.ndjson", 20_000],
    ["runs.ndjson.gz?rotate=day", 0],
    ["runs.ndjson?rotate=300kB", 2000],
  ] as const) {
    it(`${name}: a process that is killed twenty times, at any moment`, async () => {
      const { data, dir } = await places();
      const address = `file:${join(data, name)}`;
      const luck = luckOf(name.length);
      for (let kills = 0; kills < 20; kills += 1) {
        const running = deliverTo(address, dir, 1e9, 40, ballast);
        await running.saw(/at \d+\n/);
        await delay(luck.below(100) / 10);
        running.child.kill("SIGKILL");
        const { signal, stdout } = await running.finished;
        expect(signal).toBe("SIGKILL");
        expect(stdout).not.toContain("{");
      }
      // Later than whatever day the last one has come to.
      const to = await openDestination(file, address, meansOf({ dir, now: () => Date.UTC(2099, 0) }));
      const place = Number(await to.findPlace?.());
      await to.deliver(deliveredRuns(1, place), String(place + 1), unheard);
      await to.close();
      expect(await idsIn(data)).toEqual(idsOf(place + 1));
      if (!name.includes(".gz")) return;
      const { status, stderr } = spawnSync("gzip", ["-t", ...(await readdir(data))], { cwd: data, encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
    });
  }

  for (const name of ["runs.ndjson", "runs.csv", "runs.ndjson.gz", "runs.csv.gz"]) {
    it(`${name}: a process that was killed with any part of a batch written`, async () => {
      const { data, dir } = await places();
      const path = join(data, name);
      const means = meansOf({ dir });
      const first = await openDestination(file, `file:${path}`, means);
      await first.deliver(deliveredRuns(2), "2", unheard);
      await first.close();
      const { size: before } = await stat(path);
      const second = await openDestination(file, `file:${path}`, means);
      await second.deliver(deliveredRuns(4, 2), "6", unheard);
      const { size: after } = await stat(path);
      // As whoever is killed now leaves it.
      const left = join(data, "..", "left");
      await cp(join(dir), left, { recursive: true, filter: (each) => !each.endsWith(".lock") });
      await second.deliver(deliveredRuns(2, 6), "8", unheard);
      await second.close();
      const whole = await textOf(path);
      const bytes = await readFile(path);
      const ends = Array.from({ length: 16 }, (_, n) => before + Math.round((n * (after - before)) / 16));
      for (const end of new Set([...ends, before + 1, after - 1, after, bytes.length])) {
        const { place } = await cut(path, left, bytes, end);
        const known = await readFile(path);
        expect(place).toBe(end < after ? "2" : "6");
        expect(known.equals(bytes.subarray(0, end < after ? before : end))).toBe(true);
        // What follows is whole, and somebody else's.
        if (end > after) continue;
        const fresh = join(data, "..", `state-${String(end)}`);
        const to = await openDestination(file, `file:${path}`, meansOf({ dir: fresh }));
        expect(await to.findPlace?.()).toBe(place);
        const at = Number(place);
        await to.deliver(deliveredRuns(8 - at, at), "8", unheard);
        await to.close();
        expect(await textOf(path)).toBe(whole);
      }

      // After a power cut it may be as long as it was to be, with zeros at its end.
      const half = Math.floor((before + after) / 2);
      const holes = Buffer.concat([bytes.subarray(0, half), Buffer.alloc(after - half)]);
      expect(await cut(path, left, holes, after)).toEqual({ place: "2" });
      expect(await readFile(path)).toEqual(bytes.subarray(0, before));

      /** Opens a file that ends there as the next process does, and tells what that finds. */
      async function cut(at: string, kept: string, all: Buffer, end: number) {
        const own = join(data, "..", `state-${String(end)}`);
        await cp(kept, own, { recursive: true, force: true });
        await rm(at);
        await writeFile(at, all.subarray(0, end));
        const to = await openDestination(file, `file:${at}`, meansOf({ dir: own }));
        const place = await to.findPlace?.();
        await to.close();
        return { place };
      }
    });
  }
});

describe("a file that a batch is the first in", () => {
  const days = [Date.UTC(2026, 10, 24), Date.UTC(2026, 10, 25), Date.UTC(2026, 10, 26)] as const;

  for (const name of ["runs.ndjson", "runs.csv", "runs.ndjson.gz", "runs.csv.gz"]) {
    it(`${name}: a process that was killed at any step, and the next one comes a day later`, async () => {
      const { data, dir } = await places();
      const address = `file:${join(data, name)}?rotate=day`;
      const pattern = name.includes("csv") ? /^run-\d/gm : /"runId":"run-\d"/g;
      let now: number = days[0];
      const means = meansOf({ dir, now: () => now });
      const to = await openDestination(file, address, means);
      await to.deliver(deliveredRuns(2), "2", unheard);
      now = days[1];
      await to.deliver(deliveredRuns(3, 2), "5", unheard);
      // As whoever is killed now leaves it, and any time since the batch was announced.
      const left = join(data, "..", "left");
      await cp(dir, left, { recursive: true, filter: (each) => !each.endsWith(".lock") });
      await to.close();
      const [first = "", second = ""] = (await readdir(data)).sort();
      const bytes = await readFile(join(data, second));
      const eighths = Array.from({ length: 9 }, (_, n) => Math.floor((n * bytes.length) / 8));

      for (const end of [null, ...eighths, 1, bytes.length - 1]) {
        for (const each of (await readdir(data)).filter((other) => other !== first)) await rm(join(data, each));
        if (end !== null) await writeFile(join(data, second), bytes.subarray(0, end));
        const own = join(data, "..", `state-${String(end)}`);
        await cp(left, own, { recursive: true });
        now = days[2];
        const next = await openDestination(file, address, meansOf({ dir: own, now: () => now }));
        const isIn = end === bytes.length;
        const place = Number(await next.findPlace?.());
        expect(place).toBe(isIn ? 5 : 2);
        // Nothing that is empty, or no gzip, is there for a reader.
        expect((await readdir(data)).sort()).toEqual(isIn ? [first, second] : [first]);
        await next.deliver(deliveredRuns(6 - place, place), "6", unheard);
        await next.close();
        const names = (await readdir(data)).sort();
        expect(names).toHaveLength(isIn ? 3 : 2);
        const texts = await Promise.all(names.map((each) => textOf(join(data, each))));
        if (name.includes("csv")) expect(texts.every((text) => text.startsWith("run,"))).toBe(true);
        const ids = texts.flatMap((text) => text.match(pattern) ?? []);
        expect(ids.map((id) => id.replace(/\D/g, ""))).toEqual(["0", "1", "2", "3", "4", "5"]);
      }
    });
  }

  it("one that was there before, and empty, stays", async () => {
    const { data, dir, path } = await places();
    await writeFile(path, "");
    await chmod(path, 0o640);
    const to = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await to.deliver(deliveredRuns(1), "1", unheard);
    const left = join(data, "..", "left");
    await cp(dir, left, { recursive: true, filter: (each) => !each.endsWith(".lock") });
    await to.close();
    await truncate(path, 100);
    await rm(dir, { recursive: true });
    await rename(left, dir);
    const again = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await again.close();
    const { size, mode } = await stat(path);
    expect([size, mode & 0o777]).toEqual([0, 0o640]);
  });
});

describe("a file that others change", () => {
  /** A file with three runs, left well or by a kill. */
  async function left(how: "well" | "killed", { path, dir }: { readonly path: string; readonly dir: string }) {
    const to = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await to.deliver(deliveredRuns(2), "2", unheard);
    await to.deliver(deliveredRuns(1, 2), "3", unheard);
    const kept = join(dir, "..", "kept");
    await cp(dir, kept, { recursive: true, filter: (each) => !each.endsWith(".lock") });
    await to.close();
    if (how === "well") return;
    await rm(dir, { recursive: true });
    await rename(kept, dir);
  }

  async function goOn(path: string, dir: string, notices: Notice[] = []) {
    const to = await openDestination(file, `file:${path}`, meansOf({ dir, notices }));
    const place = Number(await to.findPlace?.());
    await to.deliver(deliveredRuns(5 - place, place), "5", unheard);
    await to.close();
    return place;
  }

  for (const how of ["well", "killed"] as const) {
    it(`lines that others have added since stay, also a part of one (left ${how})`, async () => {
      const { path, dir } = await places();
      await left(how, { path, dir });
      await appendFile(path, '{"mine":1}\n{"mine":');
      expect(await goOn(path, dir)).toBe(3);
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      expect(lines.slice(3, 5)).toEqual(['{"mine":1}', '{"mine":']);
      expect(lines.map((line) => /"runId":"(run-\d)"/.exec(line)?.[1])).toEqual([
        ...["run-0", "run-1", "run-2", undefined, undefined, "run-3", "run-4"],
      ]);
    });

    it(`one that was moved away is begun anew, and nothing is doubled that is known to be there (left ${how})`, async () => {
      const { path, dir } = await places();
      await left(how, { path, dir });
      await rename(path, `${path}.1`);
      const notices: Notice[] = [];
      // Of one that was killed nobody can tell what the file holds that was moved away.
      const place = how === "well" ? 3 : 2;
      expect(await goOn(path, dir, notices)).toBe(place);
      expect(records(await readFile(path, "utf8")).map(({ runId }) => runId)).toEqual(
        Array.from({ length: 5 - place }, (_, n) => `run-${String(place + n)}`),
      );
      const again = how === "well" ? "" : "; the last records before that may come again";
      expect(warningsIn(notices)).toEqual([`${path} was moved away or emptied by somebody else${again}`]);
    });
  }

  it("one that was changed after it was left well is gone on with, and that is said", async () => {
    const { path, dir } = await places();
    await left("well", { path, dir });
    const before = await readFile(path, "utf8");
    const changed = before.split("\n").slice(1).join("\n");
    await writeFile(path, changed);
    const notices: Notice[] = [];
    expect(await goOn(path, dir, notices)).toBe(3);
    expect((await readFile(path, "utf8")).startsWith(changed)).toBe(true);
    expect(warningsIn(notices)).toEqual([`${path} was changed by somebody else`]);
  });

  it("one that was changed after a kill is refused, and nothing is cut off; a new file has all", async () => {
    for (const change of ["first line", "own line in the middle of a batch"] as const) {
      const { path, dir } = await places();
      await left("killed", { path, dir });
      const before = await readFile(path, "utf8");
      const lines = before.split("\n");
      const half = lines[2]?.slice(0, 100) ?? "";
      const changed =
        change === "first line" ? lines.slice(1).join("\n") : `${lines.slice(0, 2).join("\n")}\n${half}{"mine":1}\n`;
      await writeFile(path, changed);
      const failure = await failureOf(openDestination(file, `file:${path}`, meansOf({ dir })));
      expect(failure).toMatchObject({ kind: "settings", message: `${path} is not as it was left` });
      expect(failure.hint).toContain(`mv ${path} ${path}.before`);
      expect(await readFile(path, "utf8")).toBe(changed);
      await rename(path, `${path}.before`);
      expect(await goOn(path, dir)).toBe(2);
    }
  });

  it("a line that somebody adds after a kill, before any of the batch was written, is not taken for it", async () => {
    const { path, dir } = await places();
    await left("killed", { path, dir });
    const text = (await readFile(path, "utf8")).split("\n").slice(0, 2).join("\n");
    await writeFile(path, `${text}\nmine\n`);
    await failureOf(openDestination(file, `file:${path}`, meansOf({ dir })));
    expect(await readFile(path, "utf8")).toBe(`${text}\nmine\n`);
  });

  it("while it is written: moved away, emptied, added to", async () => {
    const { path, dir } = await places();
    const to = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await to.deliver(deliveredRuns(2), "2", unheard);
    await rename(path, `${path}.1`);
    await to.deliver(deliveredRuns(1, 2), "3", unheard);
    expect(records(await readFile(path, "utf8")).map(({ runId }) => runId)).toEqual(["run-2"]);
    await truncate(path, 0);
    await to.deliver(deliveredRuns(1, 3), "4", unheard);
    await appendFile(path, "mine");
    await to.deliver(deliveredRuns(1, 4), "5", unheard);
    await to.close();
    const [first, second, third] = (await readFile(path, "utf8")).split("\n");
    expect([first, third].map((line) => /"runId":"(run-\d)"/.exec(line ?? "")?.[1])).toEqual(["run-3", "run-4"]);
    expect(second).toBe("mine");
    expect(await goOn(path, dir)).toBe(5);
  });

  it("a file that was there before stays as it is, and a link stays one", async () => {
    const { path, data, dir } = await places();
    await writeFile(path, "mine");
    await chmod(path, 0o640);
    const name = join(data, "link.ndjson");
    await symlink("runs.ndjson", name);
    expect(await goOn(name, dir)).toBe(0);
    expect(await goOn(path, dir)).toBe(5);
    const text = await readFile(path, "utf8");
    expect(text.startsWith("mine\n{")).toBe(true);
    expect(text.trimEnd().split("\n")).toHaveLength(6);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    const plain = join(data, "plain");
    await writeFile(plain, "");
    // A link to what is not there yet.
    await symlink("new.ndjson", join(data, "other.ndjson"));
    expect(await goOn(join(data, "other.ndjson"), dir)).toBe(0);
    expect(await goOn(join(data, "other.ndjson"), dir)).toBe(5);
    expect((await stat(join(data, "new.ndjson"))).mode & 0o777).toBe((await stat(plain)).mode & 0o777);
  });
});

describe("readings", () => {
  it("each keeps a place of its own in a file that they share", async () => {
    const { path, dir } = await places();
    const deliverAs = async (cursor: string, from: number): Promise<void> => {
      const to = await openDestination(file, `file:${path}`, meansOf({ dir, cursor }));
      expect(await to.findPlace?.()).toBe(from === 0 ? null : String(from));
      await to.deliver(deliveredRuns(2, from), String(from + 2), unheard);
      await to.close();
    };
    for (const from of [0, 2, 4]) for (const cursor of ["one", "two"]) await deliverAs(cursor, from);
    const ids = await idsIn(join(path, ".."));
    expect(ids).toEqual([0, 0, 2, 2, 4, 4].flatMap((from) => idsOf(2, from)));
  });

  it("one that keeps no place adds its runs each time, and leaves those of others alone", async () => {
    const { path, dir } = await places();
    const kept = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await kept.deliver(deliveredRuns(2), "2", unheard);
    await kept.close();
    for (let n = 0; n < 2; n += 1) {
      const to = await openDestination(file, `file:${path}`, meansOf({ dir, isKept: false }));
      expect(to.findPlace).toBeUndefined();
      expect(to.guarantee).toContain("each time");
      await to.deliver(deliveredRuns(1, 7), null, unheard);
      await to.deliver([], null, unheard);
      await to.close();
    }
    const again = await openDestination(file, `file:${path}`, meansOf({ dir }));
    expect(await again.findPlace?.()).toBe("2");
    await again.close();
    expect(await idsIn(join(path, ".."))).toEqual([...idsOf(2), ...idsOf(1, 7), ...idsOf(1, 7)]);
  });

  it("one that keeps no place needs no folder of flowrun's, and puts what a kill has left on its own line", async () => {
    const { path, data } = await places();
    await writeFile(path, '{"unfinished":');
    const notices: Notice[] = [];
    const dir = join(data, "runs.ndjson", "no-folder");
    const to = await openDestination(file, `file:${path}`, meansOf({ dir, isKept: false, notices }));
    await to.deliver(deliveredRuns(1), null, unheard);
    await to.close();
    expect((await readFile(path, "utf8")).split("\n").slice(0, 2)).toEqual([
      '{"unfinished":',
      expect.stringContaining('"run-0"'),
    ]);
    expect(warningsIn(notices)).toEqual([expect.stringContaining(`the place in ${path} cannot be kept`)]);
    const failure = await failureOf(openDestination(file, `file:${path}`, meansOf({ dir })));
    expect(failure).toMatchObject({ kind: "state" });
  });

  it("two at once: the second one is refused, also where it has another home", async () => {
    const { path, dir } = await places();
    const one = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await one.deliver(deliveredRuns(1), "1", unheard);
    for (const home of [dir, `${dir}2`]) {
      const failure = await failureOf(openDestination(file, `file:${path}`, meansOf({ dir: home })));
      expect(failure).toMatchObject({
        kind: "usage",
        message: expect.stringContaining("is being written by") as string,
      });
    }
    await one.close();
    const next = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await next.close();
  });

  it("what is known of a file and is damaged is named, and stops it", async () => {
    const { path, dir } = await places();
    const one = await openDestination(file, `file:${path}`, meansOf({ dir }));
    await one.deliver(deliveredRuns(1), "1", unheard);
    await one.close();
    const [name = ""] = (await readdir(join(dir, "delivered"))).filter((each) => each.endsWith(".json"));
    await writeFile(join(dir, "delivered", name), "{}");
    const failure = await failureOf(openDestination(file, `file:${path}`, meansOf({ dir })));
    expect(failure).toMatchObject({ kind: "settings", hint: expect.stringContaining(`rm ${dir}`) as string });
  });
});

describe("files in turn", () => {
  it("by the day of UTC in which it is delivered", async () => {
    const { data, dir } = await places();
    let now = Date.UTC(2026, 10, 29, 23, 59);
    const to = await openDestination(
      file,
      `file:${join(data, "runs.csv.gz")}?rotate=day`,
      meansOf({ dir, now: () => now }),
    );
    await to.deliver(deliveredRuns(1), "1", unheard);
    now += 60_000;
    await to.deliver(deliveredRuns(2, 1), "3", unheard);
    await to.close();
    expect((await readdir(data)).sort()).toEqual(["runs-2026-11-29.csv.gz", "runs-2026-11-30.csv.gz"]);
    const lines = (await textOf(join(data, "runs-2026-11-30.csv.gz"))).trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^run,/);
  });

  it("by size: a file never changes its name, and no number is used twice", async () => {
    const { data, dir } = await places();
    const address = `file:${join(data, "runs.ndjson")}?rotate=1.5kB`;
    const deliver = async (from: number): Promise<void> => {
      const to = await openDestination(file, address, meansOf({ dir }));
      expect(await to.findPlace?.()).toBe(from === 0 ? null : String(from));
      await to.deliver(deliveredRuns(1, from), String(from + 1), unheard);
      await to.close();
    };
    for (const from of [0, 1, 2, 3]) await deliver(from);
    expect((await readdir(data)).sort()).toEqual(["runs.0001.ndjson", "runs.0002.ndjson"]);
    await rm(join(data, "runs.0002.ndjson"));
    await deliver(4);
    expect((await readdir(data)).sort()).toEqual(["runs.0001.ndjson", "runs.0003.ndjson"]);
  });
});

describe("bad input", () => {
  const check = (text: string, env: Record<string, string> = {}): void => {
    file.check(parseAddress(text, env), env);
  };

  it.each([
    ["file:", "it names no file", "file:runs.ndjson"],
    ["file:runs", "its name must say what is in it", "file:runs.ndjson"],
    ["file:runs.json", "its name must say", "file:runs.ndjson"],
    ["file:out/", "its name must say", "file:out/runs.ndjson"],
    ["file:.ndjson", "its name must say", "file:"],
    ["file:-", "a stream", "-o ndjson"],
    ["file:/dev/stdout", "a stream", "-o ndjson"],
    ["file://runs.ndjson", "a host", "write file:runs.ndjson"],
    ["file://data/runs.ndjson", "a host", "write file:///runs.ndjson"],
    ["file:///a%2.ndjson", "%", "%25"],
    ["file:runs.ndjson?rotat=day", "there is no option rotat=", "rotate="],
    ["file:runs.ndjson?x=1", "there is no option x=", "leave it out"],
    ["file:runs.ndjson?rotate=hour", "rotate=hour", "rotate=100MB"],
    ["file:runs.ndjson?rotate=100", "rotate=100", "rotate=100MB"],
    ["file:runs.ndjson?rotate=0MB", "rotate=0MB", "rotate=day"],
  ])("%s", (text, why, hint) => {
    expect(() => {
      check(text);
    }).toThrow(
      expect.objectContaining({
        kind: "usage",
        why: expect.stringContaining(why) as string,
        hint: expect.stringContaining(hint) as string,
      }),
    );
  });

  it.each([
    "file:runs.ndjson",
    "file:a b/runs.JSONL",
    "file:///tmp/a%20b.csv",
    "file://localhost/x.csv.gz",
    "file:x.csv?rotate=1.5GiB",
  ])("%s is right", (text) => {
    check(text);
  });

  it("a folder that is missing, a folder in its place, a pipe", async () => {
    const { data, dir, path } = await places();
    const failure = (name: string) => failureOf(openDestination(file, `file:${name}`, meansOf({ dir })));
    expect(await failure(join(data, "a/b/runs.ndjson"))).toMatchObject({ kind: "usage", hint: `mkdir -p ${data}/a/b` });
    expect(await failure(join(data, "..", "data", "x", "runs.ndjson"))).toMatchObject({ kind: "usage" });
    await mkdir(path);
    expect(await failure(path)).toMatchObject({ kind: "usage", why: "it is a folder" });
    const pipe = join(data, "pipe.ndjson");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    expect(await failure(pipe)).toMatchObject({ kind: "usage", hint: `write to stdout instead: -o ndjson > ${pipe}` });
  });

  it("a CSV file of runs in a reading of events of Lytics, and the other way round", async () => {
    const { data, dir } = await places();
    const of = { runs: meansOf({ dir }), jobs: meansOf({ dir, of: "jobs" }) };
    const [runs, jobs] = [`file:${join(data, "runs.csv")}`, `file:${join(data, "jobs.csv")}`];
    const toRuns = await openDestination(file, runs, of.runs);
    await toRuns.deliver(deliveredRuns(1), "1", unheard);
    await toRuns.close();
    const toJobs = await openDestination(file, jobs, of.jobs);
    await toJobs.deliver([failedJob(1)], "1", unheard);
    await toJobs.close();
    expect((await readFile(join(data, "jobs.csv"), "utf8")).split("\n").slice(0, 2)).toEqual([
      "at,verb,subjectType,subjectId,jobName,status,notes",
      "2026-11-22T12:01:00.000Z,failed,work,work-1,Orders work-1,failed,a note",
    ]);
    for (const [address, means] of [
      [runs, of.jobs],
      [jobs, of.runs],
    ] as const) {
      expect(await failureOf(openDestination(file, address, means))).toMatchObject({ message: /other columns/ });
    }
    const address = parseAddress(jobs, {});
    expect([file.takes(address, "jobs"), file.takes(address, "runs")]).toEqual([["flowrun.job"], ["flowrun.run"]]);
  });

  it("a CSV file with other columns, gzip that is none, and none that is", async () => {
    const { data, dir } = await places();
    const failure = async (name: string, bytes: string | Uint8Array): Promise<FlowrunError> => {
      await writeFile(join(data, name), bytes);
      const found = await failureOf(openDestination(file, `file:${join(data, name)}`, meansOf({ dir })));
      expect(await readFile(join(data, name))).toEqual(Buffer.from(bytes));
      return found;
    };
    expect(await failure("a.csv", "a,b\n1,2\n")).toMatchObject({ kind: "settings", message: /other columns/ });
    expect(await failure("a.csv.gz", gzipSync("a,b\n1,2\n"))).toMatchObject({ kind: "settings" });
    expect(await failure("b.ndjson.gz", "{}\n")).toMatchObject({
      why: expect.stringContaining("is no gzip") as string,
    });
    expect(await failure("c.ndjson", gzipSync("{}\n"))).toMatchObject({
      why: expect.stringContaining("is gzip") as string,
    });
  });
});

describe.skipIf(!canMount)(`a disk${whyNoMount}`, () => {
  /** A line in which `deliver` is the process, with mounts that nobody else sees. */
  async function mounted(line: string, cwd: string): Promise<readonly string[]> {
    const script = `deliver() { "$node" "$process" "$@"; }; ${line}`;
    const env = { PATH: process.env["PATH"], node: process.execPath, process: built.path };
    const { stdout, stderr } = await launch("unshare", ["-m", "bash", "--norc", "-c", script], { env, cwd }).finished;
    expect(stderr).toBe("");
    return stdout.trim().split("\n");
  }

  for (const name of ["runs.ndjson", "runs.ndjson.gz"]) {
    it(`that is full: ${name} has whole batches; when there is room it goes on, and each run is there once`, async () => {
      const { data, dir } = await places();
      const lines = await mounted(
        `mount -t tmpfs -o size=${name.endsWith(".gz") ? "60k" : "300k"},mode=700 none "${data}"
        deliver "file:${data}/${name}" "${dir}" 4000 37 > told & writer=$!
        until grep -qs unavailable told; do sleep 0.02; done
        cp "${data}/${name}" full; head -c 500 /dev/zero >> "${data}/filler" 2> /dev/null
        mount -o remount,size=50m "${data}"; rm -f "${data}/filler"; wait $writer
        cp "${data}/${name}" whole; grep -m 1 unavailable told; tail -n 1 told`,
        dir.replace(/state$/, ""),
      );
      const [failure, end] = lines;
      expect(JSON.parse(failure ?? "")).toEqual({
        kind: "unavailable",
        message: `${data}/${name} cannot be added to`,
        why: "its disk is full",
        hint: `make room (df -h ${data}); nothing is skipped, and what is half written is taken back`,
      });
      expect(end).toBe("at 4000");
      const idsAt = async (copy: string): Promise<readonly string[]> => {
        const bytes = await readFile(join(data, "..", copy));
        const text = name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
        return records(text.toString()).map(({ key }) => eventKey(String(key)));
      };
      const before = await idsAt("full");
      expect(before.length % 37).toBe(0);
      expect(before).toEqual(idsOf(before.length));
      expect(await idsAt("whole")).toEqual(idsOf(4000));
    });
  }

  it("that is read-only, and one of flowrun's own that is full", async () => {
    const { data, dir } = await places();
    const lines = await mounted(
      `mkdir "${dir}"; mount -t tmpfs -o ro,mode=700 none "${data}"; deliver "file:${data}/a.ndjson" "${dir}" 1
      umount "${data}"; mount -t tmpfs -o size=64k,mode=700 none "${dir}"; head -c 65536 /dev/zero > "${dir}/filler" 2> /dev/null
      deliver "file:${data}/b.ndjson" "${dir}" 1 > told & writer=$!
      until grep -qs unavailable told; do sleep 0.02; done; rm "${dir}/filler"; wait $writer; head -n 1 told; tail -n 1 told`,
      dir.replace(/state$/, ""),
    );
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ kind: "settings", why: "its disk is read-only" });
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({
      kind: "unavailable",
      message: `the place in ${data}/b.ndjson cannot be kept`,
      hint: expect.stringContaining("make room") as string,
    });
    expect(lines[3]).toBe("at 1");
    expect(await idsIn(data)).toEqual(idsOf(1));
  });
});
