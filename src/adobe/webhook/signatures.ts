import { createHmac, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import type { Secret } from "../auth/secret.ts";
import type { WebhookDelivery } from "./delivery.ts";

/** One of the two digital signatures of a delivery, and the key that it says it was made with. */
export interface DigitalSignature {
  /** On the host of Adobe's keys: `/prod/keys/pub-key-Ptc2pD9vT9.pem`, and nothing of another form. */
  readonly keyPath: string;
  readonly bytes: Uint8Array;
}

/**
 * A delivery's digital signatures, as far as they can be judged: one that is no base64, or whose key has a path of another
 * form, is none, so that nothing is ever asked for a path that somebody else made up. Pure.
 */
export function digitalSignaturesOf({ headers }: WebhookDelivery): readonly DigitalSignature[] {
  return ([1, 2] as const).flatMap((which) => {
    const keyPath = headers[`x-adobe-public-key${which}-path`] ?? "";
    const bytes = fromBase64(headers[`x-adobe-digital-signature-${which}`] ?? "");
    return keyPathForm.test(keyPath) && bytes !== null ? [{ keyPath, bytes }] : [];
  });
}

/** Whether a signature was made over these very bytes by the key's owner: RSA with SHA-256. Pure. */
export function isSignedBy(key: KeyObject, { bytes }: DigitalSignature, body: Uint8Array): boolean {
  return verify("sha256", body, key, bytes);
}

/**
 * Whether `x-adobe-signature` is the HMAC of the body by one of these secrets; none of them is compared in a time that
 * tells how much of it was right. Pure.
 */
export function isHmacOf({ headers, body }: WebhookDelivery, secrets: readonly Secret[]): boolean {
  const given = fromBase64(headers["x-adobe-signature"] ?? "");
  if (given === null) return false;
  return secrets.some((secret) => {
    const made = createHmac("sha256", secret.reveal()).update(body).digest();
    return made.length === given.length && timingSafeEqual(made, given);
  });
}

/** No `@`, `..`, `//` or `?` gets through, so whatever has this form is on the host that it is put behind. */
const keyPathForm = /^\/(?:prod|stage)\/keys\/pub-key-[A-Za-z0-9_-]{1,64}\.pem$/;

/** A signature by a key of 16,384 bits has 2,732 characters. */
const longestBase64 = 2732;

/** Strictly: Node skips what does not belong, so that many texts would be one signature. */
function fromBase64(text: string): Buffer | null {
  if (text === "" || text.length > longestBase64) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
