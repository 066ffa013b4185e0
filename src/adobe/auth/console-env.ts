/** aio's line files: `.env` of `aio app use`, and the properties that Adobe's Java library is set up with. Pure, all of it. */

import { parseLines } from "./console-text.ts";

/** One credential's fields in an `.env`. */
export interface EnvContext {
  readonly name: string;
  /** By the fields' own names (`client_id`). */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The values that the lines of a file set. */
export interface Lines {
  /** Of `AIO_ims_contexts_<name>_<field>=…`, where `__` stands for `_`, which in a name may have been a blank. */
  readonly contexts: readonly EnvContext[];
  /** `aio_…=…`, lists split at their commas; `null` where there is no `aio_api_key`. */
  readonly properties: Readonly<Record<string, unknown>> | null;
}

/** Reads the lines of a file as aio does; lines that set nothing known are passed over. Pure. */
export function readEnvLines(text: string): Lines {
  const pairs = parseLines(text).map(([key, value]) => [key, value.trim()] as const);
  return { contexts: readContexts(pairs), properties: readProperties(pairs) };
}

type Pairs = readonly (readonly [key: string, value: string])[];

/** aio takes names in any case. */
function readContexts(pairs: Pairs): readonly EnvContext[] {
  const contexts = new Map<string, { name: string; values: Record<string, unknown> }>();
  for (const [key, value] of pairs) {
    const [, name, field] = contextKey.exec(key) ?? [];
    if (name === undefined || field === undefined) continue;
    const id = name.toLowerCase();
    const context = contexts.get(id) ?? { name: name.replaceAll("__", "_"), values: {} };
    context.values[field.toLowerCase().replaceAll("__", "_")] = value;
    contexts.set(id, context);
  }
  return [...contexts.values()];
}

function readProperties(pairs: Pairs): Lines["properties"] {
  const properties = Object.fromEntries(pairs.map(([key, value]) => [key.toLowerCase(), value]));
  return "aio_api_key" in properties ? properties : null;
}

/** The fields that are read; a single underscore ends the name, a double one belongs to it or to the field. */
const contextKey =
  /^AIO_ims_contexts_(.+?)_(client__id|client__secrets|client__secret|scopes|ims__org__id|meta__scopes)$/i;
