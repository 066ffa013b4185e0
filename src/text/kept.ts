import { writeFingerprint } from "./fingerprint.ts";

/**
 * An id or a code to be kept for longer than its event: a long one as its start and its fingerprint, so that as many as
 * there may be take bounded memory and are told apart all the same. Pure.
 */
export function keptId(id: string): string {
  return id.length <= longestId ? id : `${keptText(id, startKept)}…${writeFingerprint(id)}`;
}

/**
 * The start of a text, to be kept for longer than its event. A copy: what is cut out of a text holds on to all of it, and
 * that may be megabytes. Pure.
 */
export function keptText(text: string, most = Infinity): string {
  return Buffer.from(text.slice(0, most), "utf16le").toString("utf16le");
}

const longestId = 1000;
const startKept = 100;
