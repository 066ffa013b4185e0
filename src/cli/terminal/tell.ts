import type { Output } from "../../host.ts";
import { mask } from "../../mask.ts";
import { fitLines } from "../../render/text/fit-lines.ts";

/** A text for reading as it is shown on a stream: on a terminal no line of it is wider than that. */
function fitted(text: string, { isTTY, columns }: Pick<Output, "isTTY" | "columns">): string {
  return isTTY ? fitLines(text, columns) : text;
}

/** Writes a text for reading: a sheet, a help text. All but rows and documents for programs leaves by here, or by `say`. */
export function tell(text: string, output: Output): Promise<void> {
  return output.write(fitted(text, output));
}

/** Writes words on stderr. A secret in them is masked first: in two halves nobody would know it again. */
export function say(text: string, stderr: Output): Promise<void> {
  return tell(mask(text), stderr);
}
