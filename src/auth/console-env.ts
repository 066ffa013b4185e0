/** aio's line files: `.env` of `aio app use`, and the properties that Adobe's Java library is set up with. Pure, all of it. */

export interface EnvContext {
  readonly name: string;
  /** By the fields' own names (`client_id`); what was written as a JSON list is one. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The contexts of `AIO_ims_contexts_<name>_<field>=…`, where `__` stands for `_`, which in a name may have been a blank. */
export function readContexts(text: string): readonly EnvContext[] {
  const contexts = new Map<string, Record<string, unknown>>();
  for (const [key, value] of readPairs(text)) {
    const [, name, field] = contextKey.exec(key) ?? [];
    if (name === undefined || field === undefined) continue;
    const values = contexts.get(name) ?? {};
    values[field.replaceAll("__", "_")] = value.startsWith("[") ? parseList(value) : value;
    contexts.set(name, values);
  }
  return [...contexts].map(([name, values]) => ({ name: name.replaceAll("__", "_"), values }));
}

/** `aio_…=…`, lists split at their commas; `null` where there is no `aio_api_key`. */
export function readProperties(text: string): Readonly<Record<string, unknown>> | null {
  const pairs = new Map(readPairs(text));
  if (!pairs.has("aio_api_key")) return null;
  const split = (value: string | undefined): readonly string[] =>
    (value ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  return {
    ...Object.fromEntries(pairs),
    aio_client_secret: split(pairs.get("aio_client_secret")),
    aio_oauth_scopes: split(pairs.get("aio_oauth_scopes")),
  };
}

/** The fields that are read; a single underscore ends the name, a double one belongs to it or to the field. */
const contextKey =
  /^AIO_ims_contexts_(.+?)_(client__id|client__secrets|client__secret|scopes|ims__org__id|meta__scopes)$/i;

function readPairs(text: string): readonly (readonly [key: string, value: string])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = /^\s*(?:export\s+)?([^\s#=]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unquote(value)] as const];
  });
}

function unquote(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

function parseList(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
