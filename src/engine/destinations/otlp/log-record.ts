import { anyValue, attributes, type Attributes } from "./attributes.ts";
import type { Fields } from "./fields.ts";

/** A log record; times are nanoseconds since 1970. */
export interface LogRecord {
  /** `null` where it is not known. */
  readonly at: bigint | null;
  readonly observedAt: bigint;
  readonly isError: boolean;
  readonly body: string;
  /** The kind of event that it is: `flowrun.job`. */
  readonly eventName: string;
  readonly attributes: Attributes;
}

/** Tells a LogRecord. */
export function logRecord(to: Fields, { at, observedAt, isError, body, eventName, ...more }: LogRecord): void {
  const [severity, word] = isError ? severities.error : severities.info;
  if (at !== null) to.fixed(1, "timeUnixNano", at);
  to.code(2, "severityNumber", severity);
  to.text(3, "severityText", word);
  to.message(5, "body", body, anyValue);
  attributes(to, 6, more.attributes);
  to.fixed(11, "observedTimeUnixNano", observedAt);
  to.text(12, "eventName", eventName);
}

const severities = { info: [9, "INFO"], error: [17, "ERROR"] } as const;
