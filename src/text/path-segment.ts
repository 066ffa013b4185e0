/**
 * An id as one segment of a URL's path, `null` for one that cannot be: `.` and `..` name other places however they are
 * written, half a surrogate pair has no encoding, and no server takes a path without an end. Pure.
 */
export function pathSegment(id: string): string | null {
  const isPlace = id !== "." && id !== ".." && id.length <= longestId && /^\P{Surrogate}+$/u.test(id);
  return isPlace ? encodeURIComponent(id) : null;
}

const longestId = 1000;
