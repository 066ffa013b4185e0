import { FlowrunError } from "../../../errors.ts";
import { nearest } from "../../../text/nearest.ts";
import type { Address } from "../address.ts";

/** A file, or a series of files, as an address names it. */
export interface FileForm {
  /** As it was named: relative to where flowrun was started, absolute, or with a `~`. */
  readonly path: string;
  readonly format: "ndjson" | "csv";
  readonly isPacked: boolean;
  readonly rotation: Rotation;
}

/** When the next file begins: never, each day by UTC, or as soon as one is so large. */
export type Rotation =
  { readonly by: "never" } | { readonly by: "day" } | { readonly by: "size"; readonly bytes: number };

/** Reads `file:runs.ndjson?rotate=day`. @throws FlowrunError `usage`. Pure. */
export function fileFormOf(address: Address): FileForm {
  const path = pathOf(address);
  const [, word = "", packed = ""] = nameEnd.exec(path) ?? [];
  if (word === "") throw unusable(address, whyNoEnd(path), hintForEnd(path));
  for (const name of address.options.keys()) {
    if (name === "rotate") continue;
    const meant = nearest(name, ["rotate"]);
    throw unusable(address, `there is no option ${name}=`, meant === null ? "leave it out" : "did you mean rotate=?");
  }
  return {
    path,
    format: word.toLowerCase() === "csv" ? "csv" : "ndjson",
    isPacked: packed !== "",
    rotation: rotationOf(address),
  };
}

/** The end of a name says what is in the file. */
const nameEnd = /[^/\\]\.(ndjson|jsonl|csv)(\.gz)?$/i;

function pathOf(address: Address): string {
  const { rest } = address;
  if (rest === "") throw unusable(address, "it names no file", "give a name: file:runs.ndjson");
  if (!rest.startsWith("//")) return rest;
  const [, host = "", path = ""] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  if (host !== "" && host !== "localhost") {
    const meant = host.startsWith("~") || path === "" ? `file:${host}${path}` : `file://${path}`;
    throw unusable(address, `what follows // is a host, and ${host} is none of flowrun's`, `write ${meant}`);
  }
  try {
    return decodeURIComponent(path);
  } catch {
    throw unusable(address, "it has a % that no two hexadecimal digits follow", "write % as %25, or file: without //");
  }
}

function whyNoEnd(path: string): string {
  if (/^(?:-|\/dev\/.*)$/.test(path)) return "it is a stream, and no file";
  return "its name must say what is in it: .ndjson (or .jsonl) or .csv, each also with .gz";
}

function hintForEnd(path: string): string {
  if (/^(?:-|\/dev\/.*)$/.test(path)) return "stdout has an option of its own: -o ndjson";
  const stem = /^(.*[^/\\])\.\w{1,5}$/s.exec(path)?.[1] ?? path;
  return /[/\\]$/.test(stem) ? `file:${stem}runs.ndjson` : `file:${stem}.ndjson`;
}

const units: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

function rotationOf(address: Address): Rotation {
  const text = address.options.get("rotate");
  if (text === null) return { by: "never" };
  if (text.toLowerCase() === "day") return { by: "day" };
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]i?b)$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (units[unit.toLowerCase()] ?? NaN));
  if (bytes >= 1) return { by: "size", bytes };
  throw unusable(address, `rotate=${text} is neither a day nor a size`, "write rotate=day or rotate=100MB");
}

function unusable({ shown }: Address, why: string, hint: string): FlowrunError {
  return new FlowrunError("usage", `${shown} is no file that records can be added to`, { why, hint });
}
