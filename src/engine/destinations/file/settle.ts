import { beginningIn, isMarked, type DeliveredFile } from "../../../state/delivered-file.ts";
import type { GrowingFile } from "../../../state/growing-file.ts";

/** How a file is found that was added to before. */
export type Settled =
  /** As it was left; others may have added to it. */
  | { readonly kind: "asLeft"; readonly isBatchIn: boolean }
  /** A part of the last batch is beyond its length, and to be cut off. */
  | { readonly kind: "unfinished" }
  /** Moved away or emptied: a batch whose end nobody knows counts as not delivered. */
  | { readonly kind: "gone" }
  /** Changed by somebody, when all of ours was known to be in it. */
  | { readonly kind: "changed" }
  /** Changed by somebody, so that nobody can tell whether the last batch is in it. */
  | { readonly kind: "unclear" };

/**
 * Looks at what was added last, after a process that may have been killed on the way. Nothing is cut off that is not the
 * beginning of the very bytes which that process was about to add.
 * @param file `null` where there is none.
 */
export async function settle(
  { length, behind, batch }: Pick<DeliveredFile, "length" | "behind" | "batch">,
  file: Pick<GrowingFile, "size" | "read"> | null,
  isPacked: boolean,
): Promise<Settled> {
  const size = (await file?.size()) ?? 0;
  if (size === 0 && length > 0) return { kind: "gone" };
  const isKnown =
    size >= length && isMarked(behind, (await file?.read(length - behind.bytes, behind.bytes)) ?? nothing);
  if (batch === null) return isKnown ? { kind: "asLeft", isBatchIn: false } : { kind: "changed" };

  const { mark } = batch;
  const found = (await file?.read(length, mark.bytes)) ?? nothing;
  if (isMarked(mark, found)) return { kind: "asLeft", isBatchIn: true };
  if (!isKnown || size - length > mark.bytes) return { kind: "unclear" };
  const written = withoutHoles(found);
  const ours = beginningIn(mark, written);
  // What is left is a part of one line; the end of a line in it would be somebody else's.
  const isOurs = ours !== null && (isPacked || !written.subarray(ours).includes(newline));
  return { kind: isOurs ? "unfinished" : "unclear" };
}

/** After a power cut a file may have its new length already, and zeros in place of the last bytes. */
function withoutHoles(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

const nothing = new Uint8Array();
const newline = 10;
