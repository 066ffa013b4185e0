import { FlowrunError } from "../errors.ts";

/** The cursor that `last` means where none is named. */
export const defaultCursor = "default";

/**
 * @throws FlowrunError `usage` for a name that could not be a file's.
 * Pure.
 */
export function checkCursorName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
  throw new FlowrunError("usage", `${JSON.stringify(name)} cannot be a cursor's name`, {
    why: "a name has up to 64 letters, digits, dots, dashes and underscores, and begins with a letter or digit",
    hint: "choose another: flowrun since last --cursor nightly",
  });
}
