import { FlowrunError } from "../../errors.ts";
import type { World } from "../../host.ts";
import { nearest } from "../../text/nearest.ts";
import { postgresParameters } from "../archive/postgres/url.ts";
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
  if (address.word === "archive" && address.rest === "") {
    checkBare(address);
    return { kind: "archive", url: null, address };
  }
  const isPostgres = /^postgres(?:ql)?$/.test(address.word);
  if (isPostgres && !address.options.has("table")) {
    checkNoTable(address);
    return { kind: "archive", url: text.trim(), address };
  }
  const scheme = schemes.find(({ words }) => words.includes(address.word));
  if (scheme !== undefined && (address.rest !== "" || scheme.words.length > 1))
    return { kind: "other", scheme, address };
  throw scheme === undefined ? unknown(address, text, env) : incomplete(address, scheme);
}

function checkBare({ options }: Address): void {
  const [name] = options.keys();
  if (name === undefined) return;
  throw new FlowrunError("usage", `--to archive knows no setting ${name}=`, {
    why: "it is the profile's own archive, and where that is the setting `archive` says",
    hint: "leave it out, or name another one: --to 'postgres://…'",
  });
}

/** A setting that only a table has, or that is a misspelling of one: it is not an archive that is meant. */
function checkNoTable({ options, shown }: Address): void {
  const known = [...ofTable, ...postgresParameters];
  for (const name of options.keys()) {
    if (known.some((one) => one === name && !ofTable.includes(name)) || name === "ssl") continue;
    const meant = nearest(name, known);
    if (meant === null || !ofTable.includes(meant)) continue;
    throw new FlowrunError("usage", `${shown} cannot be used`, {
      why: meant === name ? `${name}= is of a table, and none is named` : `there is no option ${name}=`,
      hint: meant === name ? "name the table as well: ?table=runs" : `did you mean ${meant}=?`,
    });
  }
}

const ofTable = ["table", "key", "columns", "records"];

/** One that is its scheme and no more. */
function incomplete({ word }: Address, { form }: Scheme): FlowrunError {
  return new FlowrunError("usage", `--to ${word} is not whole`, {
    why: `nothing follows ${word}: that says where to`,
    hint: `write it like this: --to ${form}`,
  });
}

function unknown({ word, rest }: Address, text: string, env: World["env"]): FlowrunError {
  const words = [...schemes.flatMap((one) => one.words), "archive", "stdout"];
  const near = nearest(word, words);
  const hasScheme = rest !== "" || /^[a-z][a-z\d+.-]*:/i.test(text.trim());
  const isPath = !hasScheme || /^(?:\.{0,2}\/|~)/.test(text);
  const meant = near === null ? null : meaning(near, rest, text, env);
  return new FlowrunError("usage", `--to ${word} is no destination`, {
    why: isPath ? "it has no scheme, such as file: or nats:" : `flowrun delivers to ${words.join(", ")}`,
    hint:
      meant !== null
        ? `did you mean ${meant}? All of them: flowrun destinations`
        : isPath && /\.\w+$/.test(text)
          ? `for a file write --to file:${text}; all that there is: flowrun destinations`
          : "see what there is: flowrun destinations",
  });
}

/** The text that was typed, with its scheme mended; as it is shown, since only now it is known which part of it is a secret. */
function meaning(near: string, rest: string, text: string, env: World["env"]): string {
  const form = schemes.find(({ words }) => words.includes(near))?.form;
  if (form === undefined) return near;
  return rest === "" ? form : parseAddress(text.trim().replace(/^[^:]*/, near), env).shown;
}
