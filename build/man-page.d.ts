import type { Command } from "commander";

export function manPage(what: {
  readonly program: Command;
  readonly exitRows: readonly { readonly codes: readonly number[]; readonly meaning: string }[];
  readonly exitCodesOf: ReadonlyMap<string, readonly number[]>;
  readonly settings: string;
  readonly version: string;
  readonly released: string;
}): string;
