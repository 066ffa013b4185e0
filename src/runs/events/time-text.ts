/**
 * Milliseconds since the epoch → RFC 3339 in UTC with milliseconds. A run has half a dozen times and a week's runs a few
 * hundred thousand, all of a few days: only the day is left to Date, which takes three times as long. Pure, but for its
 * memory of the last day.
 */
export function timeText(ms: number | null): string | null {
  if (ms === null) return null;
  const day = Math.floor(ms / dayMs);
  if (day !== latest.day) latest = { day, text: new Date(ms).toISOString().replace(/T.*/, "T") };
  digits ??= makeDigits();
  const inDay = ms - day * dayMs;
  const inMinute = inDay % minuteMs;
  const minute = digits.minutes[Math.floor(inDay / minuteMs)] ?? "";
  return `${latest.text}${minute}:${digits.seconds[Math.floor(inMinute / 1000)] ?? ""}.${digits.thousandths[inMinute % 1000] ?? ""}Z`;
}

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** The day that was asked for last, up to the T. */
let latest = { day: NaN, text: "" };

// Made when the first time is told: a start would wait for them.
let digits: ReturnType<typeof makeDigits> | undefined;

function makeDigits() {
  const seconds = padded(60, 2);
  const minutes = padded(24, 2).flatMap((hour) => seconds.map((minute) => `${hour}:${minute}`));
  return { seconds, minutes, thousandths: padded(1000, 3) };
}

function padded(count: number, width: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => String(number).padStart(width, "0"));
}
