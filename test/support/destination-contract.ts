import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type {
  Delivered,
  DeliveredRun,
  Kind,
  Means,
  OpenDestination,
  Subject,
} from "../../src/engine/destinations/destination.ts";
import { parseAddress } from "../../src/engine/destinations/address.ts";
import { absence } from "./absences.ts";
import { deliveredJob } from "./jobs.ts";
import { FlowrunError } from "../../src/errors.ts";

/** The other side of a destination under test: a real server, file or process. */
export interface OtherSide {
  /** As `--to` names it. */
  readonly address: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The ids of the runs that arrived, in the order of their arrival; repeated ones stand repeatedly. */
  readonly delivered: () => Promise<readonly string[]>;
  /** The same of events of Lytics. */
  readonly deliveredJobs: () => Promise<readonly string[]>;
  /** It goes down, and comes back at the same address with what it had. Left out where nothing can be down. */
  readonly goDown?: () => Promise<void>;
  readonly comeBack?: () => Promise<void>;
  /** It takes its time: the next batch is held for a while, and then taken. Left out where it cannot be told to. */
  readonly beSlow?: () => Promise<void>;
  /** From now on it refuses for good whatever comes, or takes it again. */
  readonly refuse?: (isRefusing: boolean) => Promise<void>;
  /** Frees what the system frees when a process is dead: its locks. Left out where nothing is locked. */
  readonly bury?: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** How often a run may arrive, and whether the other side keeps the place. */
export interface DestinationGuarantee {
  readonly repeats: "batch" | "never";
  readonly keepsPlace: boolean;
}

/**
 * What is asked of every destination: order, duplicates, a crash between batches and inside one, refusal, slow, down at
 * start, down in the middle, back again; and the same records that are no runs, as far as it takes them.
 * @param openSide is told what it is to take.
 * @param run makes the nth run of the contract.
 */
export function destinationContract(
  name: string,
  kind: Kind,
  openSide: (of: Subject) => Promise<OtherSide>,
  {
    guarantee,
    means,
    run,
  }: {
    readonly guarantee: DestinationGuarantee;
    readonly means: (side: OtherSide) => Means;
    readonly run: (n: number) => DeliveredRun;
  },
): void {
  const { repeats, keepsPlace } = guarantee;
  const batches = 4;
  const perBatch = 3;
  const runsOf = (batch: number): readonly DeliveredRun[] =>
    Array.from({ length: perBatch }, (_, n) => run(batch * perBatch + n));
  const all = Array.from({ length: batches }, (_, batch) => runsOf(batch).map(({ id }) => id)).flat();

  describe(`the contract of destinations: ${name}`, () => {
    let side: OtherSide;
    const open = (of: Subject = "runs"): Promise<OpenDestination> => {
      const usual = means(side);
      const { env } = usual.host;
      const address = parseAddress(side.address, env);
      kind.check(address, env, { of });
      return kind.open(address, { ...usual, reading: { ...usual.reading, of } });
    };
    const deliver = async (to: OpenDestination, from: number, until = batches): Promise<void> => {
      for (let batch = from; batch < until; batch += 1) {
        await to.deliver(runsOf(batch), keepsPlace ? String(batch + 1) : null, () => undefined);
      }
    };
    const expectAll = async (allowed: number): Promise<void> => {
      const delivered = await side.delivered();
      expect([...new Set(delivered)]).toEqual(all);
      expect(delivered.length - all.length).toBeLessThanOrEqual(repeats === "never" ? 0 : allowed);
    };
    const fresh = (title: string, body: () => Promise<void>, of: Subject = "runs"): void => {
      describe(title, () => {
        beforeAll(async () => {
          side = await openSide(of);
        });
        afterAll(() => side.end());
        test(title, body, 60_000);
      });
    };

    fresh("delivers every run once, in order", async () => {
      const to = await open();
      await deliver(to, 0);
      await to.close();
      await expectAll(0);
    });

    fresh("a batch without runs moves the place, and delivers nothing", async () => {
      const to = await open();
      await to.deliver([], keepsPlace ? "7" : null, () => undefined);
      await to.close();
      expect(await side.delivered()).toEqual([]);
      if (!keepsPlace) return;
      const again = await open();
      expect(await again.findPlace?.()).toBe("7");
      await again.close();
    });

    fresh("goes on after a crash where the place says", async () => {
      const killed = await open();
      await deliver(killed, 0, 2);
      await vi.waitFor(async () => {
        expect(await side.delivered()).toHaveLength(2 * perBatch);
      }, 20_000);
      // Nothing is closed: the process is gone. Its successor knows the place, or the one before.
      await side.bury?.();
      const next = await open();
      const place = keepsPlace ? await next.findPlace?.() : "1";
      if (keepsPlace) expect(place).toBe("2");
      await deliver(next, Number(place));
      await next.close();
      await killed.close();
      await expectAll(perBatch);
    });

    fresh("takes a batch again whose answer was lost", async () => {
      const to = await open();
      await deliver(to, 0, 2);
      await to.close();
      const again = await open();
      if (keepsPlace) expect(await again.findPlace?.()).toBe("2");
      await deliver(again, keepsPlace ? 2 : 1);
      await again.close();
      await expectAll(perBatch);
    });

    fresh("is slow with one that is slow, and delivers all", async () => {
      const to = await open();
      await deliver(to, 0, 1);
      await side.beSlow?.();
      await deliver(to, 1);
      await to.close();
      await expectAll(0);
    });

    fresh(
      "says unavailable while the other side is down, at start and in the middle, and delivers when it is back",
      async () => {
        if (side.goDown === undefined || side.comeBack === undefined) return;
        await side.goDown();
        await expect(openAndDeliver()).rejects.toMatchObject({ kind: "unavailable" });
        await side.comeBack();
        const to = await open();
        await deliver(to, 0, 1);
        await side.goDown();
        await expect(to.deliver(runsOf(1), keepsPlace ? "2" : null, () => undefined)).rejects.toMatchObject({
          kind: "unavailable",
        });
        await to.close();
        await side.comeBack();
        const again = await open();
        if (keepsPlace) expect(await again.findPlace?.()).toBe("1");
        await deliver(again, 1);
        await again.close();
        await expectAll(perBatch);
      },
    );

    fresh("names what is refused for good, in three lines, and never says that it is away", async () => {
      if (side.refuse === undefined) return;
      await side.refuse(true);
      const failure: unknown = await openAndDeliver().then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(FlowrunError);
      expect(failure).not.toMatchObject({ kind: "unavailable" });
      expect(failure).toMatchObject({ why: expect.any(String) as string, hint: expect.any(String) as string });
      await side.refuse(false);
      const to = await open();
      await deliver(to, 0);
      await to.close();
      await expectAll(0);
    });

    fresh("takes news of flows that do not run among the runs, where it says so", async () => {
      const { env } = means(side).host;
      if (!kind.takes(parseAddress(side.address, env), "runs").includes("flowrun.absent")) return;
      const to = await open();
      const sent: number[] = [];
      const batch = [run(0), absence("absent"), run(1), absence("ok")];
      await to.deliver(batch, keepsPlace ? "1" : null, (count) => sent.push(count));
      await to.deliver([absence("late")], keepsPlace ? "2" : null, () => undefined);
      await to.close();
      if (sent.length > 0) expect(sent.at(-1)).toBe(batch.length);
      const runs = [run(0).id, run(1).id];
      expect((await side.delivered()).filter((id) => runs.includes(id))).toEqual(runs);
      if (!keepsPlace) return;
      const again = await open();
      expect(await again.findPlace?.()).toBe("2");
      await again.close();
    });

    fresh(
      "takes events of Lytics in a reading of them, goes on where it ended, and calls none of them a run",
      async () => {
        const { env } = means(side).host;
        expect(kind.takes(parseAddress(side.address, env), "jobs")).toContain("flowrun.job");
        const jobs = Array.from({ length: 2 * perBatch }, (_, n) => deliveredJob(n));
        const [first, second] = [jobs.slice(0, perBatch), jobs.slice(perBatch)];
        if (side.refuse !== undefined) {
          await side.refuse(true);
          const failure: unknown = await openAndDeliver("jobs", first).catch((error: unknown) => error);
          const { message, why, hint } = failure as FlowrunError;
          expect([message, why, hint].join("\n")).not.toMatch(
            /(?<![./"\w])(?:run|runs|notification|undefined)\b(?!\.\w| history)/,
          );
          await side.refuse(false);
        }
        await openAndDeliver("jobs", first);
        const to = await open("jobs");
        if (keepsPlace) expect(await to.findPlace?.()).toBe("1");
        await to.deliver(second, keepsPlace ? "2" : null, () => undefined);
        await to.close();
        expect(await side.deliveredJobs()).toEqual(jobs.map(({ id }) => id));
      },
      "jobs",
    );

    async function openAndDeliver(of: Subject = "runs", records: readonly Delivered[] = runsOf(0)): Promise<void> {
      const to = await open(of);
      try {
        await to.deliver(records, keepsPlace ? "1" : null, () => undefined);
      } finally {
        await to.close();
      }
    }
  });
}
