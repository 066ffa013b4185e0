/** A stretch of a journal's time; epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A chain of pages joined by `next`: everything that was recorded between its ends was read. */
export interface Chain extends Span {
  /** Whether its ends are known, and not estimated from what the events say. */
  readonly isFromExact: boolean;
  readonly isToExact: boolean;
  /** Why it did not go on from the one before. */
  readonly why: ChainBeginning;
}

/** Why a chain begins where it does. */
export type ChainBeginning = "start" | "expired" | "purged" | "moved" | "pruned";

/** An end of a stretch that may be estimated. */
export interface Edge {
  readonly at: number;
  readonly isExact: boolean;
}

/** A stretch that is covered whole. */
export interface Covered {
  readonly from: Edge;
  readonly to: Edge;
}

/** A stretch of which nobody knows what was recorded, and how it came about. */
export interface Gap extends Covered {
  readonly why: ChainBeginning;
}

/** The stretches that an archive has of a journal, in the order of time. */
export interface Coverage {
  readonly complete: readonly Covered[];
  /** Between the first and the last of `complete`. */
  readonly gaps: readonly Gap[];
}

/** Chains of pages, in any order, as stretches that are covered and the gaps between them. Pure. */
export function coverageOf(chains: readonly Chain[]): Coverage {
  const complete: Covered[] = [];
  const gaps: Gap[] = [];
  for (const chain of [...chains].sort((one, other) => one.from - other.from)) {
    const from = { at: chain.from, isExact: chain.isFromExact };
    const to = { at: Math.max(chain.from, chain.to), isExact: chain.isToExact };
    const before = complete.at(-1);
    if (before !== undefined && from.at <= before.to.at) {
      if (to.at > before.to.at) complete[complete.length - 1] = { from: before.from, to };
      continue;
    }
    if (before !== undefined) gaps.push({ from: before.to, to: from, why: chain.why });
    complete.push({ from, to });
  }
  return { complete, gaps };
}

/** Chains of an archive that has taken over another one's. */
export interface Claims {
  /** As they are then. */
  readonly all: readonly Chain[];
  /** Those of them that are new, or reach further than they did. */
  readonly changed: readonly Chain[];
}

/**
 * An archive's chains once it has all rows of another one's: where one of them goes on from what is covered already that is
 * extended, so that an end which moves, as by pruning, leaves no chain behind each time.
 * @param floor what was recorded before is not claimed (epoch milliseconds): it was forgotten here. Pure.
 */
export function claimsOf(theirs: readonly Chain[], own: readonly Chain[], floor: number): Claims {
  const all = own.map((chain) => ({ ...chain, to: Math.max(chain.from, chain.to) }));
  const changed = new Map<number, Chain>();
  for (const chain of [...theirs].sort((one, other) => one.from - other.from)) {
    if (chain.to < floor) continue;
    const cut: Chain = chain.from < floor ? { ...chain, from: floor, isFromExact: true, why: "pruned" } : chain;
    const at = all.findIndex(({ from, to }) => from <= cut.from && to >= cut.from);
    const home = all[at];
    const isKnown = home !== undefined && cut.to <= home.to;
    if (isKnown && (cut.to < home.to || home.isToExact || !cut.isToExact)) continue;
    const reached = { ...(home ?? cut), to: Math.max(cut.from, cut.to), isToExact: cut.isToExact };
    if (home === undefined) all.push(reached);
    else all[at] = reached;
    changed.set(reached.from, reached);
  }
  return { all, changed: [...changed.values()] };
}

/** The parts of a stretch that are not covered, in order. Pure. */
export function uncovered({ complete }: Coverage, { from, to }: Span): readonly Span[] {
  const parts: Span[] = [];
  let at = from;
  for (const covered of complete) {
    if (covered.to.at <= at) continue;
    if (covered.from.at >= to) break;
    if (covered.from.at > at) parts.push({ from: at, to: covered.from.at });
    at = covered.to.at;
  }
  if (at < to) parts.push({ from: at, to });
  return parts;
}
