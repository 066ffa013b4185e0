import { FlowrunError } from "../../errors.ts";
import type { World } from "../../host.ts";
import { nearest } from "../../text/nearest.ts";
import { parseAddress, type Address } from "./address.ts";
import type { Scheme } from "./destination.ts";
import { schemes } from "./schemes.ts";

/** An address of `--to`, and what it means. */
export type WantedDestination =
  /** Flow runs are printed as well, as without `--to`. */
  | { readonly kind: "stdout" }
  /** The profile's own archive, or the one at a URL: it takes every run, and leads the others. */
  | { readonly kind: "archive"; readonly url: string | null; readonly address: Address }
  | { readonly kind: "other"; readonly scheme: Scheme; readonly address: Address };

/**
 * The meaning of an address.
 * @throws FlowrunError `usage` for one that means nothing, with the nearest that does.
 */
export function findWanted(text: string, env: World["env"]): WantedDestination {
  if (text.trim() === "-" || text.trim() === "stdout") return { kind: "stdout" };
  const address = parseAddress(text, env);
  if (address.word === "archive" && address.rest === "") return { kind: "archive", url: null, address };
  const isPostgres = /^postgres(?:ql)?$/.test(address.word);
  if (isPostgres && !address.options.has("table")) return { kind: "archive", url: text.trim(), address };
  const scheme = schemes.find(({ words }) => words.includes(address.word));
  if (scheme !== undefined && (address.rest !== "" || scheme.words.length > 1))
    return { kind: "other", scheme, address };
  throw unknown(address, text);
}

function unknown({ word, rest }: Address, text: string): FlowrunError {
  const words = [...schemes.flatMap((one) => one.words), "archive", "stdout"];
  const near = nearest(word, words);
  const isPath = rest === "" || /^(?:\.{0,2}\/|~)/.test(text);
  const example = schemes.find((one) => near !== null && one.words.includes(near))?.form ?? near;
  return new FlowrunError("usage", `--to ${word} is no destination`, {
    why: isPath ? "it has no scheme, such as file: or nats:" : `flowrun delivers to ${words.join(", ")}`,
    hint:
      example !== null
        ? `did you mean ${example}? All of them: flowrun destinations`
        : isPath && /\.\w+$/.test(text)
          ? `for a file write --to file:${text}; all that there is: flowrun destinations`
          : "see what there is: flowrun destinations",
  });
}
