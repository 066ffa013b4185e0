/** Events as Adobe sends them to a webhook: one request. */
export interface WebhookDelivery {
  /** By their names in lower case; of a repeated one, the values joined as HTTP joins them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's own bytes: signatures are made over these, and whatever passes it on passes on these. */
  readonly body: Uint8Array;
}
