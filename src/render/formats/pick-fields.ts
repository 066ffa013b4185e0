import { FlowrunError } from "../../errors.ts";
import { isObject } from "../../json.ts";
import { nearest } from "../../text/nearest.ts";
import type { ColumnSet } from "./column.ts";

/**
 * Takes the fields at these paths out of records, each where it is nested: in a list, out of each of its elements. One
 * that a record does not have is `null`, as everywhere. All of the record where `paths` is `null`. Pure.
 */
export function pickFields(paths: readonly string[] | null): (record: unknown) => unknown {
  if (paths === null) return (record) => record;
  const wanted: Wanted = new Map();
  for (const path of paths) want(wanted, path.split("."));
  return (record) => take(record, wanted);
}

/** The fields that are wanted of an object, in the order in which they were named; `null` for all of a field. */
type Wanted = Map<string, Wanted | null>;

function want(wanted: Wanted, [name = "", ...rest]: readonly string[]): void {
  const before = wanted.get(name);
  if (before === null) return;
  if (rest.length === 0) {
    wanted.set(name, null);
    return;
  }
  const inside: Wanted = before ?? new Map<string, Wanted | null>();
  wanted.set(name, inside);
  want(inside, rest);
}

function take(value: unknown, wanted: Wanted): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => take(item, wanted));
  if (!isObject(value)) return null;
  const found = [...wanted].map(([name, inside]) => {
    const field = (Object.hasOwn(value, name) ? value[name] : null) ?? null;
    return [name, inside === null ? field : take(field, inside)] as const;
  });
  return Object.fromEntries(found);
}

/**
 * The paths as they were given, where each leads to a field or to a group of them.
 * @throws FlowrunError `usage` for one that leads nowhere: it names the nearest, and lists what there is. Pure.
 */
export function checkFields<Row>(
  { fields }: Pick<ColumnSet<Row>, "fields">,
  paths: readonly string[],
): readonly string[] {
  const known = [...new Set(fields.flatMap(withGroups))];
  for (const path of paths) {
    if (known.includes(path)) continue;
    const likely = nearest(path, known);
    const told = [...new Set(fields.map((field) => field.split(".").slice(0, 2).join(".")))];
    throw new FlowrunError("usage", `there is no field '${path}'`, {
      why: `the fields are ${told.join(", ")}`,
      hint: likely === null ? `--json=${told.slice(0, 3).join(",")}` : `did you mean ${likely}?`,
    });
  }
  return paths;
}

/** `a.b.c` and the groups that it is in: `a.b`, `a`. */
function withGroups(path: string): readonly string[] {
  const names = path.split(".");
  return names.map((_, at) => names.slice(0, names.length - at).join("."));
}
