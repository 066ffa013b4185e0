import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { findLease, lostTo, renewLease, takeLease, type LeaseWish } from "../../../src/engine/archive/lease.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { exitCodes, FlowrunError } from "../../../src/errors.ts";
import { describeEngines } from "../../support/engines.ts";
import { realSleep } from "../../support/host.ts";

const name = "journal cursor";

/** Renews and looks again at once, so to say, so that nothing depends on how long a life is. */
const quick = { sleep: (ms: number, signal?: AbortSignal) => realSleep(Math.min(ms, 20), signal) };
/** Neither renews nor looks again. */
const still = { sleep: (_: number, signal?: AbortSignal) => realSleep(1_000_000, signal) };
/** Never waits for another one. */
const impatient = {
  sleep: (ms: number, signal?: AbortSignal) =>
    ms > 100 ? realSleep(ms, signal) : Promise.reject(new Error("it waits")),
};

/** Somebody who wants the lease. */
function wish(holder: string, more: Partial<LeaseWish> = {}): LeaseWish {
  return { name, holder, host: quick, signal: new AbortController().signal, lifeMs: 60_000, ...more };
}

async function failureOf(doing: Promise<unknown>): Promise<FlowrunError> {
  const error = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FlowrunError) return error;
  throw new Error(`expected a FlowrunError, got ${String(error)}`);
}

/** The holder's time is over, as after its life. */
async function expire(database: Database): Promise<void> {
  await database.run("UPDATE {schema}leases SET expires_at = {now} - 1 WHERE name = $1", [name]);
}

describeEngines("a lease", ({ kind, place, cluster }) => {
  const ready = async (): Promise<readonly [Database, Database]> => {
    const { open } = await place();
    const database = await open();
    await setUpSchema(database);
    return [database, await open()];
  };

  test("is taken, told of and released; the next one has it at once, with a higher epoch", async () => {
    const [one, other] = await ready();
    expect(await findLease(one, name)).toBeNull();
    const first = await takeLease(one, wish("first"));
    expect(first).toMatchObject({ name, epoch: 1, lifeMs: 60_000 });
    const held = await findLease(other, name);
    expect(held).toMatchObject({ holder: "first", epoch: 1 });
    // Two looks at a clock that goes on.
    expect(Math.round(((held?.expiresAt ?? 0) - (held?.takenAt ?? 0)) / 1000)).toBe(60);
    await first.release();
    await first.release();
    const second = await takeLease(other, wish("second"));
    expect(second.epoch).toBe(2);
    await first.release();
    expect((await findLease(one, name))?.expiresAt).toBeGreaterThan(0);
    await second.release();
  });

  test("others are no matter", async () => {
    const [one, other] = await ready();
    const first = await takeLease(one, wish("first"));
    const second = await takeLease(other, wish("second", { name: "journal other" }));
    expect([first.epoch, second.epoch]).toEqual([1, 1]);
    await Promise.all([first.release(), second.release()]);
  });

  test("of two who want it at once one has it, and the other is told who", async () => {
    const [one, other] = await ready();
    for (let round = 1; round <= 5; round++) {
      const both = await Promise.allSettled([takeLease(one, wish("first")), takeLease(other, wish("second"))]);
      const taken = both.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      expect(taken).toHaveLength(1);
      expect(taken[0]?.epoch).toBe(round);
      const [failure] = both.flatMap((each) => (each.status === "rejected" ? [each.reason as FlowrunError] : []));
      expect(failure).toMatchObject({ kind: "usage", message: "another process fills this archive" });
      expect(failure?.why).toMatch(/^(?:first|second) holds the lease at /);
      await taken[0]?.release();
    }
  });

  test("is renewed in its thirds, while its holder waits for something else", async () => {
    const [one, other] = await ready();
    const lease = await takeLease(one, wish("first"));
    const before = await findLease(other, name);
    // A holder that renews it lives, whatever its life: so whoever waits for it is told.
    const failure = await failureOf(takeLease(other, wish("second")));
    expect(exitCodes[failure.kind]).toBe(2);
    expect(failure.why).toContain("first holds the lease");
    expect(failure.hint).not.toContain("doctor");
    expect((await findLease(other, name))?.expiresAt).toBeGreaterThan(before?.expiresAt ?? Infinity);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  test("of a holder that nobody hears of is waited out, and no longer", async () => {
    const [one, other] = await ready();
    const stopped = await takeLease(one, wish("stopped", { lifeMs: 300, host: still }));
    const waits: number[] = [];
    const host = { sleep: (ms: number, signal?: AbortSignal) => (waits.push(ms), realSleep(ms, signal)) };
    const heir = await takeLease(other, wish("heir", { host }));
    expect(heir.epoch).toBe(stopped.epoch + 1);
    expect(waits.filter((ms) => ms <= 300).length).toBeGreaterThan(0);
    expect(await renewLease(one, stopped)).toBe(false);
    await heir.release();
    await stopped.release();
  });

  test("that was lost stops its holder, which is told who has it", async () => {
    const [one, other] = await ready();
    const zombie = await takeLease(one, wish("zombie"));
    // As a process that stood still, and whose time was over.
    let heir = null;
    while (heir === null) {
      await expire(other);
      heir = await takeLease(other, wish("heir")).catch(() => null);
    }
    if (!zombie.lost.aborted) await once(zombie.lost, "abort");
    const reason: unknown = zombie.lost.reason;
    expect(reason).toBeInstanceOf(FlowrunError);
    expect(reason).toMatchObject({ kind: "lease", message: "lost the lease: another process moves this cursor now" });
    expect((reason as FlowrunError).why).toContain("heir took it over");
    expect(exitCodes.lease).toBe(8);
    await zombie.release();
    expect(await renewLease(other, heir)).toBe(true);
    await heir.release();
  });

  test("that is renewed at the last moment stays its holder's", async () => {
    const [one, other] = await ready();
    const first = await takeLease(one, wish("first", { host: still }));
    await expire(one);
    const late: Database = {
      ...other,
      transaction: async (work, options) => {
        await renewLease(one, first);
        return other.transaction(work, options);
      },
    };
    expect((await failureOf(takeLease(late, wish("second")))).why).toContain("first holds the lease");
    expect(await renewLease(one, first)).toBe(true);
    await first.release();
  });

  test("is kept where the database is away for a while", async () => {
    const [one, other] = await ready();
    let isAway = false;
    let missed = 0;
    const shaky: Database = {
      ...one,
      run: (text, values) => {
        if (!isAway) return one.run(text, values);
        missed += 1;
        return Promise.reject(new FlowrunError("unavailable", "away"));
      },
    };
    const lease = await takeLease(shaky, wish("first"));
    isAway = true;
    while (missed < 3) await realSleep(5);
    isAway = false;
    const before = await findLease(other, name);
    while ((await findLease(other, name))?.expiresAt === before?.expiresAt) await realSleep(5);
    expect(lease.lost.aborted).toBe(false);
    isAway = true;
    await expect(lease.release()).resolves.toBeUndefined();
    expect((await lostTo({ ...other, all: () => Promise.reject(new Error("away")) }, name)).why).toContain(
      "another process",
    );
  });

  test("is not waited for by one that is told to stop", async () => {
    const [one, other] = await ready();
    const lease = await takeLease(one, wish("first", { host: still }));
    const stopping = new AbortController();
    const host = {
      sleep: (ms: number, signal?: AbortSignal) => {
        stopping.abort(new FlowrunError("aborted", "stopped"));
        return realSleep(ms, signal);
      },
    };
    const failure = await failureOf(takeLease(other, wish("second", { host, signal: stopping.signal })));
    expect(failure.kind).toBe("aborted");
    expect((await findLease(one, name))?.epoch).toBe(1);
    await lease.release();
  });

  test.skipIf(kind !== "PostgreSQL")("of a connection that the server ended is free at once", async () => {
    const [one, other] = await ready();
    const first = await takeLease(one, wish("first", { host: still }));
    const { pid } = (await findLease(other, name))?.backend ?? { pid: 0 };
    await cluster().ask(`SELECT pg_terminate_backend(${String(pid)}, 10000)`);
    const second = await takeLease(other, wish("second", { host: impatient }));
    expect(second.epoch).toBe(2);
    expect(await renewLease(one, first)).toBe(false);
  });

  test.skipIf(kind !== "a file")(
    "of a process that is gone is free at once, and of one that is elsewhere is not",
    async () => {
      const [one, other] = await ready();
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      onTestFinished(() => void child.kill("SIGKILL"));
      await once(child, "spawn");
      const own = await one.self();
      const { start } = own;
      const mine = start.split("-");
      const { readFile } = await import("node:fs/promises");
      const stat = await readFile(`/proc/${String(child.pid)}/stat`, "utf8").catch(() => null);
      const ticks = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
      const tag = [String(child.pid), ticks, ...mine.slice(2)].join("-");
      const its: Database = { ...one, self: () => Promise.resolve({ pid: child.pid ?? 0, start: tag }) };
      const lease = await takeLease(its, wish("child", { host: still }));
      const stopping = new AbortController();
      const looks: number[] = [];
      const waiting = {
        sleep: (ms: number) => {
          looks.push(ms);
          if (looks.length === 3) stopping.abort(new FlowrunError("aborted", "stopped"));
          return Promise.resolve();
        },
      };
      // While it lives it is waited for.
      expect((await failureOf(takeLease(other, wish("second", { host: waiting, signal: stopping.signal })))).kind).toBe(
        "aborted",
      );
      child.kill("SIGKILL");
      await once(child, "exit");
      const heir = await takeLease(other, wish("heir", { host: impatient }));
      expect(heir.epoch).toBe(lease.epoch + 1);
    },
  );
});
