import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { patientSpool } from "../../../src/engine/receive/patient-spool.ts";
import { openSpool } from "../../../src/engine/receive/spool.ts";
import type { Notice } from "../../../src/notices.ts";
import { scratch } from "../../support/flowrun.ts";
import { noon } from "../../support/host.ts";

/** A spool whose places cannot be saved until somebody has looked so often. */
async function troubled(looks: number) {
  const home = await scratch();
  const folder = { home, below: ["spools", "acme"] };
  const told: Notice[] = [];
  const notify = (notice: Notice): void => void told.push(notice);
  const spool = await openSpool({ folder, host: { now: () => noon, random: () => 0.5 }, notify });
  // A folder that is not empty in the place of a file: for root, too, there is no writing it.
  const inTheWay = join(home, ...folder.below, "places.json");
  await rm(inTheWay);
  await mkdir(join(inTheWay, "something"), { recursive: true });
  const over = new AbortController();
  const sleep = async (): Promise<void> => {
    if (--looks <= 0) await rm(inTheWay, { recursive: true, force: true });
  };
  const host = { random: () => 0.5, sleep };
  return { spool, patient: patientSpool(spool, { host, signal: over.signal, notify }), told, over };
}

it("waits for a disk that does not take a place, and says so", async () => {
  const { spool, patient, told } = await troubled(3);
  const place = { file: 1, offset: 0 };
  await expect(spool.move({ stdout: place })).rejects.toMatchObject({ kind: "state" });
  await patient.move({ stdout: place });
  expect(told.map(({ kind }) => kind)).toEqual(["retrying", "retrying", "retrying"]);
  expect(patient.placeOf("stdout")).toEqual(place);
  await spool.move({ stdout: place });
  await patient.close();
});

it("waits no longer than it is wanted", async () => {
  const { patient, over } = await troubled(Infinity);
  const moving = patient.move({ stdout: { file: 1, offset: 0 } });
  over.abort(new Error("stop"));
  await expect(moving).rejects.toThrow("stop");
  await patient.close();
});
