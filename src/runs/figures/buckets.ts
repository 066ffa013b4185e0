import { instantAt, utc, wallAt, type Zone } from "../../text/zone.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Cuts `from` to `to` into buckets of `stepMs` as a calendar of the zone has them, epoch milliseconds: those of whole days
 * begin at midnights, those that go into a day at its full hours and minutes, and all others where the hour, the minute or
 * the window begins. Where clocks are changed a day has 23 hours or 25, and so have the buckets of days; those of hours
 * stay hours. The first and the last may stand out of the window. Pure.
 */
export function cutCalendar(from: number, to: number, stepMs: number, zone: Zone = utc): Timeline {
  const starts = startsOf(from, Math.max(to, from + 1), stepMs, zone);
  const length = starts.length - 1;
  const startOf = (index: number): number => starts[Math.min(index, length)] ?? to;
  return {
    stepMs,
    length,
    startOf,
    indexOf: (at) => {
      let [low, high] = [0, length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (startOf(middle) <= at) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The beginnings of all buckets, and the end of the last one. */
function startsOf(from: number, to: number, stepMs: number, zone: Zone): readonly number[] {
  if (stepMs % day === 0) return wallStarts(floorTo(wallAt(from, zone), day), to, stepMs, zone);
  if (day % stepMs !== 0) return evenStarts(floorIn(from, unitOf(stepMs), zone), to, stepMs);
  if (stepMs <= hour) return evenStarts(floorIn(from, stepMs, zone), to, stepMs);
  return wallStarts(floorTo(wallAt(from, zone), stepMs), to, stepMs, zone);
}

function unitOf(stepMs: number): number {
  return [hour, minute].find((unit) => stepMs % unit === 0) ?? 1;
}

function floorTo(at: number, stepMs: number): number {
  return Math.floor(at / stepMs) * stepMs;
}

/** The last full hour or minute; since clocks are changed by such, those that follow are full as well. */
function floorIn(at: number, stepMs: number, zone: Zone): number {
  return floorTo(wallAt(at, zone), stepMs) - zone.offsetAt(at);
}

function evenStarts(first: number, to: number, stepMs: number): readonly number[] {
  const count = Math.max(1, Math.ceil((to - first) / stepMs));
  return Array.from({ length: count + 1 }, (_, index) => first + index * stepMs);
}

/** By what the clocks show, from `first` on. Nothing begins where they were put forward past it. */
function wallStarts(first: number, to: number, stepMs: number, zone: Zone): readonly number[] {
  const starts: number[] = [];
  for (let wall = first; (starts.at(-1) ?? -Infinity) < to; wall += stepMs) {
    const at = instantAt(wall, zone);
    if (at > (starts.at(-1) ?? -Infinity)) starts.push(at);
  }
  return starts;
}
