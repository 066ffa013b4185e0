import { FlowrunError, reasonOf } from "../../../errors.ts";
import { codeOf } from "../../../state/trouble.ts";

const packageName = "@photostructure/sqlite@1.2.1";

/** That there is no SQLite to be had. Pure. */
export function noDriver(error: unknown, version: string): FlowrunError {
  const code = codeOf(error);
  const isMissing = code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND";
  return new FlowrunError("settings", "the archive needs Node 22.13 or newer on this system", {
    why: `this is Node ${version}, which has no SQLite of its own, and ${
      isMissing ? `${packageName} is not installed` : `${packageName} does not load: ${firstLine(reasonOf(error))}`
    }`,
    hint: isMissing
      ? `npm install --global ${packageName}   (without --global where flowrun is a project's own)`
      : "install Node 22.13 or newer: https://nodejs.org",
    cause: error,
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
