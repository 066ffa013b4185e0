import { shortRunId } from "../record/run-id.ts";

/**
 * Whether a word is an id, or enough of its beginning to mean it, in any case. A run takes eight characters, as many as
 * tables show; a flow, of which there are fewer, four of a UUID. An id of another form may well be the beginning of
 * another one (`load-1`, `load-12`), and so takes eight in any case. Pure.
 */
export function isIdOrBeginning(word: string, id: string, what: "flow" | "run"): boolean {
  const given = word.toLowerCase();
  const whole = id.toLowerCase();
  if (given === whole) return true;
  const least = what === "flow" && uuid.test(whole) ? 4 : shortRunId;
  return given.length >= least && whole.startsWith(given);
}

const uuid = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/;
