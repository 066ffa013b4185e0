const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `350ms`, `1.5s`, `1m 30s`, `2h 5m`, `3d 4h`: the two largest units, rounded down; `-1.5s` for less. Pure. */
export function renderDuration(ms: number): string {
  if (ms < 0) return `-${renderDuration(-ms)}`;
  if (ms < second) return `${Math.floor(ms)}ms`;
  if (ms < minute) return `${Math.floor(ms / 100) / 10}s`;
  if (ms < hour) return pair(ms, minute, "m", second, "s");
  if (ms < day) return pair(ms, hour, "h", minute, "m");
  return pair(ms, day, "d", hour, "h");
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${renderCount(Math.floor(ms / large))}${largeUnit}`;
  return rest === 0 ? first : `${first} ${rest}${smallUnit}`;
}

/** `512 B`, `1.2 MB`, `-3.4 GB`: powers of 1000, one decimal. Pure. */
export function renderBytes(bytes: number): string {
  if (bytes < 0) return `-${renderBytes(-bytes)}`;
  let scaled = bytes;
  let unit = 0;
  // 999 950 bytes would be told as 1000.0 kB.
  while (scaled >= (unit === 0 ? 1000 : 999.95) && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${formatOf(unit === 0 ? 0 : 1).format(scaled)} ${byteUnits[unit] ?? ""}`;
}

/** Made when it is needed, since the first takes milliseconds, and kept: a new one for each number takes 31 µs, this one 1. */
function formatOf(digits: number): Intl.NumberFormat {
  const known = formats.get(digits);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  formats.set(digits, format);
  return format;
}

const formats = new Map<number, Intl.NumberFormat>();

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** `1,234,567`. Pure. */
export function renderCount(count: number): string {
  return Math.abs(count) < 1000 && Number.isInteger(count) ? String(count) : count.toLocaleString("en-GB");
}

/** `12.3M` for `12,345,678`: a count as `renderCount` tells it, with as few digits as still say how large it is. Pure. */
export function roundCount(told: string): string {
  const groups = told.split(",");
  const [first = "", next = ""] = groups;
  if (!/^\d{1,3}(?:,\d{3})+$/.test(told)) return told;
  const unit = countUnits[groups.length - 2];
  return unit === undefined ? told : `${first}.${next.slice(0, 1)}${unit}`;
}

const countUnits = ["k", "M", "G", "T", "P", "E"];

/** A share from 0 to 1 as `99.9 %`: one decimal, rounded down, so that 100 % is nothing less than all. Pure. */
export function renderShare(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
