/** A service behind Adobe's gateway, as messages about it need it: the one thing that differs from service to service. */
export interface GatewayService {
  /** How a sentence calls it: "the journal". */
  readonly name: string;
  /** Where it is: the access token may go to this URL's origin. */
  readonly url: string;
  /** The header that names the organisation; `x-ims-org-id` where it does not say. */
  readonly organisation?: string;
  /** The setting that says where it is, by its name in `flowrun config`. */
  readonly setting: string;
  /** The sentence where no answer comes at all. */
  readonly unreached: string;
  /** The sentence for a 403. */
  readonly forbidden: string;
  /** The sentence for a 404, before the URL, and what helps. */
  readonly missing: { readonly message: string; readonly hint: string };
  /** Which settings to look at where it does not understand a question. */
  readonly check: string;
}
