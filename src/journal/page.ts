/** One element of a journal page as delivered. */
export interface Entry {
  /** Where the event sits; opaque, compared for equality only. */
  readonly position: string;
  readonly event: unknown;
}
