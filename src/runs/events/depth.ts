import { isObject } from "../../json.ts";

/** Whether lists and objects stand in each other more than `most` deep. It does not call itself, so no depth ends it. Pure. */
export function isDeeperThan(value: unknown, most: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value) || isObject(value);
}
