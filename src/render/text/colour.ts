/** The user's word on colour (`--color`). */
export type ColourChoice = "auto" | "always" | "never";

/**
 * Whether text that goes to one stream is coloured. In falling order: `--color always|never`, NO_COLOR (not empty),
 * FORCE_COLOR (not empty; `0` and `false` mean no), CLICOLOR_FORCE (not empty, not `0`), and else a terminal that is
 * not dumb, unless CLICOLOR is `0`. Pure.
 */
export function decideColour(
  choice: ColourChoice,
  env: Readonly<Record<string, string | undefined>>,
  isTTY: boolean,
): boolean {
  if (choice !== "auto") return choice === "always";
  const { NO_COLOR = "", FORCE_COLOR = "", CLICOLOR_FORCE = "", CLICOLOR, TERM } = env;
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (CLICOLOR_FORCE !== "" && CLICOLOR_FORCE !== "0") return true;
  return isTTY && TERM !== "dumb" && CLICOLOR !== "0";
}
