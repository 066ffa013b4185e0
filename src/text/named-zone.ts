import { IANAZone, SystemZone } from "luxon";
import type { Zone } from "./zone.ts";

/**
 * The zone of that name. A file of its own, since luxon is slow to load and most readings do without.
 * @param name an IANA name, or `local` for the machine's own zone.
 * @returns `null` where there is no such zone.
 */
export function zoneNamed(name: string): Zone | null {
  if (name !== "local" && !IANAZone.isValidZone(name)) return null;
  const zone = name === "local" ? SystemZone.instance : IANAZone.create(name);
  return {
    offsetAt: (at) => Math.round(zone.offset(at) * 60_000),
    nameAt: (at) => {
      const names = locales.map((locale) => zone.offsetName(at, { format: "short", locale }));
      return names.find((short) => short !== null && !/^GMT.|\d/.test(short)) ?? offsetName(zone.offset(at));
    },
  };
}

/** Each knows the short names of its own parts of the world, and tells an offset for the rest. */
const locales = ["en-US", "en-GB", "en-AU", "en-NZ"];

function offsetName(minutes: number): string {
  const two = (n: number): string => String(Math.trunc(n)).padStart(2, "0");
  const ahead = Math.abs(minutes);
  return minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
}
