import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** The keys by which the demo's Adobe signs what it delivers. */
export interface Signing {
  /** The public key as PEM, by its path on the host of keys; `null` for another path. Made when it is first asked for. */
  readonly find: (path: string) => string | null;
  /** The headers that a body is signed with. */
  readonly headersFor: (body: Uint8Array) => Readonly<Record<string, string>>;
}

/** Two keys, as Adobe has two: while one is replaced, what was signed by the other still holds. */
export function createSigning(): Signing {
  const keys = new Map<string, { readonly privateKey: KeyObject; readonly pem: string }>();
  const keyAt = (path: string) => {
    const known = keys.get(path);
    if (known !== undefined) return known;
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const made = { privateKey, pem: publicKey.export({ type: "spki", format: "pem" }).toString() };
    keys.set(path, made);
    return made;
  };
  return {
    find: (path) => (paths.includes(path) ? keyAt(path).pem : null),
    headersFor: (body) =>
      Object.fromEntries(
        paths.flatMap((path, index) => [
          [`x-adobe-public-key${index + 1}-path`, path],
          [`x-adobe-digital-signature-${index + 1}`, sign("sha256", body, keyAt(path).privateKey).toString("base64")],
        ]),
      ),
  };
}

const paths: readonly string[] = ["/prod/keys/pub-key-demo-1.pem", "/prod/keys/pub-key-demo-2.pem"];
